import { AbiCoder, getBytes, keccak256, TypedDataEncoder, type TypedDataDomain, type TypedDataField } from "ethers";
import { MAX_USER_OP_BYTES, MAX_VALIDATION_GAS, type EntryPointVersion } from "./constants";
import { SessionKeyError } from "./errors";
import { asAddress, asHex, byteLength, isZeroAddress, packUint, strip, type Address, type Hex } from "./hex";

/**
 * The struct that EntryPoint v0.7, v0.8 and v0.9 take (ERC-4337).
 * @example const op: PackedUserOperation = await prepareUse(context, { session, calls, key });
 */
export interface PackedUserOperation {
  readonly sender: Address;
  /** 192-bit key, then 64-bit sequence. */
  readonly nonce: bigint;
  /** Factory and its calldata, or the EIP-7702 marker, or `0x`. */
  readonly initCode: Hex;
  readonly callData: Hex;
  /** `verificationGasLimit(16) ‖ callGasLimit(16)`. */
  readonly accountGasLimits: Hex;
  readonly preVerificationGas: bigint;
  /** `maxPriorityFeePerGas(16) ‖ maxFeePerGas(16)`. */
  readonly gasFees: Hex;
  /** `paymaster(20) ‖ verificationGasLimit(16) ‖ postOpGasLimit(16) ‖ data`, or `0x`. */
  readonly paymasterAndData: Hex;
  readonly signature: Hex;
}

/**
 * The same with a name for everything: what the bundlers' RPC takes. Gas in units, fees in wei.
 * @example const { callGasLimit, maxFeePerGas }: UserOperation = unpackUserOp(op);
 */
export interface UserOperation {
  readonly sender: Address;
  readonly nonce: bigint;
  /** Deploys the account; `0x7702` for an EIP-7702 account. */
  readonly factory?: Address;
  readonly factoryData?: Hex;
  readonly callData: Hex;
  readonly callGasLimit: bigint;
  readonly verificationGasLimit: bigint;
  readonly preVerificationGas: bigint;
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  readonly paymaster?: Address;
  readonly paymasterVerificationGasLimit?: bigint;
  readonly paymasterPostOpGasLimit?: bigint;
  readonly paymasterData?: Hex;
  readonly signature: Hex;
}

/**
 * The five gas fields of a packed operation, each below 2^128 (`preVerificationGas`: 2^256).
 * @example
 * const gas: Partial<UserOpGas> = { ...DEFAULT_GAS, callGasLimit: 90_000n };
 * const op = await prepareUse(context, { session, calls, key, gas });
 */
export interface UserOpGas {
  readonly verificationGasLimit: bigint;
  readonly callGasLimit: bigint;
  readonly preVerificationGas: bigint;
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

/** `initCode` of an EIP-7702 account without init data, and the first 20 bytes of one with. */
export const EIP7702_INIT_CODE: Hex = `0x7702${"00".repeat(18)}`;

/** Bytes of `paymasterAndData` before the paymaster's own data. */
export const PAYMASTER_HEAD_BYTES = 52;

/**
 * Packs an operation for the EntryPoint. Raises `INTEGER_OUT_OF_RANGE`, `INVALID_ADDRESS`, `INVALID_HEX`.
 *
 * @example
 * const limits = { callGasLimit: 150_000n, verificationGasLimit: 400_000n, preVerificationGas: 60_000n };
 * const fees = { maxFeePerGas: 2_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n };
 * const packed = packUserOp({ sender: account, nonce: 0n, callData: encodeExecute(calls), signature: "0x", ...limits, ...fees });
 */
export function packUserOp(op: UserOperation): PackedUserOperation {
  return {
    sender: asAddress(op.sender, "sender"),
    nonce: op.nonce,
    initCode: packInitCode(op),
    callData: asHex(op.callData, "callData"),
    accountGasLimits: `0x${packUint(op.verificationGasLimit, 16)}${packUint(op.callGasLimit, 16)}`,
    preVerificationGas: op.preVerificationGas,
    gasFees: `0x${packUint(op.maxPriorityFeePerGas, 16)}${packUint(op.maxFeePerGas, 16)}`,
    paymasterAndData: packPaymaster(op),
    signature: asHex(op.signature, "signature"),
  };
}

function packInitCode({ factory, factoryData = "0x" }: UserOperation): Hex {
  if (factory === undefined) return "0x";
  const head = factory === "0x7702" ? EIP7702_INIT_CODE : asAddress(factory, "factory");
  return (head + strip(asHex(factoryData, "factoryData"))).toLowerCase();
}

function packPaymaster(op: UserOperation): Hex {
  if (op.paymaster === undefined) return "0x";
  const limits = packUint(op.paymasterVerificationGasLimit ?? 0n, 16) + packUint(op.paymasterPostOpGasLimit ?? 0n, 16);
  return (
    asAddress(op.paymaster, "paymaster") +
    limits +
    strip(asHex(op.paymasterData ?? "0x", "paymasterData"))
  ).toLowerCase();
}

/**
 * The inverse of {@link packUserOp}: every field by its name, as the bundlers' RPC wants them. What could not be packed
 * again is refused: raises `INVALID_ADDRESS` and `INVALID_HEX` for an `initCode` or `paymasterAndData` that is too short.
 * @example packUserOp(unpackUserOp(op)) // op
 */
export function unpackUserOp(op: PackedUserOperation): UserOperation {
  const { sender, nonce, callData, signature } = op;
  if (op.paymasterAndData !== "0x" && byteLength(op.paymasterAndData) < PAYMASTER_HEAD_BYTES) {
    asHex(op.paymasterAndData, "paymasterAndData", PAYMASTER_HEAD_BYTES);
  }
  return { sender, nonce, callData, signature, ...unpackGas(op), ...unpackInitCode(op), ...unpackPaymaster(op) };
}

function unpackInitCode({ initCode }: PackedUserOperation): Pick<UserOperation, "factory" | "factoryData"> {
  if (initCode === "0x") return {};
  const factory = isEip7702InitCode(initCode) ? "0x7702" : asAddress(initCode.slice(0, 42), "initCode");
  return { factory, factoryData: `0x${initCode.slice(42)}` };
}

/**
 * The paymaster's part of {@link unpackUserOp}; nothing if the account pays, or if the data is too short.
 * @example unpackPaymaster(op).paymasterPostOpGasLimit
 */
export function unpackPaymaster({
  paymasterAndData: data,
}: Pick<PackedUserOperation, "paymasterAndData">): Partial<UserOperation> {
  if (byteLength(data) < PAYMASTER_HEAD_BYTES) return {};
  const [verification, postOp] = halves(asHex(`0x${data.slice(42, 106)}`, "paymasterAndData", 32));
  return {
    paymaster: asAddress(data.slice(0, 42), "paymasterAndData"),
    paymasterVerificationGasLimit: verification,
    paymasterPostOpGasLimit: postOp,
    paymasterData: `0x${data.slice(106)}`,
  };
}

/** The gas fields of a packed operation. */
export function unpackGas(op: PackedUserOperation): UserOpGas {
  const [verificationGasLimit, callGasLimit] = halves(asHex(op.accountGasLimits, "accountGasLimits", 32));
  const [maxPriorityFeePerGas, maxFeePerGas] = halves(asHex(op.gasFees, "gasFees", 32));
  return {
    verificationGasLimit,
    callGasLimit,
    preVerificationGas: op.preVerificationGas,
    maxFeePerGas,
    maxPriorityFeePerGas,
  };
}

function halves(word: Hex): [bigint, bigint] {
  return [BigInt(word.slice(0, 34)), BigInt(`0x${word.slice(34)}`)];
}

/**
 * What a session's fee budget is charged for an operation that the account pays, in wei: the most it can cost,
 * `(verificationGasLimit + callGasLimit + preVerificationGas) × maxFeePerGas`. May exceed 2^256.
 * @example maxFee(packUserOp(op)) <= remaining
 */
export function maxFee(op: PackedUserOperation): bigint {
  const gas = unpackGas(op);
  return (gas.verificationGasLimit + gas.callGasLimit + gas.preVerificationGas) * gas.maxFeePerGas;
}

/**
 * The paymaster of an operation, `undefined` if the account pays. `malformed`: the data is shorter than 52 bytes or names
 * the zero address, and some EntryPoints would charge the account.
 */
export function paymasterOf(op: PackedUserOperation): { readonly paymaster?: Address; readonly malformed: boolean } {
  const length = byteLength(op.paymasterAndData);
  if (length === 0) return { malformed: false };
  const paymaster = asAddress(`0x${strip(op.paymasterAndData).slice(0, 40).padEnd(40, "0")}`, "paymaster");
  return { paymaster, malformed: length < PAYMASTER_HEAD_BYTES || isZeroAddress(paymaster) };
}

/**
 * Refuses an operation whose `abi.encode` is longer than mempools take (8,192 bytes).
 * Raises `USER_OP_TOO_LARGE`.
 * @example assertUserOpSize({ ...op, signature }) // before it goes to a bundler
 */
export function assertUserOpSize(op: PackedUserOperation): void {
  const types = USER_OP_TYPES.PackedUserOperation.map(({ name, type }) => `${type} ${name}`);
  const encoded = AbiCoder.defaultAbiCoder().encode([`tuple(${types.join(",")},bytes signature)`], [op]);
  const found = byteLength(encoded);
  if (found > MAX_USER_OP_BYTES) {
    const message = `${found} bytes, at most ${MAX_USER_OP_BYTES}: use fewer calls, rules or levels in one operation`;
    throw new SessionKeyError("USER_OP_TOO_LARGE", message, { found, max: MAX_USER_OP_BYTES });
  }
}

/**
 * Refuses an operation whose validation costs so much that bundlers, which commonly cap it at 500,000 gas, hardly take it.
 * Raises `VALIDATION_TOO_EXPENSIVE`.
 * @example assertValidationGas(estimate.verificationGasLimit)
 */
export function assertValidationGas(found: bigint): void {
  if (found <= MAX_VALIDATION_GAS) return;
  const message = `validation is estimated at ${found} gas, at most ${MAX_VALIDATION_GAS}: use fewer calls, rules or charges in one operation`;
  throw new SessionKeyError("VALIDATION_TOO_EXPENSIVE", message, { found, max: MAX_VALIDATION_GAS });
}

/** Whether `initCode` is the EIP-7702 marker (`0x7702`, zeros up to 20 bytes), with or without init data. */
export function isEip7702InitCode(initCode: Hex): boolean {
  // The EntryPoint reads 20 bytes from calldata, which is zero after a shorter initCode.
  return (
    byteLength(initCode) >= 2 && strip(initCode).slice(0, 40).padEnd(40, "0").toLowerCase() === strip(EIP7702_INIT_CODE)
  );
}

const USER_OP_TYPES = {
  PackedUserOperation: [
    { name: "sender", type: "address" },
    { name: "nonce", type: "uint256" },
    { name: "initCode", type: "bytes" },
    { name: "callData", type: "bytes" },
    { name: "accountGasLimits", type: "bytes32" },
    { name: "preVerificationGas", type: "uint256" },
    { name: "gasFees", type: "bytes32" },
    { name: "paymasterAndData", type: "bytes" },
  ],
};

/**
 * Where an operation is hashed for.
 * @example
 * const where: UserOpHashContext = { entryPoint: ENTRY_POINTS["0.7"], chainId, version: "0.7" };
 * const hash = userOpHash(op, where);
 */
export interface UserOpHashContext {
  readonly entryPoint: Address;
  readonly chainId: bigint;
  readonly version: EntryPointVersion;
  /** Delegate of an EIP-7702 sender: v0.8 and v0.9 hash it in place of the marker in `initCode`. */
  readonly delegate?: Address;
}

/**
 * An operation as EIP-712 has it: all but the signature.
 * @example const { domain, types, message }: UserOpTypedData = userOpTypedData(op, { entryPoint, chainId: 1n, version: "0.8" });
 */
export interface UserOpTypedData {
  readonly domain: TypedDataDomain;
  readonly types: Record<string, TypedDataField[]>;
  readonly message: Omit<PackedUserOperation, "signature">;
}

/**
 * The hash by which the EntryPoint knows an operation; the signature is not part of it. v0.7:
 * `keccak256(abi.encode(hash, entryPoint, chainId))`; v0.8 and v0.9: EIP-712, domain `ERC4337` version `1`; v0.9 leaves
 * the paymaster's signature out. Raises `DELEGATE_REQUIRED` for an EIP-7702 `initCode` without `delegate`.
 * @example userOpHash(op, { entryPoint: ENTRY_POINTS["0.8"], chainId: 1n, version: "0.8" })
 */
export function userOpHash(op: PackedUserOperation, context: UserOpHashContext): Hex {
  if (context.version === "0.7") return userOpHashV7(op, context);
  const { domain, types, message } = userOpTypedData(op, { ...context, version: context.version });
  return TypedDataEncoder.hash(domain, types, message);
}

/**
 * What {@link userOpHash} of v0.8 and v0.9 is the EIP-712 hash of, for wallets that sign typed data. Raises the same.
 * @example const { domain, types, message } = userOpTypedData(op, { entryPoint, chainId: 1n, version: "0.8" })
 */
export function userOpTypedData(
  op: PackedUserOperation,
  context: UserOpHashContext & { readonly version: "0.8" | "0.9" },
): UserOpTypedData {
  const { chainId, entryPoint: verifyingContract, version, delegate } = context;
  const { sender, nonce, callData, accountGasLimits, preVerificationGas, gasFees } = op;
  const initCode = hashedInitCode(op.initCode, delegate);
  const paymasterAndData = version === "0.9" ? withoutPaymasterSignature(op.paymasterAndData) : op.paymasterAndData;
  return {
    domain: { name: "ERC4337", version: "1", chainId, verifyingContract },
    types: USER_OP_TYPES,
    message: { sender, nonce, initCode, callData, accountGasLimits, preVerificationGas, gasFees, paymasterAndData },
  };
}

function userOpHashV7(op: PackedUserOperation, { entryPoint, chainId }: UserOpHashContext): Hex {
  const coder = AbiCoder.defaultAbiCoder();
  const inner = coder.encode(
    ["address", "uint256", "bytes32", "bytes32", "bytes32", "uint256", "bytes32", "bytes32"],
    [
      op.sender,
      op.nonce,
      keccak256(op.initCode),
      keccak256(op.callData),
      op.accountGasLimits,
      op.preVerificationGas,
      op.gasFees,
      keccak256(op.paymasterAndData),
    ],
  );
  return keccak256(coder.encode(["bytes32", "address", "uint256"], [keccak256(inner), entryPoint, chainId]));
}

function hashedInitCode(initCode: Hex, delegate: Address | undefined): Hex {
  if (!isEip7702InitCode(initCode)) return initCode;
  if (delegate === undefined) {
    throw new SessionKeyError("DELEGATE_REQUIRED", "an EIP-7702 initCode is hashed with the sender's delegate");
  }
  return delegate + strip(initCode).slice(40);
}

/** keccak256("PaymasterSignature")[:8], the end of a `paymasterAndData` that carries a signature (EntryPoint v0.9). */
const PAYMASTER_SIGNATURE_MAGIC = "22e325a297439656";
const PAYMASTER_SUFFIX_BYTES = 10;

function withoutPaymasterSignature(paymasterAndData: Hex): Hex {
  const bytes = getBytes(paymasterAndData);
  const room = bytes.length - PAYMASTER_HEAD_BYTES - PAYMASTER_SUFFIX_BYTES;
  if (room < 0 || !paymasterAndData.toLowerCase().endsWith(PAYMASTER_SIGNATURE_MAGIC)) return paymasterAndData;
  const length = bytes[bytes.length - 10]! * 256 + bytes[bytes.length - 9]!;
  if (length === 0) return paymasterAndData;
  if (length > room) {
    const message = `a paymaster signature of ${length} bytes in room for ${room}`;
    throw new SessionKeyError("INVALID_PAYMASTER_SIGNATURE_LENGTH", message, { found: length, max: room });
  }
  const kept = paymasterAndData.slice(0, paymasterAndData.length - 2 * (length + PAYMASTER_SUFFIX_BYTES));
  return kept + PAYMASTER_SIGNATURE_MAGIC;
}
