import { packUserOp, unpackUserOp, ENTRY_POINTS, ENTRY_POINT_INTERFACE, type PackedUserOperation } from "../../sdk";
import { unpackGas } from "../../sdk/userOp";
import type { Draft } from "./operate";
import type { Place } from "./place";

/**
 * The least verificationGasLimit with which the EntryPoint takes the operation now, to the gas: found by asking the node,
 * with a right signature each time.
 */
export async function leastVerificationGas(place: Place, drafted: Draft, op: PackedUserOperation): Promise<bigint> {
  let [refused, taken] = [0n, unpackGas(op).verificationGasLimit];
  while (taken - refused > 1n) {
    const middle = (taken + refused) / 2n;
    const probe = await drafted.sign(packUserOp({ ...unpackUserOp(op), verificationGasLimit: middle }));
    if (await isTaken(place, probe)) taken = middle;
    else refused = middle;
  }
  return taken;
}

async function isTaken({ deployer, version }: Place, op: PackedUserOperation): Promise<boolean> {
  const data = ENTRY_POINT_INTERFACE.encodeFunctionData("handleOps", [[op], deployer.address]);
  return deployer.provider.call({ from: deployer.address, to: ENTRY_POINTS[version], data }).then(
    () => true,
    () => false,
  );
}
