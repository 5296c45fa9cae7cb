import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { Wallet } from "ethers";
import { run } from "../../cli/main";
import { stringifySessionFile } from "../../sdk/handover";
import { Desk, payer, proxyToChain, TIMEOUT, until } from "./parts";
import type { Proxy } from "./proxy";

const ROOT = join(__dirname, "../..");

/** The same as `pay.json`, and a number of tokens that depends on the chain. */
const MODULE = `
import { readFileSync } from "node:fs";
import { Interface } from "${ROOT}/node_modules/ethers";
import { defineAutomation, everyPeriod, type AutomationModule } from "${ROOT}/runner";
import { modularAccount } from "${ROOT}/sdk";
import { parseSessionFile } from "${ROOT}/sdk/handover";

const token = new Interface(["function transfer(address to, uint256 amount)"]);
const { target, to, owner } = JSON.parse(process.env["PLACES"]!) as Record<"target" | "to" | "owner", string>;

export default (({ key }) =>
  defineAutomation({
    ...{ name: "pay", file: parseSessionFile(readFileSync("session.json", "utf8")), adapter: modularAccount(owner) },
    ...{ schedule: everyPeriod(), ...(key && { key }) },
    calls: async ({ provider, period }) => {
      const amount = BigInt(period.index) + BigInt((await provider.getNetwork()).chainId === 31337n ? 5 : 6);
      return [{ target, value: 0n, data: token.encodeFunctionData("transfer", [to, amount]) }];
    },
  })) satisfies AutomationModule;
`;

describe("session-keys run", function () {
  this.timeout(TIMEOUT);
  let desk: Desk;
  let proxy: Proxy;
  beforeEach(async () => {
    desk = new Desk();
    proxy = await proxyToChain();
  });
  afterEach(async () => {
    await proxy.close();
    await desk.clear();
  });

  /** `pay.json` and `pay.ts` in the folder, and what the command needs to run them. */
  async function prepared(document: object = {}) {
    const { w, automation, balance } = await payer();
    const sender = Wallet.createRandom();
    await w.bundler.sendTransaction({ to: sender.address, value: 10n ** 18n });
    writeFileSync(desk.path("session.json"), stringifySessionFile(automation.file));
    const call = { to: w.tokenAddress, function: "transfer(address,uint256)", args: [w.stranger.address, "5"] };
    const common = { version: 1, name: "pay", session: "session.json", schedule: { every: "period" }, calls: [call] };
    writeFileSync(desk.path("pay.json"), JSON.stringify({ ...common, ...document }));
    writeFileSync(desk.path("pay.ts"), MODULE);
    const keys = { SESSION_KEYS_SESSION_KEY: w.key.privateKey, SESSION_KEYS_SENDER_KEY: sender.privateKey };
    const places = { target: w.tokenAddress, to: w.stranger.address, owner: w.ownerValidatorAddress };
    return { keys, balance, env: { ...keys, PLACES: JSON.stringify(places) } };
  }

  const args = (file: string, ...more: string[]) => ["run", file, "--rpc", proxy.url, "--self-bundle", ...more];

  async function command({ document = {}, colour = false, file = "pay.json" }) {
    const { keys, balance } = await prepared(document);
    const printed = { out: "", err: "" };
    const exit = run(args(file), {
      ...{ version: "0", env: keys, cwd: desk.folder, colour, interactive: false, now: () => 0 },
      out: (text) => void (printed.out += text),
      err: (text) => void (printed.err += text),
      ask: () => Promise.reject(new Error("nobody is here")),
      spin: (_text, work) => work(),
    });
    return { exit, printed, balance, keys };
  }

  /** The command as a process, on a machine where a package is not installed. */
  async function spawned(absent: string, file: string, ...more: string[]) {
    const { env, balance, keys } = await prepared();
    const hook = pathToFileURL(join(ROOT, "test/runner/absent.mjs")).href;
    const bin = join(ROOT, "cli/session-keys.js");
    const child = spawn(process.execPath, ["--import", hook, bin, ...args(file, ...more)], {
      cwd: desk.folder,
      env: { PATH: process.env["PATH"], ABSENT: absent, ...env },
    });
    const printed = { out: "", err: "" };
    child.stdout.on("data", (text: Buffer) => (printed.out += text.toString()));
    child.stderr.on("data", (text: Buffer) => (printed.err += text.toString()));
    const exit = once(child, "close").then(([code]) => code as number | null);
    return { child, printed, exit, balance, keys };
  }

  it("acts, shows plain lines, logs no secret, and ends with 0 on SIGTERM", async () => {
    const { exit, printed, balance, keys } = await command({});
    await until("done", () => printed.err.includes('"event":"done"'));
    process.emit("SIGTERM");
    expect(await exit, printed.err).to.equal(0);
    expect(await balance()).to.equal(5n);
    expect(printed.out)
      .to.match(/^block \d+: 0 in flight, 1 done, 0 elsewhere, .*$/m)
      .and.contain("stopped\n")
      .and.not.contain("\u001b");
    for (const secret of Object.values(keys)) expect(printed.out + printed.err).to.not.contain(secret.slice(2));
  });

  it("shows one line that changes, on a terminal", async () => {
    const { exit, printed } = await command({ colour: true });
    await until("shown", () => printed.out.includes("1 done"));
    process.emit("SIGTERM");
    expect(await exit, printed.err).to.equal(0);
    expect(printed.out).to.match(/^\r\u001b\[2Kblock \d+: [^\n]*1 done[^\n]*\nstopped\n$/);
  });

  it("exits with 2 when the automation is wrong, and names the field", async () => {
    const { exit, printed, balance } = await command({ document: { schedule: { every: "fortnight" } } });
    expect(await exit).to.equal(2);
    expect(printed.err).to.contain("WRONG_AUTOMATION").and.contain("schedule");
    expect(await balance()).to.equal(0n);
  });

  it("exits with 2 when the automation's own code fails, and says why", async () => {
    writeFileSync(desk.path("broken.js"), 'module.exports = () => { throw new Error("no job here"); };');
    const { exit, printed } = await command({ file: "broken.js" });
    expect(await exit).to.equal(2);
    expect(printed.err).to.contain("AUTOMATION_FAILED").and.contain("broken.js: no job here");
  });

  it("runs an automation in TypeScript, without the packages for several machines", async () => {
    const { child, exit, printed, balance, keys } = await spawned("bullmq", "pay.ts");
    await until("done", () => printed.err.includes('"event":"done"') || child.exitCode !== null);
    child.kill("SIGTERM");
    expect(await exit, printed.err).to.equal(0);
    expect(await balance()).to.equal(5n);
    expect(printed.out)
      .to.match(/^block \d+: /)
      .and.not.contain("\u001b");
    for (const secret of Object.values(keys)) expect(printed.out + printed.err).to.not.contain(secret.slice(2));
  });

  for (const absent of ["bullmq", "ioredis"]) {
    it(`exits with 2 when several machines are asked for, and ${absent} is not installed`, async () => {
      const { exit, printed, balance } = await spawned(absent, "pay.json", "--redis", "redis://127.0.0.1:6379");
      expect(await exit, printed.err).to.equal(2);
      expect(printed.err).to.match(/^error: NO_BULLMQ: several machines need the packages bullmq and ioredis/m);
      expect(await balance()).to.equal(0n);
    });
  }
});
