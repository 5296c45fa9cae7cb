import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { takeSnapshot } from "@nomicfoundation/hardhat-network-helpers";
import { grantSession, HandleOpsTransport, proofFor, type Session } from "../../sdk";
import { stringifySessionFile } from "../../sdk/handover";
import { jsonLog, loadAutomations, Runner } from "../../runner";
import { script } from "../../scripts/support/cli";
import { ownerOf } from "../../scripts/support/chain";
import { buildStage, type Stage } from "../../examples/support/stage";
import { privateKeys } from "../scripts/node";
import { proxyToChain } from "../runner/parts";
import { scenes, type Scene } from "./scenes";

// Runs the automations of all use cases as `session-keys run` would, each on a chain as the stage leaves it, and prints what
// changed, as JSON in the last line.

const bigints = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? `${value}` : value);

async function handOver({ chain, installed }: Stage, session: Session): Promise<string> {
  const grant = await grantSession(ownerOf(chain, installed), session);
  return stringifySessionFile({ validator: grant.validator, session, grant: proofFor(grant, 0) });
}

/** Until so many actions are done and no other is on its way; up to a minute. */
async function settle(runner: Runner, done: number): Promise<void> {
  for (let looks = 0; looks < 1_200 && (runner.counts.done < done || runner.counts.inFlight > 0); looks++)
    await sleep(50);
}

/** Looks a few times more: what is done is not done again. */
async function lookAgain({ metrics }: Runner): Promise<void> {
  const looks = async () => (await metrics.polls.get()).values[0]!.value;
  for (const before = await looks(); (await looks()) < before + 3;) await sleep(20);
}

/** The chain as a use case needs it, and its files in the folder. */
async function prepare(stage: Stage, name: string, set: Scene, folder: string) {
  const { job, sessions, ...rest } = await set(stage);
  writeFileSync(join(folder, `${name}.job.json`), JSON.stringify(job, bigints));
  for (const [of, session] of Object.entries(sessions)) {
    writeFileSync(join(folder, `${of}.session.json`), await handOver(stage, session));
  }
  return rest;
}

type Holdings = Record<string, bigint>;

const changesOf = (before: Holdings, after: Holdings) =>
  Object.fromEntries(Object.entries(after).map(([what, held]) => [what, held - before[what]!]));

/** The command that examples/README.md tells, until its one action has an outcome. */
async function command(stage: Stage, name: string, set: Scene, folder: string) {
  const { holdings } = await prepare(stage, name, set, folder);
  const before = await holdings();
  const proxy = await proxyToChain();
  const [, key, sender] = privateKeys();
  const secrets = { SESSION_KEYS_SESSION_KEY: `0x${key}`, SESSION_KEYS_SENDER_KEY: `0x${sender}` };
  const options = ["--rpc", proxy.url, "--self-bundle", "--state", join(folder, "state.db")];
  const child = spawn(process.execPath, ["cli/session-keys.js", "run", `examples/${name}/automation.ts`, ...options], {
    env: { PATH: process.env["PATH"], AUTOMATIONS: folder, ...secrets },
  });
  let log = "";
  child.stdout.resume();
  child.stderr.on("data", (text: Buffer) => {
    log += text.toString();
    // Once: a second one would not wait.
    if (!child.killed && /"event":"(done|reverted|refused|missed)"/.test(log)) child.kill("SIGTERM");
  });
  const [code] = (await once(child, "close")) as [number | null];
  await proxy.close();
  return { code, log, changes: changesOf(before, await holdings()) };
}

async function run(stage: Stage, name: string, set: Scene, folder: string) {
  const { chain, provider } = stage;
  const { holdings, done, waits } = await prepare(stage, name, set, folder);
  const automations = await loadAutomations(`examples/${name}/automation.ts`, { provider, key: chain.key });
  const transport = new HandleOpsTransport({ bundler: chain.bundler });
  const log = jsonLog({ write: () => undefined });
  const runner = new Runner({ automations, provider, transport, state: ":memory:", interval: 20, log });
  const before = await holdings();
  await runner.start();
  if (waits !== undefined) await lookAgain(runner);
  const early = waits === undefined ? 0 : runner.counts.due;
  await waits?.();
  await settle(runner, done);
  await lookAgain(runner);
  await runner.stop();
  return { early, counts: runner.counts, changes: changesOf(before, await holdings()) };
}

script({}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "automations-"));
  process.env["AUTOMATIONS"] = folder;
  try {
    const stage = await buildStage();
    const start = await takeSnapshot();
    const results: Record<string, unknown> = {};
    for (const [name, scene] of Object.entries(scenes)) {
      results[name] = await run(stage, name, scene, folder);
      await start.restore();
    }
    const commanded = await command(stage, "dca", scenes["dca"]!, folder);
    console.log(JSON.stringify({ results, commanded }, bigints));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
