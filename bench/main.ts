import { installRivals } from "./rivals/install";

/*
 * `npm run bench`: measures our module and its rivals, and writes `results/` and the tables of README.md.
 * `npm run bench -- --check`: measures what is ours, and fails if a figure is worse than the committed one.
 */
async function main(): Promise<void> {
  const onlyCheck = process.argv.includes("--check");
  if (!onlyCheck) installRivals();
  const { check, run } = await import("./run");
  if (!onlyCheck) await run();
  else if (!(await check())) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
