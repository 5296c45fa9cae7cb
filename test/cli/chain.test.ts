import { expect } from "chai";
import { readFileSync } from "node:fs";
import { Interface, keccak256, Wallet } from "ethers";
import hre from "hardhat";
import { chainContext } from "../../cli/owner";
import { ecdsaKey, useSession } from "../../sdk";
import { parseSessionFile } from "../../sdk/handover";
import { bundlerServer } from "../helpers/bundlerServer";
import { rpcServer, type RpcServer } from "../helpers/rpcServer";
import { privateKeys } from "../scripts/node";
import { Shell } from "./shell";

const ALICE = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";
const [OWNER = "", BOT = "", SENDER = ""] = privateKeys().map((key) => `0x${key}`);
const LENS = "0x9608EDE98601ac98223109207db693ef299A55b4";
const DAY = 86_400;

interface Answer {
  readonly ok: boolean;
  readonly result: Record<string, unknown>;
  readonly error: { readonly code: string; readonly exitCode: number };
}

describe("session-keys: bundlers, nodes and clocks", function () {
  let shell: Shell;
  let bundler: RpcServer;
  const env = { SESSION_KEYS_OWNER_KEY: OWNER, SESSION_KEYS_SESSION_KEY: BOT };

  const ask = async (...argv: string[]): Promise<Answer> => {
    const { code, out, err } = await shell.run([...argv, "--yes", "--json"], { env });
    expect(err).to.equal("");
    const answer = JSON.parse(out) as Answer;
    expect(code).to.equal(answer.ok ? 0 : (answer.error?.exitCode ?? 4));
    return answer;
  };

  const done = async (...argv: string[]): Promise<Record<string, unknown>> => {
    const { ok, result, error } = await ask(...argv);
    expect(ok, JSON.stringify(error)).to.equal(true);
    return result;
  };

  const refused = async (...argv: string[]): Promise<string> => {
    const { ok, error } = await ask(...argv);
    expect(ok).to.equal(false);
    return `${error.exitCode} ${error.code}`;
  };

  const pay = (value: string) => ["send", "session.json", "--call", `${ALICE} value=${value}`];

  before(async function () {
    if ("__SOLIDITY_COVERAGE_RUNNING" in hre) this.skip();
    shell = await Shell.open();
    bundler = await bundlerServer(new Wallet(SENDER, shell.world.provider));
    shell.env = { SESSION_KEYS_RPC: shell.world.url };
    await done("deploy", "--self-bundle", "--fund", "1");
    const policy = ["--recipient", ALICE, "--amount", "0.05", "--period", `${DAY}`, "--fees", "0.02", "--salt", "1"];
    await done("new", ...policy, "--days", "3");
    await done("grant", "session.json");
    await shell.remember();
  });

  after(async () => {
    shell?.close();
    await bundler?.close();
  });

  beforeEach(() => shell.reset());

  it("a bundler takes the operations of the key and of the owner, and tells what became of them", async () => {
    const how = ["--bundler", bundler.url];
    const sent = await done(...pay("0.02"), ...how);
    const hash = sent["userOpHash"] as string;
    expect(await done("explain", hash, ...how)).to.include({ kind: "operation", failed: false });
    expect(await done("explain", hash)).to.include({ kind: "operation", failed: false });
    expect(await done("explain", sent["transactionHash"] as string)).to.include({ kind: "transaction", failed: false });
    await done("enable", "session.json", ...how);
    await done("revoke", "session.json", ...how);
    expect(await refused(...pay("0.02"), ...how)).to.equal("3 SESSION_REVOKED");
    expect(bundler.requests.filter(({ method }) => method === "eth_sendUserOperation")).to.have.length(3);
  });

  it("doctor finds a bundler that does not know the EntryPoint, and one that does", async () => {
    const foreign = await rpcServer(() => ({ result: [ALICE] }));
    const state = async (url: string) => {
      const { result } = await ask("doctor", "session.json", "--bundler", url);
      const findings = result["findings"] as { name: string; state: string }[];
      return findings.find(({ name }) => name === "bundler")?.state;
    };
    expect(await state(foreign.url)).to.equal("problem");
    expect(await state(bundler.url)).to.equal("ok");
    await foreign.close();
  });

  it("a node's address, with the API key in it, is in no error", async () => {
    const secret = "a-very-secret-api-key";
    const down = await rpcServer(({ path }) => ({ error: { code: -32000, message: `no such project: ${path}` } }));
    const { code, err } = await shell.run(["list", "--rpc", `${down.url}/v3/${secret}`], { env });
    expect(code).to.equal(4);
    expect(err)
      .to.match(/^error: /)
      .and.not.include(secret);
    const broken = await rpcServer(({ path, method }) =>
      method === "eth_chainId" ? { result: "0x7a69" } : { status: 500, body: `oops ${path}` },
    );
    const later = await shell.run(["list", "--rpc", `${broken.url}/v3/${secret}`, "--json"], { env });
    expect(later.code).to.equal(4);
    expect(later.out).to.include('"ok": false').and.not.include(secret);
    await down.close();
    await broken.close();
  });

  it("a chain without the contracts is not mistaken for one", async () => {
    const bare = await rpcServer(({ method }) => ({ result: method === "eth_chainId" ? "0x7a69" : "0x" }));
    expect(await refused("list", "--rpc", bare.url)).to.equal("5 NOT_DEPLOYED");
    expect(await refused("show", "session.json", "--rpc", bare.url)).to.equal("5 NOT_DEPLOYED");
    const elsewhere = await rpcServer(() => ({ result: "0x1" }));
    expect(await refused("show", "session.json", "--rpc", elsewhere.url)).to.equal("4 WRONG_CHAIN");
    await done("show", "session.json");
    await bare.close();
    await elsewhere.close();
  });

  it("an expired session is refused by the chain's clock, and works a second before", async () => {
    const { session } = await done("show", "session.json");
    const { validUntil } = session as { validUntil: number };
    shell.clock = validUntil - 600;
    await done(...pay("0.02"), "--self-bundle");
    shell.clock = validUntil;
    expect(await refused(...pay("0.02"), "--self-bundle")).to.equal("3 SESSION_EXPIRED");
    expect((await done("show", "session.json"))["obstacle"]).to.equal("expired");
    expect(await refused("check", "session.json", "--call", `${ALICE} value=0.01`)).to.equal("3 SESSION_NOT_ACTIVE");
  });

  it("a budget is used up until its next period", async () => {
    await done(...pay("0.04"), "--self-bundle");
    const check = ["check", "session.json", "--call", `${ALICE} value=0.04`];
    expect(await refused(...pay("0.04"), "--self-bundle")).to.equal("3 BudgetExceeded");
    expect(await refused(...check, "--live")).to.equal("3 BudgetExceeded");
    await done(...check);
    shell.clock += DAY;
    await done(...check, "--live");
    await done(...pay("0.04"), "--self-bundle");
  });

  it("calls that would revert are not sent; what reverted all the same is explained by its hash", async () => {
    const policy = ["--target", LENS, "--function", "nothing()", "--fees", "0.02", "--salt", "2"];
    await done("new", ...policy, "--out", "reverting.json", "--force");
    await done("grant", "reverting.json");
    const blocks = await shell.world.provider.getBlockNumber();
    const call = ["send", "reverting.json", "--call", `${LENS} nothing()`, "--self-bundle"];
    expect(await refused(...call)).to.equal("4 TARGET_REVERTED");
    expect(await shell.world.provider.getBlockNumber()).to.equal(blocks);

    const { userOpHash, success, receipt } = await sendReverting();
    expect(success).to.equal(false);
    for (const hash of [userOpHash, receipt.hash]) {
      const { failed, failure } = await done("explain", hash);
      expect(failed).to.equal(true);
      expect(failure).to.include({ code: "TARGET_REVERTED", layer: "target" });
    }
    const request = { to: LENS, data: "0x12345678", gasLimit: 99_999 };
    const sender = new Wallet(SENDER, shell.world.provider);
    const signed = await sender.signTransaction(await sender.populateTransaction(request));
    // This node tells at once that it reverts, and mines it all the same.
    const answer = await shell.world.provider.broadcastTransaction(signed).then(() => "taken", String);
    expect(answer).to.include("reverted");
    expect(await done("explain", keccak256(signed))).to.include({ kind: "transaction", failed: true });
  });

  /** Past the estimate that would find it out. */
  async function sendReverting() {
    const { session, grant } = parseSessionFile(readFileSync(shell.world.path("reverting.json"), "utf8"));
    const connection = { provider: shell.world.provider, chainId: 31337n };
    const key = ecdsaKey(new Wallet(BOT));
    const data = new Interface(["function nothing()"]).encodeFunctionData("nothing");
    const calls = [{ target: LENS, value: 0n, data }];
    return useSession(chainContext(connection, new Wallet(SENDER)), {
      session,
      calls,
      key,
      mode: "enable",
      grant: grant!,
    });
  }

  it("doctor warns of a clock that is wrong, and of an empty account", async () => {
    await shell.world.provider.send("hardhat_setBalance", ["0xBd779B9bc731f23d1EdaCBB18378E884F9962787", "0x0"]);
    const findings = async () => {
      const { result } = await ask("doctor", "session.json", "--self-bundle");
      return Object.fromEntries(
        (result["findings"] as { name: string; state: string }[]).map(({ name, state }) => [name, state]),
      );
    };
    expect(await findings()).to.include({ clock: "ok", prefund: "warning", session: "ok" });
    shell.skew = -3_700;
    expect(await findings()).to.include({ clock: "warning", session: "ok" });
    shell.skew = 0;
  });
});
