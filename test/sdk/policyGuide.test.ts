import { expect } from "chai";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as ethers from "ethers";
import * as ts from "typescript";
import * as sdk from "../../sdk";

// The recipes of docs/policy-guide.md, run as they stand there. `UPDATE_GUIDE=1` writes what describe says of them anew.

const GUIDE = join(__dirname, "../../docs/policy-guide.md");
const text = readFileSync(GUIDE, "utf8");

interface Recipe {
  readonly title: string;
  readonly code: string;
  readonly says: string;
}

const setup = /```ts setup\n([\s\S]*?)```/.exec(text)![1]!;

/** Heading, prose, code, and the quote behind it. */
const RECIPE = /^### (\d+\. .*)\n[\s\S]*?```ts\n([\s\S]*?)```\n(?:\n((?:>.*\n)+))?/gm;
const recipes: Recipe[] = [...text.matchAll(RECIPE)].map(([, title, code, says]) => ({
  title: title!,
  code: code!,
  says: says ?? "",
}));

const address = (name: string) => ethers.getAddress(ethers.id(name).slice(0, 42));
const PEOPLE = ["alice", "bob", "mallory", "merchant", "coldWallet", "account", "bot", "paymaster"];
const PLACES = [
  "USDC",
  "WETH",
  "WBTC",
  "MEME",
  "ROUTER",
  "NFT",
  "SPLITTER",
  "BOOK",
  "REWARDS",
  "VAULT",
  "POOL",
  "MARKET",
  "GAME",
];
const MORE = ["GOVERNOR", "ORACLE"];
const addresses = Object.fromEntries([...PEOPLE, ...PLACES, ...MORE].map((name) => [name, address(name)]));
const VALIDATOR = address("validator");

type Contract = sdk.AbiAt;

function call(contract: Contract, name: string, args: unknown[], value = 0n): sdk.Call {
  const abi = ethers.Interface.from(contract.abi);
  return { target: contract.address as string, value, data: abi.encodeFunctionData(name, args) };
}

const pay = (to: string, value: bigint): sdk.Call => ({ target: to, value, data: "0x" });

function verdict(session: sdk.Session, calls: readonly sdk.Call[]): sdk.Verdict {
  const now = Math.floor(Date.now() / 1000);
  const sponsored = session.paymaster !== ethers.ZeroAddress;
  const state = { installed: true, paused: false, epoch: 1n, status: sdk.STATUSES.enabled, usage: [] };
  const request = { session, calls, mode: "use" as const, validator: VALIDATOR, state, now, time: now - 1 };
  return sdk.checkCalls({ ...request, ...(sponsored ? { paymaster: session.paymaster } : {}) });
}

interface Run {
  readonly session: sdk.Session;
  readonly contracts: Record<string, Contract>;
  readonly allowed: number;
  readonly refused: number;
}

/** Runs a recipe as it stands in the guide. */
function run({ title, code }: Recipe): Run {
  const counts = { allowed: 0, refused: 0 };
  const may = (session: sdk.Session, ...calls: sdk.Call[]) => {
    const result = verdict(session, calls);
    expect(
      result.outcome === "refused" ? result.error.message : result.outcome,
      `${title}: may ${++counts.allowed}`,
    ).to.equal("accepted");
  };
  const mayNot = (session: sdk.Session, ...calls: sdk.Call[]) => {
    const result = verdict(session, calls);
    const reason = result.outcome === "refused" ? result.name : result.outcome;
    expect(reason, `${title}: mayNot ${++counts.refused}`).to.match(/^(NO_PERMISSION|BudgetExceeded)$/);
  };
  const names = [...code.matchAll(/^const (\w+) = \{\s*address:/gm)].map(([, name]) => name!);
  const scope = { ...ethers, ...sdk, ...addresses, ETH_USD: ethers.id("ETH/USD"), call, pay, may, mayNot };
  const shared = ["usdc", "weth", "router", "nft"];
  const source = `${setup}\n{ ${code}\n return { session, contracts: { ${[...shared, ...names].join(", ")} } }; }`;
  const js = ts.transpileModule(source, { compilerOptions: { target: ts.ScriptTarget.ES2022 } }).outputText;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the guide is ours, and running it is the point
  const body = new Function(...Object.keys(scope), js) as (...values: unknown[]) => Pick<Run, "session" | "contracts">;
  return { ...body(...Object.values(scope)), ...counts };
}

/** What describe says of the permissions, as the guide quotes it. */
function quote({ session, contracts }: Run): string {
  const labels = Object.fromEntries(PEOPLE.map((name) => [name, addresses[name]!]));
  const known = Object.fromEntries([...PLACES, ...MORE].map((name) => [name, addresses[name]!]));
  const tokens = {
    USDC: { address: addresses["USDC"]!, decimals: 6 },
    WETH: { address: addresses["WETH"]!, decimals: 18 },
  };
  const abis = Object.fromEntries(
    Object.entries(contracts)
      .filter(([name]) => name !== "usdc" && name !== "weth")
      .map(([name, contract]) => [name.toUpperCase(), contract]),
  );
  const { permissions, budgets } = sdk.summarize(session, { labels: { ...labels, ...known }, tokens, contracts: abis });
  const shared = budgets.filter(
    ({ chargedBy, paysFees }) => chargedBy.length > 1 || (chargedBy.length === 1 && paysFees),
  );
  const lines = [
    ...permissions.map(({ text }) => `may ${text}`),
    ...shared.map(({ index, text }) => `budget ${index}: together at most ${text}`),
  ];
  return lines.map((line) => `> ${line}\n`).join(">\n");
}

describe("docs/policy-guide.md", () => {
  it("has twenty recipes", () => {
    expect(recipes.map(({ title }) => Number(title.split(".")[0]))).to.deep.equal(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
  });

  for (const recipe of recipes) {
    it(recipe.title, () => {
      const done = run(recipe);
      expect(done.allowed, "shows what is allowed").to.be.greaterThan(0);
      expect(done.refused, "shows what is refused").to.be.greaterThan(0);
      const worst = sdk.lint(done.session).filter(({ severity }) => severity === "high");
      expect(worst.length > 0, worst.map(({ message }) => message).join()).to.equal(
        recipe.code.includes("dangerously"),
      );
      if (process.env["UPDATE_GUIDE"] === undefined) expect(recipe.says).to.equal(quote(done));
    });
  }

  if (process.env["UPDATE_GUIDE"] !== undefined) {
    after(() => {
      const said = recipes.map((recipe) => quote(run(recipe)));
      let index = 0;
      const updated = text.replace(RECIPE, (whole, _title, _code, says?: string) => {
        const rest = says === undefined ? `${whole}\n` : whole.slice(0, whole.length - says.length);
        return rest + said[index++]!;
      });
      writeFileSync(GUIDE, updated);
    });
  }
});
