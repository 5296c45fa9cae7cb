import { join } from "node:path";
import { ENTRY_POINTS } from "../../sdk/constants";
import { freePort, start } from "./processes";
import { rpc } from "./rpc";
import { startShim } from "./shim";

/** Where things listen. */
export interface Endpoints {
  readonly node: string;
  readonly bundler: string;
}

const MODULES = join(__dirname, "../node_modules");
const CHAIN_ID = 31_337;

/** The second and third of anvil's well-known accounts are the bundler's; the first is the tests'. */
const EXECUTOR_KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
const UTILITY_KEY = "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a";

/**
 * Starts a node, and a bundler in safe mode that takes operations for every EntryPoint since v0.7.
 * @param prepare Puts the EntryPoints on the chain: the bundler wants to see them when it starts.
 */
export async function startStack(prepare: (node: string) => Promise<void>): Promise<Endpoints> {
  const [nodePort, shimPort, bundlerPort] = [await freePort(), await freePort(), await freePort()];
  await startNode(nodePort);
  await startShim(shimPort, urlOf(nodePort));
  await prepare(urlOf(shimPort));
  await startBundler(bundlerPort, urlOf(shimPort));
  return { node: urlOf(shimPort), bundler: urlOf(bundlerPort) };
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

async function startNode(port: number): Promise<void> {
  const flags = { host: "127.0.0.1", port, "chain-id": CHAIN_ID };
  // Kernel and the reference account are larger than EIP-170 allows.
  const args = [...asArguments(flags), "--silent", "--disable-code-size-limit"];
  const program = { name: "anvil", command: join(MODULES, "@foundry-rs/anvil-linux-amd64/bin/anvil"), args };
  await start(program, () => rpc(urlOf(port), "eth_chainId"));
}

/** Alto listens on every interface and has no flag against it: hence the network namespace of `e2e/run.ts`. */
async function startBundler(port: number, node: string): Promise<void> {
  const flags = {
    entrypoints: [ENTRY_POINTS["0.7"], ENTRY_POINTS["0.8"], ENTRY_POINTS["0.9"]].join(","),
    "rpc-url": node,
    port,
    "safe-mode": true,
    "executor-private-keys": EXECUTOR_KEY,
    "utility-private-key": UTILITY_KEY,
    "min-executor-balance": 0,
    "polling-interval": 100,
    "log-level": "warn",
  };
  const args = [join(MODULES, "@pimlico/alto/esm/cli/alto.js"), ...asArguments(flags)];
  await start({ name: "alto", command: process.execPath, args }, () => rpc(urlOf(port), "eth_supportedEntryPoints"));
}

function asArguments(flags: Readonly<Record<string, string | number | boolean>>): string[] {
  return Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
}
