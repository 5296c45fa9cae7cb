import type { Signer } from "ethers";
import type { SessionDefinition } from "../../sdk";
import { chainTime } from "../../sdk/actions/context";
import { Recorder__factory } from "../../typechain-types/factories/contracts/mocks/Recorder__factory";
import type { Chain, Installation } from "../support/chain";
import { buildLocalAccount } from "../support/localAccount";
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
  const { chain, installed, common } = await buildLocalAccount("the demo");
  const { bundler, provider } = chain;
  const [alice, bob, mallory] = await peopleOf(chain);
  const game = await new Recorder__factory(bundler).deploy();
  const now = await chainTime(provider);
  return {
    chain,
    installed,
    token: await deployToken(bundler, installed.account),
    otherToken: await deployToken(bundler, installed.account),
    game: await game.getAddress(),
    alice: await alice.getAddress(),
    bob: await bob.getAddress(),
    mallory,
    now,
    common: { ...common, now },
  };
}

async function peopleOf({ provider }: Chain): Promise<[Signer, Signer, Signer]> {
  return [await provider.getSigner(3), await provider.getSigner(4), await provider.getSigner(5)];
}
