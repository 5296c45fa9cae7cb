import { pickTime } from "../sdk";
import { enable, operation, ownerOperation, send, sessionOf } from "../test/helpers/operations";
import { now, world } from "../test/helpers/world";
import { ALICE, SCENARIOS, type Scenario } from "./scenarios";

interface Row {
  readonly name: string;
  readonly first: bigint;
  readonly second: bigint;
  readonly plain: bigint;
  readonly overhead: bigint;
  readonly limit: bigint;
}

/** Gas of the first two operations of a session, and of the second of the plain owner, each in a world of its own. */
async function measure({ name, limit: allowed, calls, terms }: Scenario): Promise<Row> {
  const w = await world();
  await w.token.mint(ALICE, 1n);
  await send(w, await ownerOperation(w, calls(w)));
  const plain = (await send(w, await ownerOperation(w, calls(w)))).receipt.gasUsed;

  const { permissions, ...rest } = terms(w);
  const session = await sessionOf(w, permissions, rest);
  await enable(w, session);
  const time = pickTime(session, permissions, await now());
  const options = time === undefined ? {} : { time };
  const first = (await send(w, await operation(w, session, calls(w), options))).receipt.gasUsed;
  const second = (await send(w, await operation(w, session, calls(w), options))).receipt.gasUsed;
  return { name, first, second, plain, overhead: second - plain, limit: allowed };
}

async function main(): Promise<void> {
  const rows: Row[] = [];
  for (const scenario of SCENARIOS) rows.push(await measure(scenario));
  const call = rows[0]!.overhead;
  const judged = rows.map((row) => (row.name === "of256" ? { ...row, overhead: row.overhead - call } : row));
  console.log("Gas of one operation in a bundle of its own, EntryPoint v0.8 (receipt.gasUsed)\n");
  console.table(
    Object.fromEntries(
      judged.map((r) => [
        r.name,
        {
          "1st use": Number(r.first),
          "2nd use": Number(r.second),
          "plain owner": Number(r.plain),
          overhead: Number(r.overhead),
          "at most": Number(r.limit),
        },
      ]),
    ),
  );
  console.log("of256: overhead beyond that of call.");
  const failed = judged.filter(({ overhead, limit: allowed }) => overhead > allowed);
  for (const row of failed) console.error(`${row.name}: ${row.overhead} gas, at most ${row.limit} allowed`);
  if (failed.length > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
