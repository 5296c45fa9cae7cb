import hre from "hardhat";
import { ConsoleLogger } from "hardhat/internal/hardhat-network/stack-traces/consoleLogger";
import { keyWorld } from "../contracts/verifiers/fixture";
import { world } from "../helpers/world";
import { bytecodesOf, sourcesOf, TARGETS } from "./compiler";
import { intercept, place } from "./place";
import { statementsOf, withReach, type Reach } from "./reach";
import { newChain, runAllTests, testsOf } from "./suite";

/** Runs the tests of these contracts, whose fixtures are those below, and writes down what they execute. */
const RECORDED = ["SessionKeyValidator", "SessionLens"];

async function record(): Promise<Reach> {
  const sources = sourcesOf(Object.values(TARGETS));
  const statements = statementsOf(sources, [...sources.keys()].filter((path) => path.startsWith("contracts/")).sort());
  place(bytecodesOf(withReach(sources, statements), Object.keys(TARGETS)));
  await newChain();

  let current = "";
  const reached = statements.map(() => new Set<string>());
  listen((k) => reached[k]?.add(current));
  await world();
  await keyWorld();
  const files = testsOf(RECORDED).flat();
  for (const file of files) await runAllTests(file, (title) => (current = `${file}: ${title}`));
  return { statements, files, tests: reached.map((tests) => [...tests]) };
}

/** Hardhat decodes what is sent to the address of console.log here, also from calls. Nothing is printed. */
function listen(seen: (k: number) => void): void {
  ConsoleLogger.getDecodedLogs = (messages: Buffer[]) => {
    for (const message of messages) seen(Number(BigInt(`0x${Buffer.from(message).toString("hex")}`)));
    return [];
  };
}

// Hardhat loads every file below test/.
if (require.main === module) {
  // As for coverage: this is not the code that is shipped.
  Object.assign(hre, { __SOLIDITY_COVERAGE_RUNNING: true });
  process.setMaxListeners(0);
  process.on("unhandledRejection", () => undefined);
  intercept();
  void record().then((reach) => process.send!(reach, () => process.exit()));
}
