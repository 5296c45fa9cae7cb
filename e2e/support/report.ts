import { type OperationReceipt, type PackedUserOperation } from "../../sdk";
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

after(() => {
  if (rows.length === 0) return;
  console.log("\n    verificationGasLimit as estimated, the least that works, and the gas that was paid for\n");
  for (const { account, entryPoint, scenario, estimated, least, paidFor } of rows) {
    console.log(
      `    v${entryPoint} ${account.padEnd(26)} ${scenario.padEnd(26)} ${[estimated, least, paidFor].map((gas) => String(gas).padStart(7)).join(" ")}`,
    );
  }
});
