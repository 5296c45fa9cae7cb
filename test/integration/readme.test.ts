import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as ethers from "ethers";
import hre from "hardhat";
import * as ts from "typescript";
import * as sdk from "../../sdk";
import { contextOf } from "../helpers/owner";
import { now, world, type World } from "../helpers/world";

// The snippet of README.md, run as it stands there.

const README = readFileSync(join(__dirname, "../../README.md"), "utf8");
const SNIPPET = /```ts\n([\s\S]*?)```/.exec(README)![1]!;

const ROUTER = ethers.getAddress(ethers.id("router").slice(0, 42));
const WETH = ethers.getAddress(ethers.id("weth").slice(0, 42));
const ROUTER_ABI = new ethers.Interface([
  "function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline)",
]);
const TOKEN_ABI = ["function transfer(address to, uint256 amount) returns (bool)"];

/** What the snippet takes for granted. */
async function cast(w: World, said: string[]) {
  const { provider } = hre.ethers;
  const clock = await now();
  const { chainId, entryPoint, validator, ownerValidator, bundler } = contextOf(w);
  return {
    chainId,
    entryPoint,
    validator,
    ownerValidator,
    bundler,
    account: w.accountAddress,
    bot: w.key,
    wallet: w.owner,
    provider,
    alice: w.stranger.address,
    bob: w.otherKey.address,
    USDC: w.tokenAddress,
    WETH,
    usdc: new ethers.Contract(w.tokenAddress, TOKEN_ABI, provider),
    router: new ethers.Contract(ROUTER, ROUTER_ABI, provider),
    console: { log: (text: string) => said.push(text) },
    // The chain of the tests has a clock of its own.
    inDays: (days: number) => sdk.inDays(days, clock),
  };
}

async function run(w: World): Promise<{ readonly session: sdk.Session; readonly said: string[] }> {
  const said: string[] = [];
  const scope = { ...ethers, ...sdk, ...(await cast(w, said)) };
  const names = Object.keys(scope).filter((name) => name !== "default");
  const source = `export async function run() { ${SNIPPET}; return session; }`;
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  });
  const exported = {} as { run: () => Promise<sdk.Session> };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the snippet is ours, and running it is the point
  const body = new Function("exports", ...names, outputText) as (...values: unknown[]) => void;
  body(exported, ...names.map((name) => scope[name as keyof typeof scope]));
  return { session: await exported.run(), said };
}

describe("README.md", () => {
  it("its snippet runs: the key pays Alice, and is revoked", async () => {
    const w = await world();
    const before = await w.token.balanceOf(w.stranger.address);
    const { session, said } = await run(w);
    expect((await w.token.balanceOf(w.stranger.address)) - before).to.equal(5_000_000n);
    expect(await w.validator.sessionStatus(sdk.sessionId(session), w.accountAddress)).to.equal(sdk.STATUSES.revoked);
    expect(said).to.have.length(1);
    expect(said[0])
      .to.include("per week")
      .and.match(/fees up to 0.02 ETH from the account/i);
  });

  it("its worst price is the one that people say: 0.0003 WETH for a USDC, with 18 and 6 decimals", async () => {
    const w = await world();
    const { session } = await run(w);
    const swap = (amountOutMin: bigint): sdk.Call => {
      const args = [ethers.parseUnits("100", 6), amountOutMin, [w.tokenAddress, WETH], w.accountAddress, 1];
      const data = ROUTER_ABI.encodeFunctionData("swapExactTokensForTokens", args);
      return { target: ROUTER, value: 0n, data };
    };
    expect(sdk.matchPermissions(session, [swap(ethers.parseEther("0.03"))])).to.deep.equal([2]);
    expect(() => sdk.matchPermissions(session, [swap(ethers.parseEther("0.03") - 1n)])).to.throw("RuleNotMet");
  });
});
