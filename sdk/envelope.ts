import { hexlify, ZeroAddress } from "ethers";
import { checkBudgetKind, checkBudgetPeriod, type Budget, type TimeWindow } from "./budget";
import { ByteReader } from "./byteReader";
import { chargePathBounds, checkChargeBudget, checkSource, type Charge } from "./charge";
import { MAX_GRANT_HEIGHT, MAX_UINT256, MODES, type Mode } from "./constants";
import { contractError, SessionKeyError } from "./errors";
import {
  asAddress,
  asHex,
  byteLength,
  isZeroAddress,
  packUint,
  strip,
  toBytes,
  toHex,
  type Address,
  type Hex,
} from "./hex";
import { checkChargeCount, checkPermissionKind, checkRuleCount, type PermissionBody } from "./permission";
import { checkOp, checkPathLength, type Path, type Rule } from "./rule";
import {
  checkBudgetCount,
  checkFeeBudget,
  checkSignerLength,
  checkTimeWindow,
  checkTreeHeight,
  type SessionHeader,
} from "./session";
import type { MerkleProof } from "./tree";

/**
 * What an envelope says about one call of the operation: its permission and where that is in the session's tree.
 * @example
 * const used: readonly EnvelopeCall[] = openEnvelope(op.signature, calls.length).envelope.calls;
 * const positions = used.map(({ proof }) => proof.index);
 */
export interface EnvelopeCall {
  /** Without target and selector: they are those of the call. */
  readonly permission: PermissionBody;
  /** As many siblings as the envelope's `height`. */
  readonly proof: MerkleProof;
}

/**
 * The owner's grant in an envelope of mode `enable` or `signed`.
 * @example const proof: EnvelopeGrant = proofFor(grant, 0);
 */
export interface EnvelopeGrant {
  /** Where the session is in the grant; no siblings: the owner signed this session alone. */
  readonly proof: MerkleProof;
  /** What the account's ERC-1271 takes over the grant's digest; below 65,536 bytes. */
  readonly signature: Hex;
}

/**
 * The part of an envelope before the permissions.
 * @example const { time, height }: EnvelopeHeader = openEnvelope(op.signature, calls.length).envelope;
 */
export interface EnvelopeHeader {
  /** `use`, `enable` or `signed`. */
  readonly mode: Mode;
  /** The session, but for what the contract knows (account, chain, epoch) and the permissions. */
  readonly session: SessionHeader;
  /** Claimed unix second, within the session's window (inclusive); needed as soon as a timed budget is charged. */
  readonly time?: number;
  /** Height of the permission tree, at most 10. */
  readonly height: number;
}

/**
 * `userOp.signature` but for the key's signature at its end. One envelope has exactly one encoding.
 * @example const { mode, calls: used }: Envelope = openEnvelope(op.signature, calls.length).envelope;
 */
export interface Envelope extends EnvelopeHeader {
  /** One per call of the operation, in their order. */
  readonly calls: readonly EnvelopeCall[];
  /** Present in, and only in, the modes `enable` and `signed`. */
  readonly grant?: EnvelopeGrant;
}

/**
 * An opened `userOp.signature`.
 * @example const { envelope, keySignature }: OpenedEnvelope = openEnvelope(op.signature, calls.length);
 */
export interface OpenedEnvelope {
  readonly envelope: Envelope;
  /** The envelope's bytes: what the key signs. */
  readonly bytes: Hex;
  /** The rest. */
  readonly keySignature: Hex;
}

const PAYMASTER_FLAG = 4;
const TIME_FLAG = 8;
const MODE_MASK = 3;

// ---------------------------------------------------------------------------------------------------------- encoding

/**
 * The bytes of an envelope, without the key's signature. Raises what {@link decodeEnvelope} raises for what it would
 * not take back, and `INTEGER_OUT_OF_RANGE`, `GRANT_MISMATCH`, `PROOF_HEIGHT`.
 * @example sealEnvelope(encodeEnvelope(envelope), keySignature) // userOp.signature
 */
export function encodeEnvelope(envelope: Envelope): Hex {
  const parts = [encodeHeader(envelope), ...envelope.calls.map((call) => encodeCall(call, envelope.height))];
  if ((envelope.grant !== undefined) !== (envelope.mode !== "use")) {
    const message = `mode ${envelope.mode} ${envelope.grant ? "takes no" : "needs a"} grant`;
    throw new SessionKeyError("GRANT_MISMATCH", message, { mode: envelope.mode });
  }
  if (envelope.grant) parts.push(encodeGrant(envelope.grant));
  const bytes = `0x${parts.join("")}`;
  // The decoder is the only judge of what may be sent.
  decodeEnvelope(bytes, envelope.calls.length);
  return bytes;
}

function encodeHeader({ mode, session, time, height }: EnvelopeHeader): string {
  const paid = !isZeroAddress(session.paymaster);
  const head = MODES[mode] | (paid ? PAYMASTER_FLAG : 0) | (time === undefined ? 0 : TIME_FLAG);
  return [
    packUint(head, 1),
    packUint(session.salt, 8),
    packUint(session.validAfter, 6),
    packUint(session.validUntil, 6),
    paid ? strip(session.paymaster) : "",
    packUint(session.feeBudget, 1),
    packUint(byteLength(session.signer), 2),
    strip(session.signer),
    packUint(session.budgets.length, 1),
    ...session.budgets.map(encodeBudget),
    time === undefined ? "" : packUint(time, 6),
    packUint(height, 1),
  ]
    .join("")
    .toLowerCase();
}

function encodeBudget({ kind, limit, period }: Budget): string {
  return packUint(kind, 1) + encodeMinimal(limit) + packUint(period, 4);
}

function encodeCall({ permission, proof }: EnvelopeCall, height: number): string {
  if (proof.siblings.length !== height) {
    const message = `a proof of ${proof.siblings.length} siblings in a tree of height ${height}`;
    throw new SessionKeyError("PROOF_HEIGHT", message, { found: proof.siblings.length, expected: height });
  }
  return [
    packUint(permission.kind, 1),
    encodeMinimal(permission.maxValue),
    packUint(permission.rules.length, 1),
    ...permission.rules.map(encodeRule),
    packUint(permission.charges.length, 1),
    ...permission.charges.map(encodeCharge),
    encodeProof(proof),
  ].join("");
}

function encodeRule({ op, path, other, mask, value }: Rule): string {
  const maskField = mask === MAX_UINT256 ? "00" : `01${packUint(mask, 32)}`;
  return packUint(op, 1) + encodePath(path) + encodePath(other) + maskField + encodeMinimal(value);
}

function encodeCharge({ budget, source, path }: Charge): string {
  return packUint(budget, 1) + packUint(source, 1) + encodePath(path);
}

function encodePath(path: Path): string {
  return packUint(path.length, 1) + path.map((element) => packUint(element, 2)).join("");
}

function encodeProof({ index, siblings }: MerkleProof): string {
  if (siblings.length === 0) return "";
  return packUint(index, 2) + siblings.map((sibling) => strip(asHex(sibling, "sibling", 32))).join("");
}

function encodeGrant({ proof, signature }: EnvelopeGrant): string {
  const length = packUint(byteLength(asHex(signature, "grant signature")), 2);
  return packUint(proof.siblings.length, 1) + encodeProof(proof) + length + strip(signature).toLowerCase();
}

/** `n(x)`: one length byte, then the bytes of `value` without leading zeros. */
function encodeMinimal(value: bigint): string {
  const length = value === 0n ? 0 : Math.ceil(value.toString(16).length / 2);
  return packUint(length, 1) + (length === 0 ? "" : packUint(value, length));
}

// ---------------------------------------------------------------------------------------------------------- decoding

/**
 * Takes the bytes of an envelope (without the key's signature) apart, for an operation of `callCount` calls, and refuses
 * every encoding but the one that {@link encodeEnvelope} makes.
 *
 * Raises, as the contract: `EnvelopeTruncated`, `InvalidHead`, `InvalidTimeWindow`, `ZeroPaymasterField`,
 * `InvalidSignerLength`, `TooManyBudgets`, `InvalidFeeBudget`, `UnknownBudgetKind`, `InvalidBudgetPeriod`,
 * `IntegerTooLong`, `IntegerNotMinimal`, `TimeOutsideSession`, `TreeTooHigh`, `UnknownPermissionKind`, `TooManyRules`,
 * `UnknownOp`, `InvalidPathLength`, `UnknownMaskFlag`, `MaskNotMinimal`, `TooManyCharges`, `UnknownBudget`,
 * `UnknownSource`, `InvalidLeafIndex`, `GrantTooHigh`; and `TRAILING_BYTES` if something follows.
 */
export function decodeEnvelope(bytes: Hex | Uint8Array, callCount: number): Envelope {
  const { envelope, keySignature } = openEnvelope(bytes, callCount);
  if (byteLength(keySignature) > 0) {
    const message = `${byteLength(keySignature)} bytes after the end of the envelope`;
    throw new SessionKeyError("TRAILING_BYTES", message, { found: byteLength(keySignature), max: 0 });
  }
  return envelope;
}

/**
 * Takes a whole `userOp.signature` apart. The number of calls is not in it: it is that of the operation.
 * Raises `EnvelopeTruncated`, `InvalidHead` and whatever else the contract raises for bytes that are no envelope.
 * @example openEnvelope(op.signature, decodeExecute(op.callData).length).keySignature
 */
export function openEnvelope(signature: Hex | Uint8Array, callCount: number): OpenedEnvelope {
  const bytes = toBytes(signature);
  const reader = new ByteReader(bytes);
  const header = readHeader(reader);
  const calls = Array.from({ length: callCount }, (_, index) => readCall(reader, header, index));
  const grant = header.mode === "use" ? {} : { grant: readGrant(reader) };
  return {
    envelope: { ...header, calls, ...grant },
    bytes: hexlify(bytes.subarray(0, reader.position)),
    keySignature: hexlify(bytes.subarray(reader.position)),
  };
}

/** `userOp.signature`: the envelope and the key's signature over it. */
export function sealEnvelope(envelope: Hex | Uint8Array, keySignature: Hex): Hex {
  return toHex(envelope) + strip(asHex(keySignature, "key signature"));
}

// The steps of the decoder, in the order of the bytes. `check` takes them one by one, because the contract judges a
// call before it looks at the next one.

/** Everything before the permissions. */
export function readHeader(reader: ByteReader): EnvelopeHeader {
  const head = reader.number(1);
  const mode = (Object.keys(MODES) as Mode[]).find((name) => MODES[name] === (head & MODE_MASK));
  if (mode === undefined || head > (MODE_MASK | PAYMASTER_FLAG | TIME_FLAG))
    throw contractError("InvalidHead", { head });
  const salt = reader.uint(8);
  const window = { validAfter: reader.number(6), validUntil: reader.number(6) };
  checkTimeWindow(window);
  const paymaster = head & PAYMASTER_FLAG ? readPaymaster(reader) : ZeroAddress;
  const feeBudget = reader.number(1);
  const signerLength = reader.number(2);
  checkSignerLength(signerLength);
  const signer = reader.hex(signerLength);
  const budgets = readBudgets(reader, feeBudget, window);
  const time = head & TIME_FLAG ? { time: readTime(reader, window) } : {};
  const height = reader.number(1);
  checkTreeHeight(height);
  return { mode, session: { salt, signer, ...window, paymaster, feeBudget, budgets }, ...time, height };
}

function readPaymaster(reader: ByteReader): Address {
  const paymaster = asAddress(reader.hex(20), "paymaster");
  if (isZeroAddress(paymaster)) throw contractError("ZeroPaymasterField", {});
  return paymaster;
}

function readBudgets(reader: ByteReader, feeBudget: number, window: TimeWindow): Budget[] {
  const count = reader.number(1);
  checkBudgetCount(count);
  checkFeeBudget(feeBudget, count);
  return Array.from({ length: count }, (_, index) => {
    const kind = reader.number(1);
    checkBudgetKind(kind, index);
    const budget = { kind, limit: reader.minimalUint(13), period: reader.number(4) };
    checkBudgetPeriod(budget, index, window);
    return budget;
  });
}

function readTime(reader: ByteReader, window: TimeWindow): number {
  const time = reader.number(6);
  checkTime(time, window);
  return time;
}

/** Raises `TimeOutsideSession`. */
export function checkTime(time: number, { validAfter, validUntil }: TimeWindow): void {
  if (time < validAfter || time > validUntil)
    throw contractError("TimeOutsideSession", { time, validAfter, validUntil });
}

function readCall(reader: ByteReader, header: EnvelopeHeader, index: number): EnvelopeCall {
  const kind = readKind(reader, index);
  const maxValue = reader.minimalUint(16);
  const rules = Array.from({ length: readRuleCount(reader) }, () => readRule(reader));
  const charges = readCharges(reader, header.session.budgets.length);
  return { permission: { kind, maxValue, rules, charges }, proof: readProof(reader, header.height) };
}

/** The kind of the permission of call `index`. */
export function readKind(reader: ByteReader, index: number): number {
  const kind = reader.number(1);
  checkPermissionKind(kind, index);
  return kind;
}

/** How many rules follow. */
export function readRuleCount(reader: ByteReader): number {
  const count = reader.number(1);
  checkRuleCount(count);
  return count;
}

/** One rule. */
export function readRule(reader: ByteReader): Rule {
  const op = reader.number(1);
  checkOp(op);
  const path = readPath(reader, 1);
  const other = readPath(reader, 0);
  const flag = reader.number(1);
  if (flag > 1) throw contractError("UnknownMaskFlag", { flag });
  const mask = flag === 0 ? MAX_UINT256 : reader.uint(32);
  if (flag === 1 && mask === MAX_UINT256) throw contractError("MaskNotMinimal", {});
  return { op, path, other, mask, value: reader.minimalUint(32) };
}

/** The charges of one permission. */
export function readCharges(reader: ByteReader, budgetCount: number): Charge[] {
  const count = reader.number(1);
  checkChargeCount(count);
  return Array.from({ length: count }, () => {
    const budget = reader.number(1);
    checkChargeBudget(budget, budgetCount);
    const source = reader.number(1);
    checkSource(source);
    const { min, max } = chargePathBounds(source);
    return { budget, source, path: readPath(reader, min, max) };
  });
}

function readPath(reader: ByteReader, min: number, max?: number): number[] {
  const count = reader.number(1);
  checkPathLength(count, min, max);
  return Array.from({ length: count }, () => reader.number(2));
}

/** A proof of known height; nothing is sent at height 0. */
export function readProof(reader: ByteReader, height: number): MerkleProof {
  if (height === 0) return { index: 0, siblings: [] };
  const index = reader.number(2);
  if (index >= 2 ** height) throw contractError("InvalidLeafIndex", { found: index, leaves: 2 ** height });
  return { index, siblings: Array.from({ length: height }, () => reader.hex(32)) };
}

/** The grant of modes `enable` and `signed`. */
export function readGrant(reader: ByteReader): EnvelopeGrant {
  const height = reader.number(1);
  if (height > MAX_GRANT_HEIGHT) throw contractError("GrantTooHigh", { found: height, max: MAX_GRANT_HEIGHT });
  const proof = readProof(reader, height);
  return { proof, signature: reader.hex(reader.number(2)) };
}
