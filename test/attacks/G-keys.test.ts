import { setCode } from "@nomicfoundation/hardhat-network-helpers";
import { concat, dataSlice } from "ethers";
import { ecdsaKey, type SessionKey } from "../../sdk";
import { P256_ORDER, p256Key } from "../../sdk/keys/p256";
import { toBase64Url } from "../../sdk/keys/webAuthn";
import {
  answering,
  asWord,
  bytesOf,
  careless,
  contractKey,
  ERC1271_MAGIC,
  keyWorld,
  newP256,
  passkey,
  place,
  PLENTY,
  revertingWith,
  sessionFor,
  tampered,
  withSigner,
  writing,
  type KeyWorld,
} from "../contracts/verifiers/fixture";
import { ImmutableSigner__factory, MeddlingSigner__factory, StoredSigner__factory } from "../../typechain-types";
import { asAccount, hashOf, operation } from "../helpers/operations";
import { word } from "../helpers/validation";
import { UV } from "../sdk/keys/authenticator";
import { attack, type Trial } from "./catalogue";

const PRECOMPILE = "0x0000000000000000000000000000000000000100";

/** The key's operation is a wrong signature. */
async function wrong(trial: Trial, w: KeyWorld, key: SessionKey): Promise<void> {
  const { session, calls } = await sessionFor(w, key);
  await trial.rejected(w, await operation(w, session, calls, { key, fields: PLENTY ?? {} }), "AA24");
}

/** The twin. */
async function right(trial: Trial, w: KeyWorld, key: SessionKey, broken: readonly string[] = []): Promise<void> {
  const { session, calls } = await sessionFor(w, key);
  await trial.accepted(w, session, calls, { key, broken });
}

/** The twin where a curve is computed in Solidity, whose trace takes seconds: the validator is asked as the account asks it. */
async function approved(trial: Trial, w: KeyWorld, key: SessionKey): Promise<void> {
  const { session, calls } = await sessionFor(w, key);
  const op = await operation(w, session, calls, { key });
  const account = await asAccount(w);
  trial.admitted((await account.validateUserOp.staticCall(op, hashOf(w, op))) > 1n, true);
}

describe("G: P-256, WebAuthn, contracts", () => {
  attack("G1", "no r or s of 0 or n, no high s, no point off the curve, no other length", async (trial) => {
    const w = await keyWorld();
    const key = await p256Key({ verifier: w.at.p256, key: newP256() });
    const [r, s] = [(all: string) => dataSlice(all, 0, 32), (all: string) => dataSlice(all, 32, 64)];
    for (const change of [
      (all: string) => concat([word(0), s(all)]),
      (all: string) => concat([r(all), word(0)]),
      (all: string) => concat([word(P256_ORDER), s(all)]),
      (all: string) => concat([r(all), word(P256_ORDER)]),
      (all: string) => concat([r(all), word(P256_ORDER - BigInt(s(all)))]),
      (all: string) => dataSlice(all, 0, 63),
      (all: string) => concat([all, "0x00"]),
      () => "0x",
    ]) {
      await wrong(trial, w, tampered(key, change));
    }
    for (const point of [bytesOf(64, 0), concat([word(1), word(1)]), bytesOf(64, 0xff)]) {
      await wrong(trial, w, withSigner(key, concat([w.at.p256, point])));
    }
    await right(trial, w, key);
  });

  attack("G2", "where the precompile is absent, or answers anything, our verifier does not ask it", async (trial) => {
    const w = await keyWorld();
    const key = await p256Key({ verifier: w.at.p256, key: newP256() });
    const other = withSigner(await p256Key({ verifier: w.at.p256, key: newP256() }), key.signer);
    await wrong(trial, w, other);
    await setCode(PRECOMPILE, answering(word(1)));
    await wrong(trial, w, other);
    await wrong(trial, w, withSigner(key, concat([PRECOMPILE, dataSlice(key.signer, 20)])));
    await setCode(PRECOMPILE, "0x");
    await approved(trial, w, key);
  });

  attack(
    "G3",
    "a passkey's assertion for another challenge or type, without the user, or with a second challenge",
    async (trial) => {
      const w = await keyWorld();
      const key = passkey(w);
      await wrong(trial, w, { ...key, signDigest: () => key.signDigest(word(7)) });
      await wrong(trial, w, careless(w, { type: "webauthn.create" }));
      await wrong(trial, w, careless(w, { flags: UV }));
      await wrong(trial, w, careless(w, { authenticatorData: new Uint8Array(36) }));
      await wrong(
        trial,
        w,
        careless(w, {}, () => ({ challengeIndex: 0n })),
      );
      await wrong(
        trial,
        w,
        careless(w, {}, () => ({ challengeIndex: 2n ** 256n - 1n })),
      );
      const injected = `https://app.example","challenge":"${toBase64Url(new Uint8Array(32))}`;
      await wrong(trial, w, { ...careless(w, { origin: injected }), signDigest: () => key.signDigest(word(7)) });
      await approved(trial, w, careless(w, {}));
    },
  );

  attack(
    "G4",
    "a contract that reverts, answers short, long or wrong, writes, or was revoked, signs nothing",
    async (trial) => {
      const w = await keyWorld();
      const magic = asWord(ERC1271_MAGIC);
      for (const code of [
        revertingWith(magic),
        answering(dataSlice(magic, 0, 31)),
        answering(concat([dataSlice(magic, 0, 31), "0x01"])),
        answering(asWord("0xffffffff")),
        answering("0x"),
        writing(magic),
      ]) {
        await wrong(trial, w, contractKey(w, await place(code)));
      }
      const data = w.validator.interface.encodeFunctionData("pause");
      const meddling = await new MeddlingSigner__factory(w.bundler).deploy(w.validator, data);
      await wrong(trial, w, contractKey(w, await meddling.getAddress()));
      const stored = await new StoredSigner__factory(w.bundler).deploy(w.key.address);
      const signer = ecdsaKey(w.key);
      const key = contractKey(w, await stored.getAddress(), signer);
      await right(trial, w, key, ["STO-021"]);
      await stored.revoke();
      await wrong(trial, w, key);
      const immutable = await new ImmutableSigner__factory(w.bundler).deploy(w.key.address);
      await right(trial, w, contractKey(w, await immutable.getAddress(), signer));
    },
  );
});
