import { expect } from "chai";
import { concat, dataLength, dataSlice, id, keccak256, recoverAddress, Wallet } from "ethers";
import { ecdsaKey, type SessionKey } from "../../../sdk";
import { encodeMultisigKey, encodeMultisigSignature, multisigKey } from "../../../sdk/keys/multisig";
import { verifierKey } from "../../../sdk/keys/verifierKey";
import { expectCode, VALIDATOR } from "../arbitraries";

const verifier = VALIDATOR;
const DIGEST = id("a digest");
const keys = Array.from({ length: 17 }, (_, index) => ecdsaKey(new Wallet(id(`member ${index}`))));
const signers = keys.map(({ signer }) => signer);
const sorted = [...signers].sort((a, b) => (keccak256(a) < keccak256(b) ? -1 : 1));

describe("keys/multisig", () => {
  it("encodes threshold and signers by ascending keccak256, whatever their order", () => {
    const three = sorted.slice(0, 3);
    const expected = concat(["0x02", ...three.flatMap((signer) => ["0x0014", signer])]);
    expect(encodeMultisigKey(2, three)).to.equal(expected);
    expect(encodeMultisigKey(2, [...three].reverse())).to.equal(expected);
    expect(
      encodeMultisigKey(
        2,
        three.map((signer) => `0x${signer.slice(2).toUpperCase()}`),
      ),
    ).to.equal(expected);
  });

  it("has the first threshold members sign that can, and a dummy as long", async () => {
    const [a, b, c] = sorted.slice(0, 3).map((signer) => keys.find((key) => key.signer === signer)!) as [
      SessionKey,
      SessionKey,
      SessionKey,
    ];
    const signedBy = async (members: Parameters<typeof multisigKey>[0]["members"], threshold: number) => {
      const key = multisigKey({ verifier, threshold, members });
      const signature = await key.signDigest(DIGEST);
      expect(dataLength(key.dummySignature)).to.equal(dataLength(signature));
      return Array.from({ length: threshold }, (_, at) => {
        const part = dataSlice(signature, at * 68, at * 68 + 68);
        expect(dataSlice(part, 1, 3)).to.equal("0x0041");
        const index = Number(dataSlice(part, 0, 1));
        expect(recoverAddress(DIGEST, dataSlice(part, 3)).toLowerCase()).to.equal(sorted[index]);
        return index;
      });
    };
    expect(await signedBy([c, b, a], 2)).to.deep.equal([0, 1]);
    expect(await signedBy([{ signer: a.signer }, c, b], 2)).to.deep.equal([1, 2]);
    expect(await signedBy([{ signer: b.signer }, c, a], 1)).to.deep.equal([0]);
    expect(await signedBy([a, b, c], 3)).to.deep.equal([0, 1, 2]);
  });

  it("puts together signatures that were collected elsewhere, in any order", async () => {
    const threshold = 2;
    const members = keys.slice(0, 3);
    const key = multisigKey({ verifier, threshold, members });
    const collected = await Promise.all(
      members.map(async (member) => ({ signer: member.signer, signature: await member.signDigest(DIGEST) })),
    );
    const order = members.map(({ signer }) => sorted.indexOf(signer));
    const chosen = collected.filter((_, index) => order[index]! < Math.max(...order));
    const all = signers.slice(0, 3);
    expect(encodeMultisigSignature(all, chosen)).to.equal(await key.signDigest(DIGEST));
    expect(encodeMultisigSignature(all, [...chosen].reverse())).to.equal(await key.signDigest(DIGEST));
    expectCode(() => encodeMultisigSignature(all, [chosen[0]!, chosen[0]!]), "DUPLICATE_SIGNATURE");
    expectCode(() => encodeMultisigSignature(all, [{ signer: signers[5]!, signature: "0x" }]), "UNKNOWN_SIGNER");
    expectCode(() => encodeMultisigSignature(all, [{ ...chosen[0]!, signature: "0x1" }]), "INVALID_HEX");
  });

  it("adds up what the dummies of its members do not cost", () => {
    const member = (name: string, unestimatedGas: bigint) =>
      verifierKey({
        verifier,
        key: id(name),
        dummySignature: "0x",
        unestimatedGas,
        signDigest: (digest) => keys[0]!.signDigest(digest),
      });
    const members = [member("a", 5n), member("b", 7n), keys[0]!];
    expect(multisigKey({ verifier, threshold: 3, members }).unestimatedGas).to.equal(12n);
  });

  it("refuses thresholds out of range", () => {
    for (const threshold of [0, -1, 4, 1.5, NaN, 256]) {
      expectCode(() => encodeMultisigKey(threshold, signers.slice(0, 3)), "INVALID_THRESHOLD");
    }
    for (const threshold of [1, 3]) encodeMultisigKey(threshold, signers.slice(0, 3));
    expectCode(() => encodeMultisigKey(1, []), "INVALID_THRESHOLD");
  });

  it("refuses more than 16 signers, one twice, and lengths that no signer has", () => {
    encodeMultisigKey(16, signers.slice(0, 16));
    expectCode(() => encodeMultisigKey(16, signers), "TOO_MANY_SIGNERS", { found: 17, max: 16 });
    expectCode(() => encodeMultisigKey(1, [signers[0]!, signers[1]!, signers[0]!]), "DUPLICATE_SIGNER");
    expectCode(() => encodeMultisigKey(1, [dataSlice(signers[0]!, 1)]), "InvalidSignerLength", { found: 19n });
    expectCode(() => encodeMultisigKey(1, [`0x${"ab".repeat(1025)}`]), "InvalidSignerLength", { found: 1025n });
  });

  it("refuses a whole that is too long for a signer", () => {
    const member = (length: number): SessionKey => ({ ...keys[0]!, signer: `0x${"ab".repeat(length)}` });
    multisigKey({ verifier, threshold: 1, members: [member(1001)] });
    const tooLong = () => multisigKey({ verifier, threshold: 1, members: [member(1002)] });
    expectCode(tooLong, "InvalidSignerLength", { found: 1025n, max: 1024n });
  });

  it("refuses to be made where too few can sign", async () => {
    const members = [keys[0]!, { signer: signers[1]! }, { signer: signers[2]! }];
    multisigKey({ verifier, threshold: 1, members });
    expectCode(() => multisigKey({ verifier, threshold: 2, members }), "TOO_FEW_KEYS", { found: 1, min: 2 });
    const failing = { ...keys[0]!, signDigest: () => Promise.reject(new Error("rejected by the user")) };
    const key = multisigKey({ verifier, threshold: 1, members: [failing] });
    const error: unknown = await key.signDigest(DIGEST).catch((reason: unknown) => reason);
    expect(error).to.be.an("error").with.property("message", "rejected by the user");
  });
});
