import { concat, id, type BaseWallet, type InterfaceAbi } from "ethers";
import { ethers } from "hardhat";
import type { Call, PackedUserOperation, Permission, Session } from "../../sdk";
import { isFor } from "../../sdk/judge";
import { enable, operation, sessionOf, type OperationOptions } from "../helpers/operations";
import { callOf, claim, permissionFor, word } from "../helpers/validation";
import { world, type World } from "../helpers/world";

/** A session of the world's account, enabled. */
export interface Having {
  readonly w: World;
  readonly session: Session;
  readonly sid: string;
}

/** A session with these permissions, by default for `act(uint256,uint256)` of the recorder; enabled. */
export async function having(
  permissions: (w: World) => Permission[] = (w) => [permissionFor(w)],
  overrides: Partial<Session> | ((w: World) => Partial<Session>) = {},
): Promise<Having> {
  const w = await world();
  const session = await sessionOf(w, permissions(w), typeof overrides === "function" ? overrides(w) : overrides);
  return { w, session, sid: await enable(w, session) };
}

/** An operation that claims for each call the permission of its function, or else the first, whether it allows it or not. */
export async function forged(
  { w, session }: Having,
  calls: readonly Call[],
  options: OperationOptions = {},
): Promise<PackedUserOperation> {
  const claimed = calls.map((call) =>
    Math.max(
      0,
      session.permissions.findIndex((permission) => isFor(permission, call)),
    ),
  );
  return operation(w, session, calls, { envelope: claim(session, claimed), ...options });
}

/** An operation whose callData was replaced, sealed by the key all the same; the envelope is that of `calls`. */
export async function disguised(
  { w, session }: Having,
  callData: string,
  calls: readonly Call[] = [callOf(w)],
): Promise<PackedUserOperation> {
  return operation(w, session, calls, { callData });
}

/** Calldata from a human-readable signature: `encode("transfer(address,uint256)", to, 5n)`. */
export function encode(signature: string, ...values: readonly unknown[]): string {
  const abi: InterfaceAbi = [`function ${signature}`];
  return new ethers.Interface(abi).encodeFunctionData(signature.slice(0, signature.indexOf("(")), values);
}

/** The first four bytes of a function's hash. */
export function selector(signature: string): string {
  return id(signature).slice(0, 10);
}

/** An ERC-20 transfer of the world's token. */
export function transfer(w: World, to: string, amount: bigint | number): Call {
  const data = concat([selector("transfer(address,uint256)"), word(to), word(amount)]);
  return { target: w.tokenAddress, value: 0n, data };
}

/** What of a budget is spent. */
export async function spentOf({ w, session, sid }: Having, budget = 0): Promise<bigint> {
  return (await w.validator.budgetUsage(sid, session.account, budget)).spent;
}

/** What the account says by ERC-1271 about a signature of `signer` for the session key validator. */
export async function answerOf(w: World, hash: string, signer: BaseWallet): Promise<string> {
  const signature = concat([w.validatorAddress, signer.signingKey.sign(hash).serialized]);
  return w.account.isValidSignature(hash, signature);
}
