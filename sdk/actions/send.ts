import {
  Contract,
  type ContractRunner,
  type ContractTransactionReceipt,
  type ContractTransactionResponse,
  type Signer,
} from "ethers";
import { ENTRY_POINT_ABI } from "../abi";
import { SessionKeyError } from "../errors";
import type { Address, Hex } from "../hex";
import { outcomeOf } from "../transport/logs";
import type { PackedUserOperation } from "../userOp";

/**
 * An operation on its way, with an ordinary account as its bundler.
 * @example
 * const request: SendRequest = { op, entryPoint: context.entryPoint, bundler, beneficiary: bob, gasLimit: 1_500_000n };
 * const { success } = await sendUserOp(request);
 */
export interface SendRequest {
  readonly op: PackedUserOperation;
  readonly entryPoint: Address;
  /** Pays for the transaction and is paid back from the operation. */
  readonly bundler: Signer;
  /** Gets the operation's fees; the bundler by default. */
  readonly beneficiary?: Address;
  /** Gas of the transaction. Explicit, because estimation runs handleOps to its end and can still be too low. */
  readonly gasLimit: bigint;
}

/**
 * What became of an operation that was included.
 * @example const { success, actualGasCost }: SendResult = await useSession(context, { session, calls, key });
 */
export interface SendResult {
  readonly userOpHash: Hex;
  readonly receipt: ContractTransactionReceipt;
  /** Whether the calls succeeded; if not, budgets stay charged all the same. */
  readonly success: boolean;
  /** Wei that the account or paymaster paid. */
  readonly actualGasCost: bigint;
  /** Gas that it paid for. */
  readonly actualGasUsed: bigint;
  /** Revert data of the calls, if they failed with any. */
  readonly revertReason?: Hex;
}

interface EntryPoint {
  handleOps(
    ops: readonly PackedUserOperation[],
    beneficiary: Address,
    overrides: { gasLimit: bigint },
  ): Promise<ContractTransactionResponse>;
  getNonce(sender: Address, key: bigint): Promise<bigint>;
  getUserOpHash(op: PackedUserOperation): Promise<Hex>;
}

function entryPointAt(address: Address, runner: ContractRunner): EntryPoint {
  return new Contract(address, ENTRY_POINT_ABI, runner) as unknown as EntryPoint;
}

/**
 * Sends one operation by `EntryPoint.handleOps` from an ordinary account, and does not wait.
 * @example const { hash } = await handleOps({ op, entryPoint: ENTRY_POINTS["0.8"], bundler, gasLimit: 2_000_000n })
 */
export async function handleOps(request: SendRequest): Promise<ContractTransactionResponse> {
  const { op, entryPoint, bundler, gasLimit } = request;
  const beneficiary = request.beneficiary ?? (await bundler.getAddress());
  return entryPointAt(entryPoint, bundler).handleOps([op], beneficiary, { gasLimit });
}

/**
 * Sends one operation by `EntryPoint.handleOps` from an ordinary account and waits until it is included. An operation
 * that the EntryPoint refuses throws: see {@link decodeFailedOp}. Raises `OPERATION_NOT_FOUND` if the receipt does not
 * tell of it.
 * @example const { success } = await sendUserOp({ op, entryPoint: ENTRY_POINTS["0.8"], bundler, gasLimit: 2_000_000n })
 */
export async function sendUserOp(request: SendRequest): Promise<SendResult> {
  const { entryPoint } = request;
  const receipt = await (await handleOps(request)).wait();
  const found = receipt === null ? undefined : outcomeOf(receipt.logs, entryPoint);
  if (receipt === null || found === undefined) {
    throw new SessionKeyError("OPERATION_NOT_FOUND", "no UserOperationEvent in the receipt", { entryPoint });
  }
  const { userOpHash, success, actualGasCost, actualGasUsed, revertReason } = found;
  const reverted = revertReason === undefined ? {} : { revertReason };
  return { userOpHash, receipt, success, actualGasCost, actualGasUsed, ...reverted };
}

/**
 * The hash by which the EntryPoint knows the operation, by its own word: right for every version and for EIP-7702.
 * @example await entryPointHash(provider, ENTRY_POINTS["0.8"], op)
 */
export async function entryPointHash(
  runner: ContractRunner,
  entryPoint: Address,
  op: PackedUserOperation,
): Promise<Hex> {
  return entryPointAt(entryPoint, runner).getUserOpHash(op);
}

/**
 * The nonce of the next operation of `sender` with that 192-bit key.
 * @example await getNonce(provider, ENTRY_POINTS["0.8"], account, adapter.nonceKey(validator))
 */
export async function getNonce(
  runner: ContractRunner,
  entryPoint: Address,
  sender: Address,
  key: bigint,
): Promise<bigint> {
  return entryPointAt(entryPoint, runner).getNonce(sender, key);
}
