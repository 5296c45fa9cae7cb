import { generateKeyPairSync } from "node:crypto";
import { loadFixture, setCode } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { AbiCoder, concat, dataSlice, getBytes, hexlify, id, toBeHex, type BaseContract, type BytesLike } from "ethers";
import { ethers } from "hardhat";
import { callPermission, type Call, type SendResult, type SessionKey } from "../../../sdk";
import { erc1271Key } from "../../../sdk/keys/erc1271";
import { compactSignature, DUMMY_P256_SIGNATURE, withLowS } from "../../../sdk/keys/p256";
import { type VerifierKey } from "../../../sdk/keys/verifierKey";
import { toBase64Url, webAuthnKey } from "../../../sdk/keys/webAuthn";
import {
  ERC1271Verifier__factory,
  ERC7913P256Verifier__factory,
  ERC7913RSAVerifier__factory,
  ERC7913WebAuthnVerifier__factory,
  MultisigVerifier__factory,
  P256Sha256Verifier__factory,
  P256Verifier__factory,
  type IERC7913SignatureVerifier,
} from "../../../typechain-types";
import {
  asAccount,
  enable,
  expectRejection,
  hashOf,
  operation,
  sessionOf,
  use,
  type OperationOptions,
} from "../../helpers/operations";
import { world, type World } from "../../helpers/world";
import { ORIGIN, SoftAuthenticator, type Quirks } from "../../sdk/keys/authenticator";

/** `verify(bytes,bytes32,bytes)`: what a verifier answers to a right signature. */
export const MAGIC = "0x024ad318";
/** What it answers to a wrong one. */
export const WRONG = "0xffffffff";
/** The answer of ERC-1271 to a right signature. */
export const ERC1271_MAGIC = "0x1626ba7e";
/** A hash to be signed where no operation is needed. */
export const HASH = id("a hash to be signed");

const SELECTOR = id("act()").slice(0, 10);

/** The verifiers of this repository and of OpenZeppelin. */
export interface Verifiers {
  readonly p256: IERC7913SignatureVerifier;
  readonly p256Sha256: IERC7913SignatureVerifier;
  readonly erc1271: IERC7913SignatureVerifier;
  readonly multisig: IERC7913SignatureVerifier;
  readonly ozP256: IERC7913SignatureVerifier;
  readonly ozRsa: IERC7913SignatureVerifier;
  readonly ozWebAuthn: IERC7913SignatureVerifier;
}

/** A world with the verifiers. */
export interface KeyWorld extends World {
  readonly verifiers: Verifiers;
  /** Their addresses. */
  readonly at: Readonly<Record<keyof Verifiers, string>>;
}

/** The fixture of the tests of keys. */
export async function keyWorld(): Promise<KeyWorld> {
  return loadFixture(buildKeyWorld);
}

async function buildKeyWorld(): Promise<KeyWorld> {
  const base = await world();
  const { bundler } = base;
  const verifiers: Verifiers = {
    p256: await new P256Verifier__factory(bundler).deploy(),
    p256Sha256: await new P256Sha256Verifier__factory(bundler).deploy(),
    erc1271: await new ERC1271Verifier__factory(bundler).deploy(),
    multisig: await new MultisigVerifier__factory(bundler).deploy(),
    ozP256: await new ERC7913P256Verifier__factory(bundler).deploy(),
    ozRsa: await new ERC7913RSAVerifier__factory(bundler).deploy(),
    ozWebAuthn: await new ERC7913WebAuthnVerifier__factory(bundler).deploy(),
  };
  const entries = Object.entries(verifiers) as [keyof Verifiers, BaseContract][];
  const at = Object.fromEntries(
    await Promise.all(entries.map(async ([name, contract]) => [name, await contract.getAddress()] as const)),
  ) as Record<keyof Verifiers, string>;
  return { ...base, verifiers, at };
}

/** An operation of a session that `key` holds, enabled, and signed by it. */
export async function operationOf(w: KeyWorld, key: SessionKey, options: Omit<OperationOptions, "key"> = {}) {
  const { session, calls } = await sessionFor(w, key);
  return operation(w, session, calls, { ...options, key });
}

/** A session that `key` holds, enabled, and what it may do. */
export async function sessionFor(w: KeyWorld, key: SessionKey) {
  const calls: Call[] = [{ target: w.targetAddress, value: 0n, data: SELECTOR }];
  const session = await sessionOf(w, [callPermission(w.targetAddress, SELECTOR)], { signer: key.signer });
  await enable(w, session);
  return { session, calls };
}

/** The key's operation is included and its call succeeds. */
export async function accepts(w: KeyWorld, key: SessionKey, broken: readonly string[] = []): Promise<SendResult> {
  const { session, calls } = await sessionFor(w, key);
  return use(w, session, calls, { key, broken });
}

/**
 * The validator takes the key's signature, asked as the account would ask it. {@link accepts} goes through the EntryPoint
 * and is traced, which takes a second where a curve is computed in Solidity: once for each kind of key suffices.
 */
export async function approves(w: KeyWorld, key: SessionKey): Promise<void> {
  const op = await operationOf(w, key);
  const account = await asAccount(w);
  expect(await account.validateUserOp.staticCall(op, hashOf(w, op))).to.be.greaterThan(1n);
}

/**
 * For contracts that burn what gas they get: 1/64 stays with each caller, which here suffices to finish. With less the
 * operation is refused as well, as over its limit (AA26) or out of gas (AA23).
 */
export const PLENTY: OperationOptions["fields"] = { verificationGasLimit: 5_000_000n };

/** The key's operation is refused as signed wrongly: AA24, and exactly 1 from `validateUserOp`. */
export async function refuses(w: KeyWorld, key: SessionKey, fields?: OperationOptions["fields"]): Promise<void> {
  const op = await operationOf(w, key, fields ? { fields } : {});
  const account = await asAccount(w);
  expect(await account.validateUserOp.staticCall(op, hashOf(w, op))).to.equal(1n);
  await expectRejection(w, op, "AA24");
}

/** The key with its signature changed after the fact. */
export function tampered(key: SessionKey, change: (signature: string) => string): SessionKey {
  return { ...key, signDigest: async (digest) => change(await key.signDigest(digest)) };
}

/** The key with another signer in the session. */
export function withSigner(key: SessionKey, signer: string): SessionKey {
  return { ...key, signer };
}

/** A new P-256 key of node:crypto. */
export function newP256() {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

/** A passkey whose authenticator has these quirks. */
export function passkey(w: KeyWorld, quirks: Quirks = {}, authenticator = new SoftAuthenticator()): VerifierKey {
  return webAuthnKey({
    verifier: w.at.ozWebAuthn,
    publicKey: authenticator.publicKey,
    origin: ORIGIN,
    getAssertion: (challenge) => Promise.resolve(authenticator.get(challenge, quirks)),
  });
}

/** A session key that is this contract; signs by `signDigest`, or says nothing of use. */
export function contractKey(w: KeyWorld, contract: string, signer?: SessionKey): VerifierKey {
  return erc1271Key({
    verifier: w.at.erc1271,
    contract,
    dummySignature: signer?.dummySignature ?? DUMMY_P256_SIGNATURE,
    signDigest: (digest) => signer?.signDigest(digest) ?? Promise.resolve("0x"),
  });
}

// ----------------------------------------------------------------------------------------------------------- passkeys

const TYPES = ["bytes32", "bytes32", "uint256", "uint256", "bytes", "bytes"];

/** The fields of OpenZeppelin's struct. */
export interface Auth {
  readonly r: string;
  readonly s: string;
  readonly challengeIndex: bigint;
  readonly typeIndex: bigint;
  readonly authenticatorData: string;
  readonly clientData: string;
}

/** The struct in a signature. */
export function decodeAuth(signature: string): Auth {
  const [r, s, challengeIndex, typeIndex, authenticatorData, clientData] = AbiCoder.defaultAbiCoder().decode(
    TYPES,
    signature,
  ) as unknown as [string, string, bigint, bigint, string, string];
  return { r, s, challengeIndex, typeIndex, authenticatorData, clientData };
}

/** The signature of a struct. */
export function encodeAuth({ r, s, challengeIndex, typeIndex, authenticatorData, clientData }: Auth): string {
  return AbiCoder.defaultAbiCoder().encode(TYPES, [r, s, challengeIndex, typeIndex, authenticatorData, clientData]);
}

/** A key that signs whatever the quirks make of the assertion: the SDK, which would object, is left out. */
export function careless(
  w: KeyWorld,
  quirks: Quirks,
  auth: (json: string, challenge: string) => Partial<Auth> = () => ({}),
) {
  const authenticator = new SoftAuthenticator();
  return {
    ...passkey(w, {}, authenticator),
    signDigest: (digest: string) => {
      const { authenticatorData, clientDataJSON, signature } = authenticator.get(getBytes(digest), quirks);
      const compact = withLowS(compactSignature(hexlify(signature as Uint8Array)));
      const json = Buffer.from(clientDataJSON as Uint8Array).toString();
      const challenge = `"challenge":"${toBase64Url(getBytes(digest))}"`;
      return Promise.resolve(
        encodeAuth({
          r: dataSlice(compact, 0, 32),
          s: dataSlice(compact, 32),
          challengeIndex: BigInt(Math.max(0, json.indexOf(challenge))),
          typeIndex: BigInt(Math.max(0, json.indexOf(`"type":"webauthn.`))),
          authenticatorData: hexlify(authenticatorData as Uint8Array),
          clientData: hexlify(clientDataJSON as Uint8Array),
          ...auth(json, challenge),
        }),
      );
    },
  };
}

// ------------------------------------------------------------------------------------- contracts in a few bytes of code

/** Runtime code that answers every call with these bytes. */
export function answering(answer: BytesLike): string {
  // PUSH2 length, DUP1, PUSH1 11, PUSH0, CODECOPY, PUSH0, RETURN, the answer
  return concat(["0x61", toBeHex(getBytes(answer).length, 2), "0x80600a5f395ff3", answer]);
}

/** The same, but it reverts with them. */
export function revertingWith(data: BytesLike): string {
  return concat(["0x61", toBeHex(getBytes(data).length, 2), "0x80600a5f395ffd", data]);
}

/** Runtime code that first writes to its storage. */
export function writing(answer: BytesLike): string {
  // PUSH1 1, PUSH0, SSTORE; the code after it is 4 bytes further on
  return concat(["0x60015f55", "0x61", toBeHex(getBytes(answer).length, 2), "0x80600e5f395ff3", answer]);
}

/** Runtime code that burns all gas: INVALID. */
export const BURNING = "0xfe";

/** `magic` as a function returns it: left-aligned in a word. */
export function asWord(magic: string): string {
  return concat([magic, new Uint8Array(28)]);
}

let placed = 0;

/** A new address with this code. */
export async function place(code: string): Promise<string> {
  const address = toBeHex(0xc0de_0000 + ++placed, 20);
  await setCode(address, code);
  return address;
}

// --------------------------------------------------------------------------------------------------------------- gas

/** Runtime code: calls the first 20 bytes of its calldata with the rest, and answers what gas that took. */
const METER = "0x36601490038060145f375a905f5f825f5f5f3560601c5af150505a90035f5260205ff3";

/** Gas of a call of `from`, without that of the transaction and its calldata. */
export async function gasOf(to: string, data: string, from: string): Promise<bigint> {
  const call = { from, to: from, data: concat([to, data]), gas: "0x1c9c380" };
  return BigInt((await ethers.provider.send("eth_call", [call, "latest", { [from]: { code: METER } }])) as string);
}

/** Gas of `validateUserOp` for an operation of this key, in its second and later use. */
export async function validationGas(w: KeyWorld, key: SessionKey): Promise<bigint> {
  const op = await operationOf(w, key);
  const data = w.validator.interface.encodeFunctionData("validateUserOp", [op, hashOf(w, op)]);
  return gasOf(w.validatorAddress, data, w.accountAddress);
}

/** Some bytes. */
export function bytesOf(length: number, value = 0xab): string {
  return hexlify(new Uint8Array(length).fill(value));
}
