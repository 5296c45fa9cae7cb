import { ethers } from "hardhat";
import { ENTRY_POINT_INTERFACE, type OperationReceipt, type PackedUserOperation } from "../../sdk";
import { unpackGas } from "../../sdk/userOp";

/** Gas of a mined operation. */
interface Row {
  readonly account: string;
  readonly entryPoint: string;
  readonly scenario: string;
  readonly estimated: bigint;
  readonly least: bigint;
  readonly paidFor: bigint;
}

const rows: Row[] = [];

/** Keeps the gas of an operation for the table that the run ends with. */
export function note(
  { account, entryPoint, scenario, least }: Omit<Row, "estimated" | "paidFor">,
  op: PackedUserOperation,
  receipt: OperationReceipt,
): void {
  const { verificationGasLimit: estimated } = unpackGas(op);
  rows.push({ account, entryPoint, scenario, estimated, least, paidFor: receipt.actualGasUsed });
}

after(async () => {
  console.log("\n    verificationGasLimit as estimated, the least that works, and the gas that was paid for\n");
  for (const { account, entryPoint, scenario, ...gas } of rows) {
    const numbers = [gas.estimated, gas.least, gas.paidFor].map((number) => String(number).padStart(7)).join(" ");
    console.log(`    v${entryPoint} ${account.padEnd(33)} ${scenario.padEnd(23)} ${numbers}`);
  }
  console.log(`\n    ${await countMined()} operations were mined by the bundler`);
});

/** Of all operations on the chain, those that the tests did not send themselves. */
async function countMined(): Promise<number> {
  const topics = [ENTRY_POINT_INTERFACE.getEvent("UserOperationEvent")!.topicHash];
  const logs = await ethers.provider.getLogs({ topics, fromBlock: 0 });
  const ours = (await ethers.provider.getSigner(0)).address;
  const transactions = await Promise.all(logs.map((log) => ethers.provider.getTransaction(log.transactionHash)));
  return transactions.filter((transaction) => transaction?.from !== ours).length;
}
