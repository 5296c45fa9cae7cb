import { toQuantity } from "ethers";
import { SessionKeyError } from "../errors";
import { asAddress, asHex, type Address, type Hex } from "../hex";
import { packUserOp, unpackUserOp, type PackedUserOperation, type UserOperation } from "../userOp";
import { revertReasonOf } from "./logs";
import type { GasEstimate, OperationLog, OperationReceipt } from "./transport";

// The one place that knows the JSON of ERC-7769: everything is a hex string, what is not there is left out.

/**
 * An operation as the bundlers' RPC takes it, for EntryPoint v0.7, v0.8 and v0.9 alike.
 * @example const json: RpcUserOperation = encodeRpcUserOp(op);
 */
export interface RpcUserOperation {
  readonly sender: Address;
  readonly nonce: Hex;
  readonly factory?: Address;
  readonly factoryData?: Hex;
  readonly callData: Hex;
  readonly callGasLimit: Hex;
  readonly verificationGasLimit: Hex;
  readonly preVerificationGas: Hex;
  readonly maxFeePerGas: Hex;
  readonly maxPriorityFeePerGas: Hex;
  readonly paymaster?: Address;
  readonly paymasterVerificationGasLimit?: Hex;
  readonly paymasterPostOpGasLimit?: Hex;
  readonly paymasterData?: Hex;
  readonly signature: Hex;
}

/**
 * The JSON of an operation. Raises as {@link unpackUserOp}.
 * @example JSON.stringify({ method: "eth_sendUserOperation", params: [encodeRpcUserOp(op), ENTRY_POINTS["0.8"]] })
 */
export function encodeRpcUserOp(op: PackedUserOperation): RpcUserOperation {
  const fields = Object.entries(unpackUserOp(op)) as [string, string | bigint][];
  return Object.fromEntries(
    fields.map(([name, value]) => [name, typeof value === "bigint" ? toQuantity(value) : value]),
  ) as unknown as RpcUserOperation;
}

/**
 * The inverse of {@link encodeRpcUserOp}. Raises `INVALID_ANSWER`, `INVALID_HEX`, `INVALID_ADDRESS`.
 * @example decodeRpcUserOp(encodeRpcUserOp(op)) // op
 */
export function decodeRpcUserOp(json: RpcUserOperation): PackedUserOperation {
  const quantities = Object.fromEntries(
    QUANTITIES.flatMap((name) => (json[name] === undefined ? [] : [[name, asQuantity(json[name], name)]])),
  );
  return packUserOp({ ...json, ...quantities } as unknown as UserOperation);
}

const QUANTITIES = [
  "nonce",
  "callGasLimit",
  "verificationGasLimit",
  "preVerificationGas",
  "maxFeePerGas",
  "maxPriorityFeePerGas",
  "paymasterVerificationGasLimit",
  "paymasterPostOpGasLimit",
] as const;

/** The answer to `eth_estimateUserOperationGas`. Raises `INVALID_ANSWER`. */
export function decodeRpcGas(json: unknown): GasEstimate {
  const answer = asObject(json, "gas estimate");
  const paymaster = (["paymasterVerificationGasLimit", "paymasterPostOpGasLimit"] as const).flatMap((name) =>
    answer[name] === undefined || answer[name] === null ? [] : [[name, asQuantity(answer[name], name)]],
  );
  return {
    verificationGasLimit: asQuantity(answer["verificationGasLimit"], "verificationGasLimit"),
    callGasLimit: asQuantity(answer["callGasLimit"], "callGasLimit"),
    preVerificationGas: asQuantity(answer["preVerificationGas"], "preVerificationGas"),
    ...(Object.fromEntries(paymaster) as Partial<GasEstimate>),
  };
}

/**
 * An operation that the bundler knows.
 * @example
 * const transport = new BundlerTransport({ url });
 * const known: KnownOperation | undefined = await transport.operation(await transport.send(op));
 */
export interface KnownOperation {
  readonly op: PackedUserOperation;
  readonly entryPoint: Address;
  /** Left out while it is pending. */
  readonly transactionHash?: Hex;
}

/** The answer to `eth_getUserOperationByHash`. Raises `INVALID_ANSWER`, `INVALID_HEX`, `INVALID_ADDRESS`. */
export function decodeRpcKnown(json: unknown): KnownOperation {
  const { userOperation, entryPoint, transactionHash } = asObject(json, "operation");
  const included = transactionHash ? { transactionHash: asHex(transactionHash, "transactionHash", 32) } : {};
  const op = decodeRpcUserOp(asObject(userOperation, "userOperation") as unknown as RpcUserOperation);
  return { op, entryPoint: asAddress(entryPoint, "entryPoint"), ...included };
}

/** The answer to `eth_getUserOperationReceipt`. Raises `INVALID_ANSWER`, `INVALID_HEX`, `INVALID_ADDRESS`. */
export function decodeRpcReceipt(json: unknown): OperationReceipt {
  const answer = asObject(json, "receipt");
  const transaction = asObject(answer["receipt"], "receipt.receipt");
  const userOpHash = asHex(answer["userOpHash"], "userOpHash", 32);
  const logs = decodeLogs(answer["logs"]);
  const success = answer["success"] === true;
  const { paymaster, reason } = answer as { paymaster?: Address | null; reason?: string | null };
  // Some bundlers leave the reason out, and some the EntryPoint's events from `logs`.
  const said = success
    ? undefined
    : reason || revertReasonOf([...logs, ...decodeLogs(transaction["logs"])], userOpHash);
  return {
    userOpHash,
    entryPoint: asAddress(answer["entryPoint"], "entryPoint"),
    sender: asAddress(answer["sender"], "sender"),
    nonce: asQuantity(answer["nonce"], "nonce"),
    ...(paymaster && BigInt(paymaster) !== 0n ? { paymaster: asAddress(paymaster, "paymaster") } : {}),
    success,
    ...(said === undefined ? {} : { revertReason: said }),
    actualGasCost: asQuantity(answer["actualGasCost"], "actualGasCost"),
    actualGasUsed: asQuantity(answer["actualGasUsed"], "actualGasUsed"),
    logs,
    transactionHash: asHex(transaction["transactionHash"], "transactionHash", 32),
    blockHash: asHex(transaction["blockHash"], "blockHash", 32),
    blockNumber: Number(asQuantity(transaction["blockNumber"], "blockNumber")),
  };
}

function decodeLogs(json: unknown): OperationLog[] {
  if (!Array.isArray(json)) return [];
  return json.map((item: unknown) => {
    const log = asObject(item, "log");
    return {
      address: asAddress(log["address"], "log.address"),
      topics: (log["topics"] as unknown[]).map((topic) => asHex(topic, "log.topics", 32)),
      data: asHex(log["data"], "log.data"),
      logIndex: Number(asQuantity(log["logIndex"], "log.logIndex")),
    };
  });
}

function asObject(json: unknown, name: string): Record<string, unknown> {
  if (typeof json !== "object" || json === null) throw invalid(name, json);
  return json as Record<string, unknown>;
}

/** A number in hex; some bundlers pad it, some send JSON numbers or decimal strings. */
function asQuantity(value: unknown, name: string): bigint {
  const readable = typeof value === "number" || (typeof value === "string" && /^(0x[0-9a-f]+|\d+)$/i.test(value));
  if (!readable) throw invalid(name, value);
  return BigInt(value);
}

function invalid(name: string, found: unknown): SessionKeyError {
  return new SessionKeyError("INVALID_ANSWER", `${name} is ${JSON.stringify(found)}`, { name, found });
}
