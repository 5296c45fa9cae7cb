import { parseEther, type Signer } from "ethers";
import type { SessionDefinition } from "../../sdk";
import { createAccount, installValidator } from "../../sdk/actions/account";
import { chainTime } from "../../sdk/actions/context";
import { inspectAccount } from "../../sdk/actions/inspect";
import { Recorder__factory } from "../../typechain-types/factories/contracts/mocks/Recorder__factory";
import { connect, withAccount, type Chain, type Installation } from "../support/chain";
import { UserError } from "../support/cli";
import { deploySystem } from "../../cli/support/system";
import { deployToken } from "../support/token";

/** What the demo plays with, on the in-process chain. */
export interface World {
  readonly chain: Chain;
  readonly installed: Installation;
  /** An ERC-20 token (OpenZeppelin's preset) of which the account has 10,000, and one that no session names. */
  readonly token: string;
  readonly otherToken: string;
  /** The bot's target: `increment()` and `set(uint256)`. */
  readonly game: string;
  readonly alice: string;
  readonly bob: string;
  readonly mallory: Signer;
  /** Unix seconds. */
  readonly now: number;
  /** What every session of the demo has in common. */
  readonly common: Pick<SessionDefinition, "account" | "chainId" | "epoch" | "key" | "validator" | "now">;
}

/** Deploys everything, and makes an account that its owner has installed the validator on. */
export async function buildWorld(): Promise<World> {
  const chain = await connect();
  if (chain.network !== "hardhat") throw new UserError("the demo turns the clock: it runs on its own in-process chain");
  const { bundler, owner, key, provider } = chain;
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

  const [alice, bob, mallory] = await peopleOf(chain);
  const game = await new Recorder__factory(bundler).deploy();
  const now = await chainTime(provider);
  return {
    chain,
    installed,
    token: await deployToken(bundler, account),
    otherToken: await deployToken(bundler, account),
    game: await game.getAddress(),
    alice: await alice.getAddress(),
    bob: await bob.getAddress(),
    mallory,
    now,
    common: {
      account,
      chainId: chain.chainId,
      epoch: (await inspectAccount(provider, validator, account)).epoch,
      key: await key.getAddress(),
      validator,
      now,
    },
  };
}

async function peopleOf({ provider }: Chain): Promise<[Signer, Signer, Signer]> {
  return [await provider.getSigner(3), await provider.getSigner(4), await provider.getSigner(5)];
}
