/**
 * What a session key may do and what it may not, through the real EntryPoint v0.8, on a chain of its own.
 *
 *   npm run demo
 *
 * Exits with 1 if anything ends otherwise than expected. NO_COLOR=1 leaves the colours out.
 */
import { script } from "./support/cli";
import { bot } from "./demo/bot";
import { payroll } from "./demo/payroll";
import { printHead, printOutcome, printTitle } from "./demo/print";
import { runStep } from "./demo/runner";
import type { Chapter } from "./demo/step";
import { buildWorld, type World } from "./demo/world";
import { paint, printFacts } from "./support/table";

script({}, async () => {
  const world = await buildWorld();
  printFacts([
    ["EntryPoint v0.8", world.installed.entryPoint],
    ["SessionKeyValidator", world.installed.validator],
    ["smart account", `${world.installed.account} of owner ${await world.chain.owner.getAddress()}`],
    ["session key", await world.chain.key.getAddress()],
  ]);
  console.log();
  printHead();
  const wrong = (await run(world, await payroll(world))) + (await run(world, await bot(world)));
  console.log(
    "\nGas of the whole transaction, beside the same calls by the owner through a validator of one SLOAD, in the same state." +
      "\nA first use pays once for slots that later uses find: its nonce's, and the session's if it enables itself.\n",
  );
  if (wrong > 0) {
    console.log(paint(`${wrong} outcome(s) differ from what was expected`, "red"));
    process.exitCode = 1;
  } else console.log(paint("Every outcome is as expected.", "green"));
});

/** How many steps of the chapter ended otherwise than expected. */
async function run(world: World, chapter: Chapter): Promise<number> {
  printTitle(chapter);
  let wrong = 0;
  for (const step of chapter.steps) {
    const outcome = await runStep(world, step);
    printOutcome(step, outcome);
    if (!outcome.ok) wrong++;
  }
  return wrong;
}
