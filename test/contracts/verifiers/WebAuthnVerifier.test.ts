import { expect } from "chai";
import { concat, dataLength, dataSlice, getBytes, hexlify } from "ethers";
import { type SessionKey } from "../../../sdk";
import { DUMMY_P256_SIGNATURE } from "../../../sdk/keys/p256";
import { encodeAssertion } from "../../../sdk/keys/webAuthn";
import { BE, BS, ORIGIN, SoftAuthenticator, UP, UV, type Quirks } from "../../sdk/keys/authenticator";
import {
  accepts,
  careless,
  decodeAuth,
  encodeAuth,
  type Auth,
  approves,
  keyWorld,
  passkey,
  refuses,
  tampered,
  validationGas,
  withSigner,
} from "./fixture";

const MAX = 2n ** 256n - 1n;

function edited(key: SessionKey, change: (auth: Auth) => Partial<Auth>): SessionKey {
  return tampered(key, (signature) => encodeAuth({ ...decodeAuth(signature), ...change(decodeAuth(signature)) }));
}

describe("ERC7913WebAuthnVerifier (OpenZeppelin) @mass", () => {
  it("accepts a passkey, refuses another one, and the one of another challenge", async () => {
    const w = await keyWorld();
    const key = passkey(w);
    await accepts(w, key);
    await accepts(w, careless(w, {}));
    await refuses(w, withSigner(passkey(w), key.signer));
    const another = new Uint8Array(32).fill(7);
    await refuses(w, { ...key, signDigest: () => key.signDigest(hexlify(another)) });
    await refuses(w, { ...key, signDigest: () => Promise.resolve(key.dummySignature) });
  });

  it("refuses other types than webauthn.get, with the index at any of them", async () => {
    const w = await keyWorld();
    for (const type of ["webauthn.create", "payment.get", "webauthn.gets", "webauthn.ge", ""]) {
      await refuses(w, careless(w, { type }));
    }
    await approves(w, careless(w, { type: "webauthn.get" }));
  });

  it("refuses indexes at which the fields are not, beyond the end and around 2^256 included", async () => {
    const w = await keyWorld();
    const key = passkey(w);
    await approves(w, key);
    await accepts(
      w,
      edited(key, () => ({ challengeIndex: 23n, typeIndex: 1n })),
    );
    for (const index of [0n, 2n, 22n, 24n, 1000n, 2n ** 64n, MAX - 64n, MAX - 20n, MAX - 19n, MAX - 1n, MAX]) {
      await refuses(
        w,
        edited(key, () => ({ challengeIndex: index })),
      );
      await refuses(
        w,
        edited(key, () => ({ typeIndex: index })),
      );
    }
  });

  it("refuses a challenge that is padded, in the wrong alphabet, cut off or longer", async () => {
    const w = await keyWorld();
    const wrapped = (change: (challenge: string) => string): Quirks => ({
      clientData: (challenge) => `{"type":"webauthn.get","challenge":"${change(challenge)}","origin":"${ORIGIN}"}`,
    });
    const at23 = () => ({ challengeIndex: 23n });
    await accepts(
      w,
      careless(
        w,
        wrapped((challenge) => challenge),
        at23,
      ),
    );
    const changes: ((challenge: string) => string)[] = [
      (challenge) => `${challenge}=`,
      (challenge) => challenge.slice(0, -1),
      (challenge) => `${challenge}A`,
      (challenge) => challenge.toUpperCase(),
      // A digest may have neither of the two other digits; then this is the change above with other means.
      (challenge) => `+/${challenge.slice(2)}`,
      (challenge) => ` ${challenge}`,
      () => "",
    ];
    for (const change of changes) await refuses(w, careless(w, wrapped(change), at23));
  });

  it("is not fooled by a challenge inside the origin: browsers escape the quotes", async () => {
    const w = await keyWorld();
    // The site asks the user to sign a challenge of its own, and puts the session's challenge into its origin.
    const injected = (write: (challenge: string) => string): Quirks => ({
      clientData: (challenge) =>
        `{"type":"webauthn.get","challenge":"${"A".repeat(43)}","origin":${write(challenge)},"crossOrigin":false}`,
    });
    const escaped = injected((challenge) => JSON.stringify(`https://x.example","challenge":"${challenge}"`));
    const inside = (json: string) => ({ challengeIndex: BigInt(json.lastIndexOf(`"challenge`)) });
    await refuses(w, careless(w, escaped, inside));
    await refuses(
      w,
      careless(w, escaped, (json) => ({ challengeIndex: BigInt(json.lastIndexOf("challenge") - 2) })),
    );
  });

  it("takes the second of two challenges if a client really writes two: the client is trusted", async () => {
    const w = await keyWorld();
    const two: Quirks = {
      clientData: (challenge) =>
        `{"type":"webauthn.get","challenge":"${"A".repeat(43)}","origin":"${ORIGIN}","challenge":"${challenge}"}`,
    };
    await approves(w, careless(w, two));
    await refuses(
      w,
      careless(w, two, () => ({ challengeIndex: 23n })),
    );
  });

  it("refuses authenticatorData below 37 bytes, accepts 37 and more", async () => {
    const w = await keyWorld();
    const data = (length: number) => {
      const bytes = new Uint8Array(length).fill(1);
      if (length > 32) bytes[32] = UP | UV;
      return bytes;
    };
    for (const length of [0, 1, 32, 33, 36]) await refuses(w, careless(w, { authenticatorData: data(length) }));
    for (const length of [37, 38, 200]) await approves(w, careless(w, { authenticatorData: data(length) }));
  });

  it("insists that the user was present and verified, and that a backed-up key may be", async () => {
    const w = await keyWorld();
    for (const flags of [0, UP, UV, UP | BE, UP | UV | BS, 0xff & ~UP, 0xff & ~UV, 0xff & ~BE]) {
      await refuses(w, careless(w, { flags }));
    }
    for (const flags of [UP | UV, UP | UV | BE, UP | UV | BE | BS, 0xff]) await approves(w, careless(w, { flags }));
  });

  it("covers every byte of authenticatorData and clientDataJSON by the signature", async () => {
    const w = await keyWorld();
    const key = passkey(w);
    const flipLast = (bytes: string) => concat([dataSlice(bytes, 0, -1), "0x21"]);
    await approves(w, key);
    await refuses(
      w,
      edited(key, ({ authenticatorData }) => ({ authenticatorData: flipLast(authenticatorData) })),
    );
    await refuses(
      w,
      edited(key, ({ clientData }) => ({ clientData: flipLast(clientData) })),
    );
    await refuses(
      w,
      edited(key, ({ clientData }) => ({ clientData: concat([clientData, "0x20"]) })),
    );
  });

  it("refuses the high s, and r and s out of range", async () => {
    const w = await keyWorld();
    const key = passkey(w);
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const word = (value: bigint) => `0x${value.toString(16).padStart(64, "0")}`;
    await approves(w, key);
    await refuses(
      w,
      edited(key, ({ s }) => ({ s: word(order - BigInt(s)) })),
    );
    for (const value of [0n, order - 1n, order, MAX]) {
      await refuses(
        w,
        edited(key, () => ({ r: word(value) })),
      );
      await refuses(
        w,
        edited(key, () => ({ s: word(value) })),
      );
    }
  });

  it("refuses bytes that are no such struct, without a revert of the validator", async () => {
    const w = await keyWorld();
    const key = passkey(w);
    await approves(w, key);
    const replaceWord = (signature: string, index: number, value: bigint) =>
      concat([
        dataSlice(signature, 0, index * 32),
        `0x${value.toString(16).padStart(64, "0")}`,
        dataSlice(signature, index * 32 + 32),
      ]);
    for (const length of [0, 1, 64, 0xbf, 0xc0]) {
      await refuses(
        w,
        tampered(key, (signature) => dataSlice(signature, 0, length)),
      );
    }
    await refuses(
      w,
      tampered(key, () => DUMMY_P256_SIGNATURE),
    );
    for (const index of [4, 5, 6, 7]) {
      for (const value of [2n ** 16n, 2n ** 64n, MAX]) {
        await refuses(
          w,
          tampered(key, (signature) => replaceWord(signature, index, value)),
        );
      }
    }
    await refuses(w, withSigner(key, dataSlice(key.signer, 0, 83)));
    await refuses(w, withSigner(key, concat([key.signer, "0x00"])));
  });

  it("works with 5 kB of clientDataJSON, for 50 gas a byte at most @gas", async () => {
    const w = await keyWorld();
    const padding = (size: number): Quirks => ({
      clientData: (challenge) =>
        `{"type":"webauthn.get","challenge":"${challenge}","origin":"${ORIGIN}","pad":"${"p".repeat(size)}"}`,
    });
    const big = careless(w, padding(5_000));
    await approves(w, big);
    const [small, large] = [await validationGas(w, careless(w, padding(0))), await validationGas(w, big)];
    expect(Number(large - small)).to.be.lessThan(5_000 * 50);
    // P-256 itself differs by some thousands from key to key.
    expect(Number(large)).to.be.lessThan(350_000);
  });

  it("has a dummy signature at least as long as the real one of this origin", async () => {
    const w = await keyWorld();
    const authenticator = new SoftAuthenticator();
    const key = passkey(w, {}, authenticator);
    const digest = hexlify(new Uint8Array(32).fill(0xff));
    expect(dataLength(key.dummySignature)).to.be.greaterThan(dataLength(await key.signDigest(digest)));
    const extra =
      "do not compare clientDataJSON against a template. See https://goo.gl/yabPex (other_keys_can_be_added_here)";
    const chrome: Quirks = {
      clientData: (challenge) =>
        JSON.stringify({ type: "webauthn.get", challenge, origin: ORIGIN, crossOrigin: false, extra }),
    };
    const longest = encodeAssertion(authenticator.get(getBytes(digest), chrome), digest);
    expect(dataLength(key.dummySignature)).to.equal(dataLength(longest));
  });
});
