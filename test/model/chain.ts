import { expect } from "chai";
import type { Interface, Result } from "ethers";
import { network } from "hardhat";
import {
  decodeError,
  decodeFailedOp,
  ENTRY_POINT_INTERFACE,
  ENTRY_POINTS,
  type DecodedError,
  type FailedOp,
  type PackedUserOperation,
} from "../../sdk";
import { ModularAccount__factory, Recorder__factory } from "../../typechain-types";
import { world, type World } from "../helpers/world";
import type { Statistics } from "./statistics";

/** When every sequence starts: far from now, so that no clock but the chain's matters. */
export const START = 2_000_000_000;

const ENTRY_POINT = ENTRY_POINTS["0.8"];
const GAS_LIMIT = "0xe4e1c0";
const FUNDS = "0x56bc75e2d63100000";

export const ACCOUNT_INTERFACE = ModularAccount__factory.createInterface();
export const RECORDER_INTERFACE = Recorder__factory.createInterface();

/** What one operation of a bundle came to. */
export interface Executed {
  readonly success: boolean;
  /** Wei that the account paid. */
  readonly actualGasCost: bigint;
}

/** What became of a bundle. */
export type BundleOutcome =
  { readonly executed: readonly Executed[] } | { readonly failed: FailedOp; readonly error: unknown };

interface Receipt {
  readonly logs: readonly { readonly address: string; readonly topics: string[]; readonly data: string }[];
}

/**
 * The real side: the canonical EntryPoint, real accounts and a real token in this process. Everything is deployed once;
 * each sequence starts from the same snapshot, and only the sequence moves the clock.
 */
export class Chain {
  private snapshot = "";
  private time = START;

  private constructor(
    readonly world: World,
    readonly statistics: Statistics,
    private readonly before: string,
  ) {}

  /** Deploys. {@link close} gives the chain back as it was. */
  static async open(statistics: Statistics): Promise<Chain> {
    const before = await rpc<string>("evm_snapshot");
    const chain = new Chain(await world(), statistics, before);
    await rpc("evm_setNextBlockTimestamp", START);
    await rpc("evm_mine");
    chain.snapshot = await rpc<string>("evm_snapshot");
    return chain;
  }

  async close(): Promise<void> {
    await rpc("evm_revert", this.before);
  }

  /** Back to the start. */
  async reset(): Promise<void> {
    expect(await rpc<boolean>("evm_revert", this.snapshot)).to.equal(true);
    this.snapshot = await rpc<string>("evm_snapshot");
    this.time = START;
  }

  /** The time of the next block. */
  get next(): number {
    return this.time + 1;
  }

  /** The next block comes that much later. */
  pass(seconds: number): void {
    this.time += seconds;
  }

  /** The pending block gets the time that the next one will have. */
  async tick(): Promise<void> {
    await rpc("evm_setNextBlockTimestamp", this.next);
  }

  /** A plain transaction of anybody; returns the validator's error if it reverts. */
  async transact(from: string, to: string, data: string): Promise<DecodedError | undefined> {
    await rpc("hardhat_impersonateAccount", from);
    if ((await this.balance(from)) === 0n) await rpc("hardhat_setBalance", from, FUNDS);
    try {
      await this.mine(from, to, data);
      return undefined;
    } catch (error) {
      const decoded = decodeError(revertOf(error));
      if (decoded === undefined) throw error;
      return decoded;
    }
  }

  /** The operations in one transaction of the bundler. */
  async bundle(ops: readonly PackedUserOperation[]): Promise<BundleOutcome> {
    const { address } = this.world.bundler;
    const data = ENTRY_POINT_INTERFACE.encodeFunctionData("handleOps", [ops, address]);
    try {
      return { executed: executedIn(await this.mine(address, ENTRY_POINT, data)) };
    } catch (error) {
      const failed = decodeFailedOp(error);
      if (failed === undefined) throw error;
      return { failed, error };
    }
  }

  /** A view. */
  async view(contract: Interface, to: string, name: string, args: readonly unknown[], from?: string): Promise<Result> {
    const data = contract.encodeFunctionData(name, args);
    const sender = from === undefined ? {} : { from };
    return contract.decodeFunctionResult(name, await rpc("eth_call", { ...sender, to, data }, "pending"));
  }

  async balance(account: string): Promise<bigint> {
    return BigInt(await rpc<string>("eth_getBalance", account, "latest"));
  }

  /** The root of a contract's storage. */
  async storageRoot(contract: string): Promise<string> {
    return (await rpc<{ storageHash: string }>("eth_getProof", contract, [], "latest")).storageHash;
  }

  private async mine(from: string, to: string, data: string): Promise<Receipt> {
    await this.tick();
    this.time = this.next;
    const hash = await rpc<string>("eth_sendTransaction", { from, to, data, gas: GAS_LIMIT });
    return rpc<Receipt>("eth_getTransactionReceipt", hash);
  }
}

function rpc<Answer>(method: string, ...params: unknown[]): Promise<Answer> {
  return network.provider.send(method, params) as Promise<Answer>;
}

function revertOf(error: unknown): string {
  const { data } = error as { data?: string | { data?: string } };
  return (typeof data === "object" ? data.data : data) ?? "0x";
}

function executedIn(receipt: Receipt): Executed[] {
  const events = receipt.logs
    .filter(({ address }) => address.toLowerCase() === ENTRY_POINT.toLowerCase())
    .map((log) => ENTRY_POINT_INTERFACE.parseLog(log));
  return events
    .filter((event) => event?.name === "UserOperationEvent")
    .map((event) => {
      const { success, actualGasCost } = event!.args as unknown as Executed;
      return { success, actualGasCost };
    });
}
