import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { clearSnapshots } from "@nomicfoundation/hardhat-network-helpers/dist/src/loadFixture";
import hre from "hardhat";
import Mocha from "mocha";

/** Measured numbers would be a cheap kill, and code with switches is another code. */
const LEFT_OUT = /@gas|@size|@mass/;
const TIMEOUT = 60_000;

/** The tests of each contract that is deployed: first tier. */
const TESTS: Readonly<Record<string, readonly string[]>> = {
  SessionKeyValidator: ["test/contracts/SessionKeyValidator", "test/attacks"],
  SessionLens: ["test/contracts/periphery"],
  ECDSAOwnerValidator: ["test/contracts/accounts/ECDSAOwnerValidator.test.ts"],
  ModularAccountFactory: ["test/contracts/accounts"],
  ERC1271Verifier: ["test/contracts/verifiers/ERC1271Verifier.test.ts"],
  MultisigVerifier: ["test/contracts/verifiers/MultisigVerifier.test.ts"],
  P256Verifier: ["test/contracts/verifiers/P256Verifier.test.ts"],
  P256Sha256Verifier: ["test/contracts/verifiers/P256Sha256Verifier.test.ts"],
};

/** Second tier: what the first lets live has to pass these as well. */
const SECOND_TIER = ["test/contracts/storage.test.ts", "test/parity", "test/integration"];

/** The test files for a mutant that is in these contracts, first tier and second tier. */
export function testsOf(targets: readonly string[]): [string[], string[]] {
  const first = new Set(targets.flatMap((name) => TESTS[name]!).flatMap(testFiles));
  return [[...first], SECOND_TIER.flatMap(testFiles).filter((file) => !first.has(file))];
}

function testFiles(path: string): string[] {
  if (path.endsWith(".ts") || !existsSync(path)) return [path].filter(existsSync);
  const found = readdirSync(path, { recursive: true, encoding: "utf8" });
  return found
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => join(path, file))
    .sort();
}

const loaded = new Map<string, Promise<Mocha>>();
const seconds = new Map<string, number>();

/** How long the file takes when all its tests pass; a guess by its size until that was seen. */
export function secondsOf(file: string): number {
  return seconds.get(file) ?? statSync(file).size / 3000;
}

/** The tests deploy everything anew. */
export async function newChain(): Promise<void> {
  await clearSnapshots();
  await hre.network.provider.send("hardhat_reset");
}

/**
 * Runs a test file until a test fails; the title of that test, or undefined if all pass. With `titles`, runs
 * only the tests that have one of them.
 */
export async function firstFailure(file: string, titles?: readonly string[]): Promise<string | undefined> {
  const mocha = await (loaded.get(file) ?? load(file));
  mocha.options.invert = titles === undefined;
  mocha.grep(titles === undefined ? LEFT_OUT : new RegExp(titles.map(escaped).join("|")));
  const start = Date.now();
  const failure = await new Promise<string | undefined>((done) => {
    let title: string | undefined;
    mocha.run(() => done(title)).on("fail", (test: Mocha.Test) => (title ??= test.fullTitle()));
  });
  if (failure === undefined && titles === undefined) seconds.set(file, (Date.now() - start) / 1000);
  return failure;
}

/** Runs all tests of a file, whether they pass or not. To be called once for a file. */
export async function runAllTests(file: string, started: (title: string) => void): Promise<void> {
  const mocha = await load(file, false);
  mocha.grep(LEFT_OUT).invert();
  await new Promise<void>((done) => {
    mocha.run(() => done()).on("test", (test: Mocha.Test) => started(test.fullTitle()));
  });
}

function escaped(text: string): string {
  return text.replace(/[^\w\s]/g, "\\$&");
}

/** Loaded once, run again and again. */
function load(file: string, bail = true): Promise<Mocha> {
  const mocha = new Mocha({ bail, timeout: TIMEOUT, reporter: Silent });
  mocha.cleanReferencesAfterRun(false);
  mocha.addFile(resolve(file));
  const ready = mocha.loadFilesAsync().then(() => mocha);
  loaded.set(file, ready);
  return ready;
}

/** The failure is all we ask for. */
class Silent extends Mocha.reporters.Base {
  override epilogue(): void {}
}
