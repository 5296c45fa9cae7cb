import { ethers } from "hardhat";
import {
  ecdsaKey,
  HandleOpsTransport,
  SessionFailure,
  SessionSigner,
  type Session,
  type SessionSignerOptions,
} from "../../sdk";
import { adapter, grantBy } from "./operations";
import type { World } from "./world";

/** A signer of the session by the world's key, with the owner's grant, through `handleOps`. */
export async function signerOf(
  world: World,
  session: Session,
  options: Partial<SessionSignerOptions> = {},
): Promise<SessionSigner> {
  return new SessionSigner({ ...(await optionsOf(world, session)), ...options });
}

/** What {@link signerOf} is made of. */
export async function optionsOf(world: World, session: Session): Promise<SessionSignerOptions> {
  return {
    grant: await grantBy(world, [session]),
    key: ecdsaKey(world.key),
    transport: new HandleOpsTransport({ bundler: world.bundler }),
    provider: ethers.provider,
    adapter: adapter(world),
    waiting: { interval: 0.05, timeout: 30 },
  };
}

/** What the promise was rejected with: a SessionFailure, or this throws. */
export async function failureOf(promise: Promise<unknown>): Promise<SessionFailure> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof SessionFailure) return error;
    throw error;
  }
  throw new Error("it was not rejected");
}
