import { getBytes, Interface, type Provider } from "ethers";
import { DEFAULT_GAS } from "../actions/operate";
import { entryPointHash } from "../actions/send";
import { ENTRY_POINT_INTERFACE } from "../abi";
import { decodeExecute } from "../execution";
import { byteLength, type Address, type Hex } from "../hex";
import type { PackedUserOperation } from "../userOp";
import type { GasEstimate } from "./transport";

/** Gas of a transaction before it does anything, part of each answer of `eth_estimateGas`. */
const TRANSACTION_GAS = 21_000n;
/** What the EntryPoint does within `verificationGasLimit` besides the call: a new nonce sequence and a new deposit. */
const ENTRY_POINT_VERIFICATION = 45_000n;
/** What the EntryPoint does outside of every limit, for a bundle of one operation. */
const ENTRY_POINT_OVERHEAD = 25_000n;
/**
 * The last resort: an account that does not exist yet cannot be asked. Enough for its validation by any key but a large
 * multisig, in every mode.
 */
const UNBORN_VERIFICATION = 1_000_000n;

const ACCOUNT = new Interface([
  "function validateUserOp((address sender,uint256 nonce,bytes initCode,bytes callData,bytes32 accountGasLimits,uint256 preVerificationGas,bytes32 gasFees,bytes paymasterAndData,bytes signature) userOp, bytes32 userOpHash, uint256 missingAccountFunds)",
]);

/**
 * Gas limits by a plain node, as if the EntryPoint called: `eth_estimateGas` of the account's `validateUserOp`, which does
 * the same work for a wrong key, and of its `execute`. `eth_estimateGas` starts from the gas that was used and not from
 * zero: with too little gas a verifier's answer would be taken for a wrong signature, and a lower limit look sufficient.
 * To each comes 1/16, because the state may change until the operation is included.
 *
 * Of an account that is yet to be created, only the creation can be estimated: its validation gets 1,000,000, each call
 * `DEFAULT_GAS.callGasLimit`. A paymaster's limits are not estimated.
 */
export async function estimateByNode(
  provider: Provider,
  entryPoint: Address,
  op: PackedUserOperation,
): Promise<GasEstimate> {
  const { sender, callData } = op;
  const preVerificationGas = overhead(op);
  if ((await provider.getCode(sender)) === "0x") {
    const creation = await creationGas(provider, entryPoint, op);
    const callGasLimit = DEFAULT_GAS.callGasLimit * BigInt(decodeExecute(callData).length);
    return { verificationGasLimit: creation + UNBORN_VERIFICATION, callGasLimit, preVerificationGas };
  }
  // Whether the account owes one wei or much, paying costs the same.
  const missing = op.paymasterAndData === "0x" ? 1n : 0n;
  const hash = await entryPointHash(provider, entryPoint, op);
  const validation = ACCOUNT.encodeFunctionData("validateUserOp", [op, hash, missing]);
  const asEntryPoint = (data: Hex) => gasOf(provider, entryPoint, sender, data);
  return {
    verificationGasLimit: withMargin(await asEntryPoint(validation)) + ENTRY_POINT_VERIFICATION,
    callGasLimit: withMargin(await asEntryPoint(callData)),
    preVerificationGas,
  };
}

async function creationGas(
  provider: Provider,
  entryPoint: Address,
  { initCode }: PackedUserOperation,
): Promise<bigint> {
  if (byteLength(initCode) < 20) return 0n;
  return withMargin(await gasOf(provider, entryPoint, initCode.slice(0, 42), `0x${initCode.slice(42)}`));
}

async function gasOf(provider: Provider, from: Address, to: Address, data: Hex): Promise<bigint> {
  return (await provider.estimateGas({ from, to, data })) - TRANSACTION_GAS;
}

function withMargin(gas: bigint): bigint {
  return gas + gas / 16n;
}

/** What the bundler pays and no limit covers: the transaction, its calldata, and the EntryPoint's own work. */
function overhead(op: PackedUserOperation): bigint {
  const data = getBytes(ENTRY_POINT_INTERFACE.encodeFunctionData("handleOps", [[op], op.sender]));
  const calldata = data.reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 0);
  return TRANSACTION_GAS + BigInt(calldata) + ENTRY_POINT_OVERHEAD;
}
