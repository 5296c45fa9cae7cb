import { dataSlice, getAddress } from "ethers";
import { ethers } from "hardhat";
import type { AccountAdapter, EntryPointVersion } from "../../../sdk";
import { ground, type AccountKind } from "../ground";
import { ownerOperation, succeed, type Seat } from "../operations";
import { delegatedModular, delegatedNexus, delegatedReferenceMsa } from "./delegated";
import { kernel } from "./kernel";
import { openZeppelin } from "./modular";
import { nexus } from "./nexus";
import { referenceMsa } from "./referenceMsa";
import { safe } from "./safe7579";

/** The rows of the matrix. */
export const ACCOUNTS: readonly AccountKind[] = [
  openZeppelin,
  nexus,
  kernel,
  safe,
  referenceMsa,
  delegatedModular,
  delegatedNexus,
  delegatedReferenceMsa,
];

/** An account of ours with the module installed by the owner. */
export async function installedSeat(version: EntryPointVersion): Promise<Seat> {
  return install(openZeppelin, version);
}

/** An EIP-7702 account with the module installed, and its delegate. */
export async function delegatedSeat(version: EntryPointVersion): Promise<Seat & { readonly delegate: string }> {
  const seat = await install(delegatedModular, version);
  const code = await ethers.provider.getCode(seat.subject.address);
  return { ...seat, delegate: getAddress(dataSlice(code, 3)) };
}

/** A fresh account of that kind with the module installed by the owner, with the adapter's calldata or other. */
export async function install(
  kind: AccountKind,
  version: EntryPointVersion,
  installModule?: AccountAdapter["installModule"],
): Promise<Seat> {
  const base = await ground();
  const subject = await kind.create(base, version);
  const seat = { ...base, subject, version };
  const callData = (installModule ?? subject.adapter.installModule)(base.validatorAddress);
  await succeed(seat, await ownerOperation(seat, callData));
  return seat;
}
