import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { expect } from "chai";
import { Wallet } from "ethers";
import { ethers } from "hardhat";
import { stringifySessionFile } from "../../sdk/handover";
import { Store } from "../../runner/store";
import { Desk, payer, proxyToChain, TIMEOUT, until } from "./parts";
import type { Proxy } from "./proxy";

describe("A runner that is killed", function () {
  this.timeout(TIMEOUT);
  let desk: Desk;
  let proxy: Proxy;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    desk = new Desk();
    proxy = await proxyToChain();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await proxy.close();
    await desk.clear();
  });

  async function prepared() {
    const { w, session, automation, balance } = await payer();
    const bundler = Wallet.createRandom();
    await w.bundler.sendTransaction({ to: bundler.address, value: 10n ** 18n });
    writeFileSync(desk.path("session.json"), stringifySessionFile(automation.file));
    const call = { to: w.tokenAddress, function: "transfer(address,uint256)", args: [w.stranger.address, "5"] };
    const document = { version: 1, name: "pay", session: "session.json", schedule: { every: "period" }, calls: [call] };
    writeFileSync(desk.path("pay.json"), JSON.stringify(document));
    const env = { BUNDLER_KEY: bundler.privateKey, SESSION_KEY: w.key.privateKey };
    const printed: string[] = [];
    const start = (die?: string) => {
      const args = ["--import", "tsx", "test/runner/child.ts", proxy.url, desk.path("pay.json"), desk.path("state.db")];
      const child = spawn(process.execPath, args, {
        env: { PATH: process.env["PATH"], ...env, ...(die === undefined ? {} : { DIE: die }) },
        stdio: ["ignore", "ignore", "pipe"],
      });
      child.stderr.on("data", (text: Buffer) => printed.push(text.toString()));
      children.push(child);
      return child;
    };
    const recorded = async () => {
      const { chainId } = await ethers.provider.getNetwork();
      const genesis = (await ethers.provider.getBlock(0))!.hash!;
      const store = Store.open(desk.path("state.db"), { chainId, genesis });
      const due = store.due().map((action) => ({ state: action.state, op: store.read(action)?.hash }));
      store.close();
      return due;
    };
    return { w, session, balance, start, recorded, env, log: () => printed.join("") };
  }

  for (const [when, paid] of [
    ["before", 0n],
    ["after", 5n],
  ] as const) {
    it(`${when} its operation leaves: the next one finds it written down, and acts once in all`, async () => {
      const { balance, start, recorded, log, env } = await prepared();
      const before = await balance();
      const [, signal] = (await once(start(when), "exit")) as [number | null, string];
      expect(signal, log()).to.equal("SIGKILL");
      expect(await balance()).to.equal(before + paid);
      const [due] = await recorded();
      expect(due!.op).to.match(/^0x[0-9a-f]{64}$/);
      const second = start();
      await until("done", () => log().includes('"event":"done"'));
      expect(await balance()).to.equal(before + 5n);
      expect(log(), "the very operation that was written down").to.contain(`"operation":"${due!.op}","transaction"`);
      second.kill("SIGTERM");
      expect(await once(second, "exit")).to.deep.equal([0, null]);
      expect(log()).to.contain('"event":"stopped"');
      expect(await recorded()).to.deep.equal([]);
      for (const secret of Object.values(env)) expect(log()).to.not.contain(secret.slice(2));
    });
  }
});
