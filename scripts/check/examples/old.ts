import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as ethers from "ethers";
import * as ts from "typescript";
import * as sdk from "../../sdk";

// Every @example of the builder, describe, lint and explain is compiled, with types, and run.

const ROOT = join(__dirname, "../..");
const FILES = [
  ...["builder", "describe", "explain"].flatMap((folder) =>
    readdirSync(join(ROOT, "sdk", folder)).map((file) => `sdk/${folder}/${file}`),
  ),
  "sdk/lint.ts",
  "sdk/danger.ts",
];

interface Example {
  readonly name: string;
  readonly code: string;
}

/** The examples in front of exports that the package has. */
function examplesOf(file: string): Example[] {
  const source = readFileSync(join(ROOT, file), "utf8");
  const found = source.matchAll(
    /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport (?:const|function|class|interface|type) (\w+)/g,
  );
  return [...found].flatMap(([, doc = "", name = ""]) => {
    if (!publicNames.has(name)) return [];
    const example = /@example([\s\S]*)$/.exec(doc)?.[1];
    return [{ name, code: example?.replace(/^ ?\s*\* ?/gm, "").trim() ?? "" }];
  });
}

/** What everything in the examples is called. */
const CAST = `
import { Contract, Interface, ParamType, parseEther, parseUnits, Wallet } from "ethers";
import * as sdk from "SDK";
import { EXPORTS } from "SDK";
import type { TYPES } from "SDK";
const at = (digit: string) => "0x" + digit.repeat(40);
const [account, alice, bob, USDC, WETH, DAI, ROUTER, paymaster] = ["1", "2", "3", "4", "5", "6", "7", "8"].map(at) as [string, string, string, string, string, string, string, string];
const bot = Wallet.createRandom();
const privateKey = bot.privateKey;
const recipients = [alice, bob];
const game = at("9");
const usdc = { address: USDC, abi: ["function transfer(address to, uint256 amount)", "error TooPoor()"] } as const;
const router = { address: ROUTER, abi: ["function swap(uint256 amountIn, uint256 amountOutMin, address[] path, address to)"] } as const;
const ROUTER_ABI = [{ type: "function", name: "swap", inputs: [{ name: "params", type: "tuple", components: [{ name: "tokenIn", type: "address" }, { name: "recipient", type: "address" }] }] }] as const;
const contract = <const Abi extends readonly string[]>(abi: Abi) => ({ address: at("a"), abi });
const nft = contract(["function mint() payable", "function setApprovalForAll(address operator, bool approved)"]);
const market = contract(["function vote(uint256 proposal)"]);
const airdrop = contract(["function send(address[] recipients)"]);
const forwarder = contract(["function forward(bytes data)"]);
const splitter = contract(["function pay(uint256[] shares)"]);
const vault = contract(["function withdraw(uint256 amount, uint256 fee)"]);
const session = defineSession({ account, chainId: 1, key: bot, validUntil: inDays(3), permissions: [allow(usdc, "transfer", { to: eq(alice) })] });
const data = "0x08c379a0" + "20".padStart(64, "0") + "0a".padStart(64, "0") + "6e6f7420656e6f756768".padEnd(64, "0");
const request = {};
const console = { log: (..._: unknown[]) => undefined, error: (..._: unknown[]) => undefined };
const send = (..._: unknown[]): Promise<void> => Promise.reject(new Error("AA24 signature error"));
const sendUserOp = send;
`;

const publicTypes = typeNames();
const publicNames = new Set([...Object.keys(sdk), ...publicTypes]);

/** Types that the folders' index files export: at run time there is nothing of them. */
function typeNames(): string[] {
  const program = ts.createProgram([join(ROOT, "sdk/index.ts")], OPTIONS());
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(join(ROOT, "sdk/index.ts"))!)!;
  const names = checker.getExportsOfModule(module).map((symbol) => symbol.name);
  return names.filter((name) => !(name in sdk));
}

function OPTIONS(): ts.CompilerOptions {
  return {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    esModuleInterop: true,
    strict: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    types: ["node"],
    typeRoots: [join(ROOT, "node_modules/@types")],
  };
}

describe("examples of the builder, describe, lint and explain", function () {
  this.timeout(120_000);
  const examples = FILES.flatMap(examplesOf);

  it("are in front of every export", () => {
    expect(examples.length).to.be.greaterThan(80);
    expect(examples.filter(({ code }) => code === "").map(({ name }) => name)).to.deep.equal([]);
  });

  it("compile and run", async () => {
    const sdkPath = join(ROOT, "sdk/index").replaceAll("\\", "/");
    const values = Object.keys(sdk).filter((name) => !["sendUserOp"].includes(name));
    const cast = CAST.replace("EXPORTS", values.join(", "))
      .replace("TYPES", publicTypes.join(", "))
      .replaceAll('"SDK"', JSON.stringify(sdkPath));
    const bodies = examples.map(({ name, code }) => `export async function example_${name}() {\n${code}\n}`);
    const file = join(ROOT, "test/sdk/examples.generated.ts");
    const source = [cast, ...bodies].join("\n");
    const host = ts.createCompilerHost(OPTIONS());
    const plain = ts.createCompilerHost(OPTIONS());
    host.fileExists = (path) => path === file || plain.fileExists(path);
    host.getSourceFile = (path, ...rest) =>
      path === file ? ts.createSourceFile(path, source, ts.ScriptTarget.ES2022) : plain.getSourceFile(path, ...rest);
    const program = ts.createProgram([file], OPTIONS(), host);
    const generated = program.getSourceFile(file)!;
    const errors = [...program.getSyntacticDiagnostics(generated), ...program.getSemanticDiagnostics(generated)];
    const line = ({ start = 0 }: ts.Diagnostic) => source.slice(0, start).split("\n").length;
    const lines = source.split("\n");
    const texts = errors.map(
      (error) => `${lines[line(error) - 1]}: ${ts.flattenDiagnosticMessageText(error.messageText, " ")}`,
    );
    expect(texts.join("\n")).to.equal("");

    const js = ts.transpileModule(source, { compilerOptions: OPTIONS() }).outputText;
    const module = { exports: {} as Record<string, () => Promise<void>> };
    const load = (path: string): unknown => (path === "ethers" ? ethers : sdk);
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the examples are ours, and running them is the point
    (new Function("require", "module", "exports", js) as (...args: unknown[]) => void)(load, module, module.exports);
    for (const { name } of examples) await module.exports[`example_${name}`]!();
  });
});
