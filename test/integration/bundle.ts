import type { Contract, ContractTransactionReceipt } from "ethers";
import { decodeFailedOp, type FailedOp, type PackedUserOperation } from "../../sdk";
import type { World } from "../helpers/world";

interface EntryPoint {
  handleOps(
    ops: readonly PackedUserOperation[],
    beneficiary: string,
    overrides: { gasLimit: bigint },
  ): Promise<{ wait(): Promise<ContractTransactionReceipt | null> }>;
}

/** What became of a bundle: whether the calls of each operation succeeded, or which one the EntryPoint refused. */
export interface BundleResult {
  readonly successes?: readonly boolean[];
  readonly failed?: FailedOp;
}

/** Sends several operations in one transaction. */
export async function sendBundle(world: World, ops: readonly PackedUserOperation[]): Promise<BundleResult> {
  const entryPoint = world.entryPoint as unknown as EntryPoint & Pick<Contract, "interface">;
  try {
    const response = await entryPoint.handleOps(ops, world.bundler.address, { gasLimit: 12_000_000n });
    const receipt = await response.wait();
    const events = (receipt?.logs ?? []).map((log) => entryPoint.interface.parseLog(log));
    const done = events.filter((event) => event?.name === "UserOperationEvent");
    return { successes: done.map((event) => (event!.args as unknown as { success: boolean }).success) };
  } catch (error) {
    const failed = decodeFailedOp(error);
    if (failed === undefined) throw error;
    return { failed };
  }
}
