import { parseEther } from "ethers";
import type { SessionDefinition } from "../../sdk";
import { createAccount, installValidator } from "../../sdk/actions/account";
import { inspectAccount } from "../../sdk/actions/inspect";
import { connect, withAccount, type Chain, type Installation } from "./chain";
import { UserError } from "./cli";
import { deploySystem } from "../../cli/support/system";

/** An in-process chain with everything deployed, and an account of 10 ether that its owner installed the validator on. */
export interface LocalAccount {
  readonly chain: Chain;
  readonly installed: Installation;
  /** What every session of the account and its key has in common. */
  readonly common: Pick<SessionDefinition, "account" | "chainId" | "epoch" | "validator"> & { readonly key: string };
}

/** `what` wants the chain for itself. Raises a {@link UserError} on any other. */
export async function buildLocalAccount(what: string): Promise<LocalAccount> {
  const chain = await connect();
  if (chain.network !== "hardhat") throw new UserError(`${what} turns the clock: it runs on its own in-process chain`);
  const { bundler, owner, key, provider, chainId } = chain;
  const system = await deploySystem(bundler);
  const installed = await withAccount(chain, {
    entryPoint: system.entryPoint.address,
    validator: system.sessionKeyValidator.address,
    ownerValidator: system.ecdsaOwnerValidator.address,
    lens: system.sessionLens.address,
    factory: system.modularAccountFactory.address,
  });
  const { account, factory, validator } = installed;
  await createAccount(installed, { factory, owner: await owner.getAddress() });
  await (await bundler.sendTransaction({ to: account, value: parseEther("10") })).wait();
  await installValidator(installed, { account, owner });
  const { epoch } = await inspectAccount(provider, validator, account);
  return { chain, installed, common: { account, chainId, epoch, key: await key.getAddress(), validator } };
}
