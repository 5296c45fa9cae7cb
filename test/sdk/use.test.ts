import { expect } from "chai";
import { AbiCoder, concat, id, Wallet } from "ethers";
import {
  anyCallPermission,
  buildEnvelope,
  callAnyTargetPermission,
  callPermission,
  digest,
  ecdsaKey,
  erc7913Key,
  matchPermissions,
  openEnvelope,
  periodicBudget,
  permissionTree,
  pickTime,
  rule,
  signUse,
  streamBudget,
  totalBudget,
  transferPermission,
  type Call,
} from "../../sdk";
import { encodeEnvelope } from "../../sdk/envelope";
import { verifyEcdsa } from "../../sdk/key";
import { foldProof } from "../../sdk/tree";
import { permissionHash, sessionUseHash } from "../../sdk/typedData";
import { ACCOUNT, ALICE, expectCode, simpleSession, TOKEN, VALIDATOR } from "./arbitraries";

const words = (...values: bigint[]) =>
  AbiCoder.defaultAbiCoder().encode(
    values.map(() => "uint256"),
    values,
  );
const transfer = (to: bigint, amount = 1n): Call => ({
  target: TOKEN,
  value: 0n,
  data: concat(["0xa9059cbb", words(to, amount)]),
});

describe("use", () => {
  const session = simpleSession({
    budgets: [totalBudget(5n), periodicBudget(5n, 1000), streamBudget(5n, 1000)],
    permissions: [
      callPermission(TOKEN, "0xa9059cbb", { rules: [rule("eq", [0], 1n)] }),
      callPermission(TOKEN, "0xa9059cbb", { rules: [rule("eq", [0], 2n)] }),
      transferPermission(ALICE, 5n),
      callAnyTargetPermission("0x095ea7b3"),
      anyCallPermission(ALICE),
    ],
  });

  it("picks for each call the first permission that allows it", () => {
    const approve = { target: TOKEN, value: 0n, data: "0x095ea7b3" };
    const calls = [
      transfer(2n),
      transfer(1n),
      { target: ALICE, value: 5n, data: "0x" },
      approve,
      { ...approve, target: ALICE },
      { ...approve, target: ALICE, data: "0x12345678" },
    ];
    expect(matchPermissions(session, calls)).to.deep.equal([1, 0, 2, 3, 3, 4]);
    const { envelope } = openEnvelope(buildEnvelope({ session, calls, mode: "use" }), calls.length);
    envelope.calls.forEach(({ proof }, i) => {
      const leaf = permissionHash(session.permissions[proof.index]!);
      expect(proof.index).to.equal([1, 0, 2, 3, 3, 4][i]);
      expect(foldProof(leaf, proof)).to.equal(permissionTree(session).root);
    });
    expect(buildEnvelope({ session, calls, mode: "use", tree: permissionTree(session) })).to.equal(
      encodeEnvelope(envelope),
    );
  });

  it("says what each permission that came near objects to", () => {
    const error = expectCode(() => matchPermissions(session, [transfer(1n), transfer(3n)]), "NO_PERMISSION", {
      call: 1,
      target: TOKEN,
    });
    const reasons = error.details.reasons as { permission: number; code: string }[];
    expect(reasons.map(({ permission, code }) => [permission, code])).to.deep.equal([
      [0, "RuleNotMet"],
      [1, "RuleNotMet"],
    ]);
    const strange = expectCode(
      () => matchPermissions(session, [{ target: TOKEN, value: 0n, data: "0x12345678" }]),
      "NO_PERMISSION",
    );
    expect(strange.message).to.include("no permission names this target and selector");
    expectCode(() => matchPermissions(session, [{ target: ALICE, value: 6n, data: "0x" }]), "NO_PERMISSION");
    expectCode(
      () => matchPermissions(session, [{ target: ACCOUNT, value: 0n, data: "0x095ea7b3" }]),
      "ForbiddenTarget",
      { call: 0n, target: ACCOUNT },
    );
  });

  it("signs the envelope and the operation together", async () => {
    const key = ecdsaKey(Wallet.createRandom());
    const envelope = buildEnvelope({ session, calls: [transfer(1n)], mode: "use" });
    const signature = await signUse({ envelope, userOpHash: id("op"), validator: VALIDATOR, key });
    const opened = openEnvelope(signature, 1);
    expect(opened.bytes).to.equal(envelope);
    expect(
      verifyEcdsa(key.signer, digest(VALIDATOR, sessionUseHash(id("op"), envelope)), opened.keySignature),
    ).to.equal(true);
  });

  it("claims a time only if a charged budget needs it", () => {
    const charging = (budget: number) => [{ ...session.permissions[0]!, charges: [{ budget, source: 0, path: [] }] }];
    expect(pickTime(session, session.permissions, 1_500_500)).to.equal(undefined);
    expect(pickTime(session, charging(0), 1_500_500)).to.equal(undefined);
    expect(pickTime({ ...session, feeBudget: 2 }, [], 1_500_500)).to.equal(1_500_470);
    expect(pickTime({ ...session, feeBudget: 2 }, [], 1_500_500, true)).to.equal(undefined);
    expect(pickTime(session, charging(1), 1_500_500)).to.equal(1_500_470);
    // Not in the period before, not before the session.
    expect(pickTime(session, charging(1), 1_500_010)).to.equal(1_500_000);
    expect(pickTime(session, charging(2), 1_500_010)).to.equal(1_499_980);
    expect(pickTime(session, charging(2), 1_000_010)).to.equal(1_000_000);
    expectCode(() => pickTime(session, charging(1), 999_999), "SESSION_NOT_ACTIVE");
    expectCode(() => pickTime(session, charging(1), 3_000_001), "SESSION_NOT_ACTIVE");
    expect(pickTime(session, charging(1), 3_000_000)).to.equal(3_000_000);
  });
});

describe("key", () => {
  const wallet = Wallet.createRandom();

  it("signs digests with 65 bytes, from a wallet or a bare key", async () => {
    for (const key of [ecdsaKey(wallet), ecdsaKey(wallet.signingKey)]) {
      expect(key.signer).to.equal(wallet.address.toLowerCase());
      expect(await key.signDigest(id("x"))).to.equal(wallet.signingKey.sign(id("x")).serialized);
      expect(key.dummySignature).to.have.length(132);
      expect(verifyEcdsa(key.signer, id("x"), key.dummySignature)).to.equal(false);
    }
  });

  it("verifies as the validator does: low s, v 27 or 28, 65 bytes", () => {
    const { r, s, v, serialized } = wallet.signingKey.sign(id("x"));
    const verify = (signature: string) => verifyEcdsa(wallet.address, id("x"), signature);
    expect(verify(serialized)).to.equal(true);
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const high = (order - BigInt(s)).toString(16).padStart(64, "0");
    expect(verify(`${r}${high}${v === 27 ? "1c" : "1b"}`)).to.equal(false);
    expect(verify(`${r}${s.slice(2)}0${v - 27}`)).to.equal(false);
    expect(verify(`${serialized}00`)).to.equal(false);
    expect(verify(serialized.slice(0, -2))).to.equal(false);
    expect(verify(`0x${"00".repeat(64)}1b`)).to.equal(false);
    expect(verifyEcdsa(`${wallet.address}00`, id("x"), serialized)).to.equal(false);
  });

  it("wraps any ERC-7913 key, but not an empty one", async () => {
    const options = { verifier: TOKEN, key: "0x1234", dummySignature: "0x00", signDigest: async () => "0xab" };
    const key = erc7913Key(options);
    expect(key.signer).to.equal(`${TOKEN.toLowerCase()}1234`);
    expect(await key.signDigest(id("x"))).to.equal("0xab");
    expectCode(() => erc7913Key({ ...options, key: "0x" }), "EMPTY_KEY");
  });
});
