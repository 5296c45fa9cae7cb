import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Contract, JsonRpcProvider, toQuantity, parseEther, Wallet } from "ethers";
import { installPrograms } from "../../../e2e/stack/install";
import { freePort, start, stopAll } from "../../../e2e/stack/processes";
import { rpc } from "../../../e2e/stack/rpc";
import { chainTime } from "../../../sdk";
import { startProxy, type Proxy } from "../proxy";
import { startRedis } from "../redis/server";
import { Crew } from "./crew";
import { lay, recipient, type Ground } from "./ground";

// `npm run soak -- --minutes 10 --sessions 1000 --workers 3`: sessions that pay in every period, while their runners are
// killed and their node fails; in the end every payment is counted on the chain. With workers they share a Redis.

/** By default, and as long as a period does not get shorter than a runner needs that is killed and starts again. */
const PERIODS = 2;
const SHORTEST_PERIOD = 30;
/** Of a thousand requests. */
const DROPS = { before: 3, after: 3, delayed: 10 };
const ROOT = join(__dirname, "../../..");

interface Figures {
  readonly expected: number;
  readonly found: number;
  readonly wrong: number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      ...{ minutes: { type: "string" }, sessions: { type: "string" } },
      ...{ workers: { type: "string" }, periods: { type: "string" } },
    },
  });
  const [minutes, workers] = [Number(values.minutes ?? 10), Number(values.workers ?? 0)];
  const sessions = Number(values.sessions ?? Math.min(1_000, 100 * minutes));
  const folder = mkdtempSync(join(tmpdir(), "soak-"));
  process.on("exit", stopAll);
  const url = await startNode();
  const provider = new JsonRpcProvider(url, 31_337, { staticNetwork: true, cacheTimeout: -1 });
  const proxy = await startProxy(url);
  const redis = workers > 0 ? await startRedis(folder) : undefined;
  const key = Wallet.createRandom();
  const path = join(folder, "ground.json");
  const most = Math.max(1, Math.floor((minutes * 60) / SHORTEST_PERIOD));
  const periods = Number(values.periods ?? Math.min(PERIODS, most));
  const plan = { sessions, periods, period: Math.floor((minutes * 60) / periods) };
  const ground = await lay(provider, plan, path, new Wallet(key.privateKey));
  // A block a second: operations are on their way for a while.
  await provider.send("evm_setIntervalMining", [1]);
  console.log(
    `soak: ${sessions} sessions, ${periods} periods of ${plan.period} s, ${workers || "no"} workers; ${folder}`,
  );

  proxy.drops = DROPS;
  const names = Array.from({ length: Math.max(1, workers) }, (_, i) => `runner-${i}`);
  const crews = await Promise.all(names.map((name) => hire(provider, proxy, folder, name, key, path, redis?.url)));
  crews.forEach((crew) => crew.start());
  const outages = await torment(crews, proxy, provider, ground);
  await finish(provider, ground);
  await Promise.all(crews.map((crew) => crew.stop()));
  const figures = await count(provider, ground);
  await redis?.stop();
  await proxy.close();
  provider.destroy();
  tell(figures, crews, outages, proxy);
  if (figures.found !== figures.expected || figures.wrong > 0) process.exitCode = 1;
  stopAll();
}

async function startNode(): Promise<string> {
  installPrograms();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const command = join(ROOT, "e2e/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil");
  const args = [
    "--host",
    "127.0.0.1",
    "--port",
    `${port}`,
    "--chain-id",
    "31337",
    "--silent",
    "--gas-limit",
    "300000000",
  ];
  await start({ name: "anvil", command, args }, () => rpc(url, "eth_chainId"));
  return url;
}

async function hire(
  provider: JsonRpcProvider,
  proxy: Proxy,
  folder: string,
  name: string,
  key: { privateKey: string },
  ground: string,
  redis?: string,
): Promise<Crew> {
  const bundler = Wallet.createRandom();
  await provider.send("anvil_setBalance", [bundler.address, toQuantity(parseEther("1000"))]);
  const script = join(ROOT, "test/runner/child.ts");
  const state = join(folder, `${name}.db`);
  const args = ["--import", "tsx", script, proxy.url, join(ROOT, "test/runner/soak/automations.ts"), state];
  const secrets = { SESSION_KEY: key.privateKey, BUNDLER_KEY: bundler.privateKey };
  const env = { GROUND: ground, ...secrets, ...(redis === undefined ? {} : { REDIS: redis }) };
  return new Crew(args, env, join(folder, `${name}.log`));
}

/** Kills a runner every 20 to 40 seconds and cuts the node off now and then, until the last half of the last period. */
async function torment(crews: Crew[], proxy: Proxy, provider: JsonRpcProvider, ground: Ground): Promise<number> {
  let outages = 0;
  const calm = endOf(ground) - ground.period / 2;
  for (let turn = 0; ; turn++) {
    await sleep(Math.min(20_000 + Math.random() * 20_000, ground.period * 500));
    if ((await chainTime(provider)) >= calm) return outages;
    crews[Math.floor(Math.random() * crews.length)]!.kill();
    if (turn % 3 !== 2) continue;
    proxy.down = true;
    await sleep(2_000);
    proxy.down = false;
    outages++;
  }
}

function endOf({ files }: Ground): number {
  return (JSON.parse(files[0]!) as { session: { validUntil: number } }).session.validUntil;
}

async function finish(provider: JsonRpcProvider, ground: Ground): Promise<void> {
  while ((await chainTime(provider)) <= endOf(ground) + 3) await sleep(1_000);
}

/** By the chain's word alone. */
async function count(provider: JsonRpcProvider, { token, sessions, periods }: Ground): Promise<Figures> {
  const abi = [
    "event Transfer(address indexed from, address indexed to, uint256 value)",
    "function balanceOf(address) view returns (uint256)",
  ];
  const contract = new Contract(token, abi, provider);
  const wanted = BigInt("1".repeat(periods));
  let wrong = 0;
  for (let i = 0; i < sessions; i++) {
    const has = (await contract.getFunction("balanceOf")(recipient(i))) as bigint;
    if (has === wanted) continue;
    wrong++;
    console.log(`session ${i}: its recipient has ${has}, expected ${wanted}`);
  }
  const payments = await contract.queryFilter(contract.filters["Transfer"]!(), 0);
  const own = payments.filter(({ topics }) => BigInt(topics[1]!) !== 0n);
  return { expected: sessions * periods, found: own.length, wrong };
}

function tell({ expected, found, wrong }: Figures, crews: readonly Crew[], outages: number, proxy: Proxy): void {
  const kills = crews.reduce((sum, crew) => sum + crew.kills, 0);
  const requests = [...proxy.asked.values()].reduce((sum, n) => sum + n, 0);
  const events = crews.map((crew) => Object.fromEntries(crew.events));
  console.log(JSON.stringify({ expected, found, wrong, kills, outages, requests, events }));
}

main().catch((error: unknown) => {
  console.error(error);
  stopAll();
  process.exit(1);
});
