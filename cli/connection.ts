import { FetchRequest, JsonRpcProvider } from "ethers";
import { HandleOpsTransport, BundlerTransport, type EntryPointVersion, type Session, type Transport } from "../sdk";
import { sameAddress, type Address } from "../sdk/hex";
import { callRpc } from "../sdk/transport/rpc";
import canonical from "../deployments/canonical.json";
import type { Keys, Role } from "./keys";
import type { Settings } from "./settings";
import { EXIT, UserError } from "./support/input";

/** The contracts of {@link Connection}, at the same addresses on every chain. */
export type ContractName = keyof typeof canonical;

/** A chain, and what is to be found on it. */
export interface Connection {
  readonly provider: JsonRpcProvider;
  readonly chainId: bigint;
}

/** How long a node may think, in milliseconds. */
const TIMEOUT = 30_000;

/** Where a contract is, whether it is there or not. */
export function addressOf(name: ContractName): Address {
  return canonical[name].address;
}

/** Connects to a node. Raises `NETWORK_ERROR`, `TIMEOUT` and what else the node says. */
export async function connect(url: string): Promise<Connection> {
  // Not by ethers' own detection, which goes on for ever where nobody answers.
  const chainId = BigInt((await callRpc({ url, timeout: TIMEOUT }, "eth_chainId", [])) as string);
  const request = new FetchRequest(url);
  request.timeout = TIMEOUT;
  const options = { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1, pollingInterval: 250 };
  return { chainId, provider: new JsonRpcProvider(request, chainId, options) };
}

/** Raises `NOT_DEPLOYED` if one of these contracts is not on the chain. */
export async function assertDeployed({ provider, chainId }: Connection, ...names: ContractName[]): Promise<void> {
  for (const name of names) {
    const address = addressOf(name);
    if ((await provider.getCode(address)) !== "0x") continue;
    const message = `no code at ${address}: ${name} is not on chain ${chainId}`;
    throw new UserError(message, "NOT_DEPLOYED", EXIT.notFound, "session-keys deploy puts it there.");
  }
}

/** Raises `WRONG_CHAIN` or `WRONG_ACCOUNT` if a session is not of this chain, or not of the account that `--account` says. */
export function assertPlace({ chainId }: Connection, { account }: Settings, session: Session): void {
  if (session.chainId !== chainId) {
    const message = `the session is for chain ${session.chainId}, and --rpc is chain ${chainId}`;
    throw new UserError(message, "WRONG_CHAIN", EXIT.chain, "Name a node of the session's chain by --rpc.");
  }
  if (account !== undefined && !sameAddress(account, session.account)) {
    throw new UserError(`the session is of ${session.account}, and --account says ${account}`, "WRONG_ACCOUNT");
  }
}

/**
 * What operations are sent by to that EntryPoint: the bundler of the settings, or the first of these roles that has a key.
 * Raises `NO_BUNDLER` and what {@link Keys.signer} raises.
 */
export async function transportOf(
  keys: Keys,
  version: EntryPointVersion,
  ...senders: [Role, ...Role[]]
): Promise<Transport> {
  const { context } = keys;
  const { bundler } = context.settings;
  if (bundler === undefined) {
    throw new UserError("who sends the operation: --self-bundle, or --bundler <url>?", "NO_BUNDLER");
  }
  if (bundler !== "self") return new BundlerTransport({ url: bundler, version });
  const { provider } = await context.connection();
  return new HandleOpsTransport({ bundler: (await keys.signer(...senders)).connect(provider), version });
}
