import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { HDNodeWallet, JsonRpcProvider } from "ethers";

/** How a script ended. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const MNEMONIC = "test test test test test test test test test test test junk";
const STARTUP_SECONDS = 30;

/** A Hardhat node of its own, a folder for files, and the scripts run against both as child processes. */
export class ScriptWorld {
  /** Everything that any script printed. */
  printed = "";

  private constructor(
    readonly url: string,
    readonly folder: string,
    readonly provider: JsonRpcProvider,
    private readonly node: ChildProcess,
  ) {}

  static async start(): Promise<ScriptWorld> {
    const port = await freePort();
    const node = spawn(process.execPath, [HARDHAT, "node", "--port", `${port}`], {
      env: environment(),
      stdio: "ignore",
    });
    const url = `http://127.0.0.1:${port}`;
    const provider = new JsonRpcProvider(url, 31337, { staticNetwork: true, cacheTimeout: -1 });
    const world = new ScriptWorld(url, mkdtempSync(join(tmpdir(), "scripts-")), provider, node);
    for (let i = 0; i < STARTUP_SECONDS * 4; i++) {
      if (await answers(url)) return world;
      await sleep(250);
    }
    world.stop();
    throw new Error(`no node at ${url} after ${STARTUP_SECONDS} s`);
  }

  stop(): void {
    this.provider.destroy();
    this.node.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A path in the folder. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** Runs `scripts/<name>.ts` with `--network localhost` and these arguments. */
  async run(name: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Run> {
    return this.runOn("localhost", name, args, env);
  }

  /** The same on another network. */
  async runOn(network: string, name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
    const script = ["--import", "tsx", join("scripts", `${name}.ts`), "--network", network, ...args];
    const run = await execute(script, {
      LOCALHOST_URL: this.url,
      DEPLOYMENTS_DIR: this.path("deployments"),
      ...env,
    });
    this.printed += run.stdout + run.stderr;
    return run;
  }

  /** What the scripts wrote, all files together. */
  written(): string {
    const paths = readdirSync(this.folder, { recursive: true, withFileTypes: true });
    const files = paths.filter((entry) => entry.isFile());
    return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8")).join("\n");
  }
}

/** Runs Node, and never throws for its exit code. */
export async function execute(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...args], { env: { ...environment(), ...env } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** Hardhat's command line. */
export const HARDHAT = require.resolve("hardhat/internal/cli/bootstrap");

/** The private keys of the node's first accounts, without their 0x. */
export function privateKeys(): string[] {
  const root = HDNodeWallet.fromPhrase(MNEMONIC, undefined, "m/44'/60'/0'/0");
  return [0, 1, 2].map((index) => root.deriveChild(index).privateKey.slice(2));
}

/** Ours without what the Hardhat that runs the tests has set. */
function environment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !/^(HARDHAT_|TS_NODE_|DEBUG|FORCE_COLOR)/.test(name));
  return { ...Object.fromEntries(entries), HARDHAT_DISABLE_TELEMETRY_PROMPT: "true" };
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function answers(url: string): Promise<boolean> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
  const headers = { "content-type": "application/json" };
  return fetch(url, { method: "POST", headers, body }).then(
    ({ ok }) => ok,
    () => false,
  );
}
