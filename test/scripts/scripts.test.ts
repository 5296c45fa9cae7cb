import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import { Contract, JsonRpcSigner } from "ethers";
import hre from "hardhat";
import { ENTRY_POINTS } from "../../sdk";
import { parseSessionFile, stringifySessionFile } from "../../sdk/handover";
import { privateKeys, ScriptWorld, type Run } from "./node";

const ALICE = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";
const MALLORY = "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc";
const STAKES = ["function balanceOf(address) view returns (uint256)", "function withdrawTo(address, uint256)"];
const BUNDLER = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";

/** The script did its work and complained of nothing. */
function expectDone({ code, stdout, stderr }: Run, ...parts: string[]): void {
  expect(stderr).to.equal("");
  expect(code).to.equal(0);
  for (const part of parts) expect(stdout).to.include(part);
}

/** One line on stderr, nothing on stdout, exit code 1, and no stack. */
function expectError({ code, stdout, stderr }: Run, reason: string): void {
  expect(stderr).to.match(/^error: [^\n]+\n$/);
  expect(stderr)
    .to.include(reason)
    .and.not.match(/\bat .*\.ts:\d+/);
  expect(stdout).to.equal("");
  expect(code).to.equal(1);
}

describe("scripts, against a node", function () {
  let world: ScriptWorld;
  let file: string;

  before(async function () {
    // Instrumented code is too large for a node without the plugin's settings.
    if ("__SOLIDITY_COVERAGE_RUNNING" in hre) this.skip();
    world = await ScriptWorld.start();
    file = world.path("session.json");
  });

  after(() => world?.stop());

  /** What earlier operations paid too much would pay for the next. */
  async function withdrawDeposit(account: string): Promise<void> {
    await world.provider.send("hardhat_impersonateAccount", [account]);
    const entryPoint = new Contract(ENTRY_POINTS["0.8"], STAKES, new JsonRpcSigner(world.provider, account));
    await entryPoint.getFunction("withdrawTo")(BUNDLER, await entryPoint.getFunction("balanceOf")(account));
    await world.provider.send("hardhat_stopImpersonatingAccount", [account]);
  }

  const allow = ["--recipient", ALICE, "--amount", "0.05", "--period", "604800", "--fees", "0.02"];
  const pay = (amount: string, to = ALICE): string[] => ["--file", file, "--call", `${to} value=${amount}`];

  it("every script but deploy asks for a deployment first", async () => {
    const runs = [world.run("grant", allow), world.run("inspect")];
    for (const run of await Promise.all(runs)) expectError(run, "missing deployment: there is no ");
  });

  it("deploy deploys, and changes nothing the second time", async () => {
    const first = await world.run("deploy");
    expectDone(first, "sessionKeyValidator", "new", "installed now");
    const written = world.written();
    const blocks = await world.provider.getBlockNumber();

    const second = await world.run("deploy");
    expectDone(second, "there already", "installed already");
    expect(second.stdout).to.not.include("new");
    expect(await world.provider.getBlockNumber()).to.equal(blocks);
    expect(world.written()).to.equal(written);
    const { chainId, contracts } = JSON.parse(written) as { chainId: string; contracts: Record<string, unknown> };
    expect(chainId).to.equal("31337");
    expect(Object.keys(contracts)).to.have.length(5);
  });

  it("deploy --check compares the code on the chain with this build, and changes nothing", async () => {
    const blocks = await world.provider.getBlockNumber();
    const same = await world.run("deploy", ["--check"]);
    expect(same.code, same.stderr).to.equal(0);
    expect(same.stdout.match(/as built/g)).to.have.length(5);

    const { contracts } = JSON.parse(world.written()) as { contracts: { sessionLens: { address: string } } };
    const { address } = contracts.sessionLens;
    const code = await world.provider.getCode(address);
    await world.provider.send("hardhat_setCode", [address, `${code.slice(0, -2)}00`]);
    const other = await world.run("deploy", ["--check"]);
    await world.provider.send("hardhat_setCode", [address, code]);
    expect(other.code).to.equal(1);
    expect(other.stderr).to.match(/^error: 1 of 5 contracts on localhost differ, sessionLens is another code\n$/);
    expect(await world.provider.getBlockNumber()).to.equal(blocks);
  });

  it("grant writes a session file, and does not overwrite it", async () => {
    expectDone(
      await world.run("grant", [...allow, "--file", file]),
      "permissions  1, 2 budgets",
      "together at most 0.05 ETH per week",
    );
    expectError(await world.run("grant", [...allow, "--file", file]), `${file} exists`);
  });

  it("use is refused before the session is enabled, and enables it by its grant", async () => {
    expectError(await world.run("use", pay("0.01")), "refused: SessionNotEnabled: sessionId 0x");
    expectDone(await world.run("use", [...pay("0.01"), "--mode", "enable"]), "done", "mode enable");
  });

  it("enable publishes it, use spends, and inspect tells what remains", async () => {
    expectDone(await world.run("enable", ["--file", file]), "enabled");
    const balance = await world.provider.getBalance(ALICE);
    expectDone(await world.run("use", [...pay("0.01"), "--call", `${ALICE} value=0.01`]), "2 call(s), mode use");
    expect((await world.provider.getBalance(ALICE)) - balance).to.equal(20_000_000_000_000_000n);
    expectDone(
      await world.run("inspect", ["--file", file]),
      "status    enabled, works",
      "0.02 ETH of 0.05 ETH per 7 d left, 0.03 ETH spent, resets",
      "1 session(s) in the logs",
      "1 permission(s)",
    );
  });

  it("use says why an operation is refused", async () => {
    const runs = [world.run("use", pay("0.03")), world.run("use", pay("0.01", MALLORY))];
    const [tooMuch, elsewhere] = await Promise.all(runs);
    expectError(tooMuch!, "refused: BudgetExceeded: budget 0, asked 0.03e18, remaining 0.02e18");
    expectError(elsewhere!, "NO_PERMISSION: call 0 to");
  });

  it("paused, nothing works; unpaused, it does", async () => {
    expectDone(await world.run("revoke", ["--pause"]), "pause");
    expectError(await world.run("use", pay("0.001")), "refused: AccountPaused: account 0x");
    expectDone(await world.run("revoke", ["--unpause"]), "unpause");
  });

  it("insufficient funds: of the bundler, and of the account", async () => {
    const { account } = (JSON.parse(readFileSync(file, "utf8")) as { session: { account: string } }).session;
    await withdrawDeposit(account);
    for (const [address, reason] of [
      [BUNDLER, "insufficient funds: "],
      [account, "refused: AA21 didn't pay prefund"],
    ] as const) {
      const balance = await world.provider.getBalance(address);
      await world.provider.send("hardhat_setBalance", [address, "0x0"]);
      expectError(await world.run("use", pay("0")), reason);
      await world.provider.send("hardhat_setBalance", [address, `0x${balance.toString(16)}`]);
    }
  });

  it("revoke revokes for good", async () => {
    expectDone(await world.run("revoke", ["--file", file, "--by-signature"]), "revoked", "by signature");
    expectError(await world.run("use", pay("0.001")), "refused: SessionIsRevoked: sessionId 0x");
  });

  it("a token allowance, the grant travelling with each operation, until revoke --all", async () => {
    const { stdout } = await world.run("token");
    const token = /token\s+(0x\w{40})/.exec(stdout)![1]!;
    const tokens = world.path("tokens.json");
    const weekly = ["--token", token, "--recipient", ALICE, "--amount", "100", "--period", "604800"];
    expectDone(await world.run("grant", [...weekly, "--file", tokens]));
    const transfer = `${token} transfer(address,uint256) ${ALICE} 60000000000000000000`;
    const send = ["--file", tokens, "--mode", "signed", "--call", transfer];
    expectDone(await world.run("use", send), "mode signed");
    expectError(await world.run("use", send), "refused: BudgetExceeded: budget 0, asked 60e18, remaining 40e18");
    expectDone(await world.run("revoke", ["--all"]), "all");
    expectError(await world.run("use", send), "refused: BadGrant: account 0x");
  });

  describe("bad input: one line, exit code 1", () => {
    interface BadInput {
      readonly name: string;
      readonly script: string;
      readonly args: () => string[];
      readonly reason: string;
      readonly network?: string;
      readonly env?: NodeJS.ProcessEnv;
    }

    const edited = (change: (text: string) => string): string[] => {
      const path = world.path(`edited-${Math.random()}.json`);
      writeFileSync(path, change(readFileSync(file, "utf8")));
      return ["--file", path];
    };
    const elsewhere = (text: string): string => {
      const { session, ...rest } = parseSessionFile(text);
      return stringifySessionFile({ ...rest, session: { ...session, chainId: 1n } });
    };
    const cases: BadInput[] = [
      {
        name: "unknown option",
        script: "deploy",
        args: () => ["--salt", "1"],
        reason: "Unknown option '--salt'; the options",
      },
      {
        name: "stray word",
        script: "inspect",
        args: () => ["session.json"],
        reason: "Unexpected argument 'session.json'",
      },
      { name: "unknown network", script: "inspect", network: "nowhere", args: () => [], reason: "nowhere" },
      {
        name: "no node",
        script: "inspect",
        args: () => [],
        env: { LOCALHOST_URL: "http://127.0.0.1:1" },
        reason: "cannot reach localhost at http://127.0.0.1:1",
      },
      {
        name: "no deployment on this chain",
        script: "inspect",
        network: "hardhat",
        args: () => [],
        reason: "missing deployment: entryPoint is not on hardhat",
      },
      { name: "nothing allowed", script: "grant", args: () => ["--days", "3"], reason: "nothing is allowed" },
      {
        name: "not an address",
        script: "grant",
        args: () => ["--recipient", "0x12", "--amount", "1"],
        reason: "--recipient is 0x12",
      },
      {
        name: "not an amount",
        script: "grant",
        args: () => ["--recipient", ALICE, "--amount", "1,5"],
        reason: "--amount is 1,5",
      },
      {
        name: "too short a period",
        script: "grant",
        args: () => ["--recipient", ALICE, "--amount", "1", "--period", "59"],
        reason: "--period is 59",
      },
      {
        name: "no token there",
        script: "grant",
        args: () => ["--token", ALICE, "--recipient", ALICE, "--amount", "1"],
        reason: "no token answers there",
      },
      {
        name: "not a function",
        script: "grant",
        args: () => ["--target", ALICE, "--function", "go!"],
        reason: '--function is "go!"',
      },
      { name: "no call", script: "use", args: () => ["--file", file], reason: "--call is missing" },
      {
        name: "not a call",
        script: "use",
        args: () => ["--file", file, "--call", "alice"],
        reason: '--call "alice" is not',
      },
      {
        name: "unknown mode",
        script: "use",
        args: () => [...pay("0"), "--mode", "try"],
        reason: "--mode is try, expected use, enable, signed",
      },
      {
        name: "two ways to revoke",
        script: "revoke",
        args: () => ["--all", "--pause"],
        reason: "--all and --pause exclude each other",
      },
      {
        name: "no session file",
        script: "enable",
        args: () => ["--file", "absent.json"],
        reason: "there is no absent.json",
      },
      { name: "not JSON", script: "enable", args: () => edited((text) => text.slice(1)), reason: "not JSON" },
      {
        name: "missing field",
        script: "enable",
        args: () => edited((text) => text.replace('"epoch": "1",', "")),
        reason: "session has no epoch",
      },
      {
        name: "another amount than the owner signed",
        script: "enable",
        args: () => edited((text) => text.replace('"50000000000000000"', '"60000000000000000"')),
        reason: "WRONG_ID: the session is 0x",
      },
      {
        name: "wrong network",
        script: "enable",
        args: () => edited((text) => elsewhere(text)),
        reason: "wrong network: ",
      },
      {
        name: "wrong validator",
        script: "enable",
        args: () => edited((text) => text.replace(/"validator": "0x\w+"/, `"validator": "${ALICE}"`)),
        reason: "wrong validator: ",
      },
    ];

    it("wrong arguments, networks, deployments and files", async function () {
      this.timeout(90_000);
      const left = [...cases];
      const worker = async (): Promise<void> => {
        for (let next = left.shift(); next !== undefined; next = left.shift()) {
          const run = await world.runOn(next.network ?? "localhost", next.script, next.args(), next.env);
          try {
            expectError(run, next.reason);
          } catch (error) {
            throw new Error(`${next.name}: ${error instanceof Error ? error.message : String(error)}`);
          }
        }
      };
      await Promise.all([worker(), worker(), worker()]);
    });
  });

  it("no private key is in any output or file", () => {
    const everything = (world.printed + world.written()).toLowerCase();
    expect(everything).to.have.length.above(5_000);
    for (const key of privateKeys()) expect(everything).to.not.include(key);
  });
});
