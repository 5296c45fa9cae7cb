import { expect } from "chai";
import { AbiCoder, concat, dataLength, dataSlice, getBytes, hexlify, id, randomBytes, toUtf8Bytes } from "ethers";
import { P256_ORDER } from "../../../sdk/keys/p256";
import {
  encodeAssertion,
  toBase64Url,
  webAuthnKey,
  webAuthnPublicKey,
  WEBAUTHN_UNESTIMATED_GAS,
} from "../../../sdk/keys/webAuthn";
import { expectCode, VALIDATOR } from "../arbitraries";
import { BE, BS, ORIGIN, SoftAuthenticator, UP, UV, type Quirks } from "./authenticator";

const DIGEST = id("a digest");
const authenticator = new SoftAuthenticator();
const assertion = (quirks: Quirks = {}, digest = DIGEST) => authenticator.get(getBytes(digest), quirks);

function decode(signature: string) {
  const types = ["bytes32", "bytes32", "uint256", "uint256", "bytes", "string"];
  const [r, s, challengeIndex, typeIndex, data, json] = AbiCoder.defaultAbiCoder().decode(
    types,
    signature,
  ) as unknown as [string, string, bigint, bigint, string, string];
  return { r, s, challengeIndex: Number(challengeIndex), typeIndex: Number(typeIndex), data, json };
}

describe("keys/webAuthn", () => {
  describe("encodeAssertion", () => {
    it("says where type and challenge are, and lowers s", () => {
      for (let i = 0; i < 20; i++) {
        const digest = hexlify(randomBytes(32));
        const answer = assertion({}, digest);
        const { s, challengeIndex, typeIndex, data, json } = decode(encodeAssertion(answer, digest));
        expect(json.slice(typeIndex)).to.match(/^"type":"webauthn.get"/);
        expect(json.slice(challengeIndex)).to.match(new RegExp(`^"challenge":"${toBase64Url(getBytes(digest))}"`));
        expect(BigInt(s) <= P256_ORDER / 2n).to.equal(true);
        expect(data).to.equal(hexlify(answer.authenticatorData as Uint8Array));
      }
    });

    it("counts in bytes and finds the fields wherever they are", () => {
      const clientData = (challenge: string) =>
        `{"origin":"https://bücher.example/\u{1f511}","challenge":"${challenge}","type":"webauthn.get"}`;
      const { challengeIndex, typeIndex, json } = decode(encodeAssertion(assertion({ clientData }), DIGEST));
      const bytes = Buffer.from(json);
      expect(bytes.subarray(challengeIndex).toString()).to.match(/^"challenge":"/);
      expect(bytes.subarray(typeIndex).toString()).to.equal(`"type":"webauthn.get"}`);
      expect(challengeIndex).to.be.greaterThan(json.indexOf(`"challenge"`));
    });

    it("takes what a browser gives: ArrayBuffers", () => {
      const answer = assertion();
      const buffer = (bytes: Uint8Array | ArrayBuffer) => new Uint8Array(bytes as Uint8Array).slice().buffer;
      const browser = {
        authenticatorData: buffer(answer.authenticatorData),
        clientDataJSON: buffer(answer.clientDataJSON),
        signature: buffer(answer.signature),
      };
      expect(encodeAssertion(browser, DIGEST)).to.equal(encodeAssertion(answer, DIGEST));
    });

    it("objects to what the verifier would refuse", () => {
      const refused: [Quirks, string][] = [
        [{ type: "webauthn.create" }, "NOT_AN_ASSERTION"],
        [{ clientData: () => "" }, "NOT_AN_ASSERTION"],
        [{ flags: UV }, "USER_NOT_PRESENT"],
        [{ flags: UP }, "USER_NOT_VERIFIED"],
        [{ flags: UP | UV | BS }, "INVALID_BACKUP_STATE"],
        [{ authenticatorData: new Uint8Array(36).fill(255) }, "AUTHENTICATOR_DATA_TOO_SHORT"],
      ];
      for (const [quirks, code] of refused) expectCode(() => encodeAssertion(assertion(quirks), DIGEST), code);
      expectCode(() => encodeAssertion(assertion(), id("another digest")), "CHALLENGE_MISMATCH");
      expectCode(() => encodeAssertion({ ...assertion(), signature: new Uint8Array(64) }, DIGEST), "INVALID_DER");
      for (const flags of [UP | UV, UP | UV | BE, UP | UV | BE | BS]) encodeAssertion(assertion({ flags }), DIGEST);
    });

    it("does not take a challenge whose quotes are escaped", () => {
      const clientData = (challenge: string) =>
        JSON.stringify({ type: "webauthn.get", challenge: "x", origin: `"challenge":"${challenge}"` });
      expectCode(() => encodeAssertion(assertion({ clientData }), DIGEST), "CHALLENGE_MISMATCH");
    });
  });

  describe("webAuthnPublicKey", () => {
    it("reads SPKI of P-256 and nothing else", () => {
      const { spki, publicKey } = authenticator;
      expect(dataLength(publicKey)).to.equal(64);
      expect(webAuthnPublicKey(spki)).to.equal(dataSlice(hexlify(spki), 27));
      expect(webAuthnPublicKey(new Uint8Array(spki).buffer)).to.equal(publicKey);
      for (const wrong of [
        spki.slice(1),
        spki.slice(0, -1),
        Buffer.concat([spki, Buffer.alloc(1)]),
        Buffer.alloc(91),
      ]) {
        expectCode(() => webAuthnPublicKey(wrong), "UNSUPPORTED_KEY");
      }
      const off = Buffer.concat([spki.slice(0, -1), Buffer.from([spki[90]! ^ 1])]);
      expectCode(() => webAuthnPublicKey(off), "INVALID_PUBLIC_KEY");
    });
  });

  describe("webAuthnKey", () => {
    const options = {
      verifier: VALIDATOR,
      publicKey: authenticator.publicKey,
      origin: ORIGIN,
      getAssertion: (challenge: Uint8Array) => Promise.resolve(authenticator.get(challenge)),
    };

    it("asks for the digest as challenge", async () => {
      const challenges: string[] = [];
      const key = webAuthnKey({
        ...options,
        getAssertion: (challenge) => {
          challenges.push(hexlify(challenge));
          return options.getAssertion(challenge);
        },
      });
      expect(key.signer).to.equal(concat([VALIDATOR, authenticator.publicKey]).toLowerCase());
      expect(decode(await key.signDigest(DIGEST)).json).to.contain(toBase64Url(getBytes(DIGEST)));
      expect(challenges).to.deep.equal([DIGEST]);
    });

    it("has a dummy of maximal length, well-formed for its origin, and says what it does not cost", () => {
      const key = webAuthnKey(options);
      const { json, challengeIndex, typeIndex } = decode(key.dummySignature);
      expect(json.slice(typeIndex)).to.match(/^"type":"webauthn.get"/);
      expect(json.slice(challengeIndex)).to.match(/^"challenge":"A{43}"/);
      expect(toUtf8Bytes(json).length).to.be.greaterThan(200);
      expect(key.unestimatedGas).to.equal(WEBAUTHN_UNESTIMATED_GAS);
      expect(webAuthnKey({ ...options, unestimatedGas: 40_000n }).unestimatedGas).to.equal(40_000n);
    });

    it("refuses a public key off the curve", () => {
      expectCode(() => webAuthnKey({ ...options, publicKey: `0x${"00".repeat(64)}` }), "INVALID_PUBLIC_KEY");
    });
  });
});
