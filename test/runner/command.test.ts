import { writeFileSync } from "node:fs";
import { expect } from "chai";
import { Wallet } from "ethers";
import { network } from "hardhat";
import { run } from "../../cli/main";
import { stringifySessionFile } from "../../sdk/handover";
import { Desk, payer, until } from "./parts";
import { startProxy, type Proxy } from "./proxy";

describe("session-keys run", () => {
  let desk: Desk;
  let proxy: Proxy;
  beforeEach(async () => {
    desk = new Desk();
    proxy = await startProxy(({ method, params }) => network.provider.request({ method, params }));
  });
  afterEach(async () => {
    await proxy.close();
    await desk.clear();
  });

  async function command(document: object) {
    const { w, automation, balance } = await payer();
    const sender = Wallet.createRandom();
    await w.bundler.sendTransaction({ to: sender.address, value: 10n ** 18n });
    writeFileSync(desk.path("session.json"), stringifySessionFile(automation.file));
    const call = { to: w.tokenAddress, function: "transfer(address,uint256)", args: [w.stranger.address, "5"] };
    const common = { version: 1, name: "pay", session: "session.json", schedule: { every: "period" }, calls: [call] };
    writeFileSync(desk.path("pay.json"), JSON.stringify({ ...common, ...document }));
    const printed = { out: "", err: "" };
    const env = { SESSION_KEYS_SESSION_KEY: w.key.privateKey, SESSION_KEYS_SENDER_KEY: sender.privateKey };
    const exit = run(["run", "pay.json", "--rpc", proxy.url, "--self-bundle"], {
      ...{ version: "0", env, cwd: desk.folder, colour: false, interactive: false, now: () => 0 },
      out: (text) => void (printed.out += text),
      err: (text) => void (printed.err += text),
      ask: () => Promise.reject(new Error("nobody is here")),
      spin: (_text, work) => work(),
    });
    return { exit, printed, balance, env };
  }

  it("acts, shows plain lines, logs no secret, and ends with 0 on SIGTERM", async () => {
    const { exit, printed, balance, env } = await command({});
    await until("done", () => printed.err.includes('"event":"done"'));
    process.emit("SIGTERM");
    expect(await exit, printed.err).to.equal(0);
    expect(await balance()).to.equal(5n);
    expect(printed.out)
      .to.match(/^block \d+: 0 in flight, 1 done, 0 elsewhere, .*$/m)
      .and.contain("stopped\n");
    for (const secret of Object.values(env)) expect(printed.out + printed.err).to.not.contain(secret.slice(2));
  });

  it("exits with 2 when the automation is wrong, and names the field", async () => {
    const { exit, printed, balance } = await command({ schedule: { every: "fortnight" } });
    expect(await exit).to.equal(2);
    expect(printed.err).to.contain("WRONG_AUTOMATION").and.contain("schedule");
    expect(await balance()).to.equal(0n);
  });
});
