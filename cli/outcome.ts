import { formatEther } from "ethers";
import type { OperationReceipt } from "../sdk";

/** An included operation, for people. */
export function outcomeFacts({ userOpHash, transactionHash, actualGasUsed, actualGasCost }: OperationReceipt) {
  return [
    ["operation", userOpHash],
    ["transaction", transactionHash],
    ["paid", `${formatEther(actualGasCost)} ETH for ${actualGasUsed} gas`],
  ] as const;
}

/** The same for programs; wei. */
export function outcomeResult(receipt: OperationReceipt) {
  const { userOpHash, transactionHash, blockNumber, actualGasUsed, actualGasCost } = receipt;
  return { userOpHash, transactionHash, blockNumber, actualGasUsed, actualGasCost };
}
