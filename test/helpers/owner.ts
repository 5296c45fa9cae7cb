import { ethers } from "hardhat";
import { ENTRY_POINTS, plainOwner, SessionKeyError, type Context, type Owner, type SendResult } from "../../sdk";
import { adapter } from "./operations";
import type { World } from "./world";
import { expect } from "chai";

/** The world as the SDK's actions see it. */
export function contextOf(world: World): Context {
  return {
    chainId: world.chainId,
    entryPoint: ENTRY_POINTS["0.8"],
    validator: world.validatorAddress,
    ownerValidator: world.ownerValidatorAddress,
    adapter: adapter(world),
    bundler: world.bundler,
  };
}

/** The owner of the world's accounts. */
export function ownerOf(world: World): Owner<SendResult> {
  return plainOwner(contextOf(world), world.owner.connect(ethers.provider));
}

/** Asserts that the promise is rejected with a SessionKeyError of that code, and returns it. */
export async function expectCodeOf(promise: Promise<unknown>, code: string): Promise<SessionKeyError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error, `expected ${code}, nothing was raised`).to.be.instanceOf(SessionKeyError);
  expect((error as SessionKeyError).code, (error as SessionKeyError).message).to.equal(code);
  return error as SessionKeyError;
}
