import { Contract, ZeroHash, type ContractTransactionResponse, type Signer } from "ethers";
import { VALIDATOR_INTERFACE } from "../abi";
import type { Address } from "../hex";
import { providerOf, type Context } from "./context";
import { sendAsOwner, type OwnerRequest } from "./owner";
import type { SendResult } from "./send";

const FACTORY_ABI = [
  "function createAccount(address validator, bytes initData, bytes32 salt) returns (address)",
  "function accountAddress(address validator, bytes initData, bytes32 salt) view returns (address)",
] as const;

interface Factory {
  createAccount(validator: Address, initData: string, salt: string): Promise<ContractTransactionResponse>;
  accountAddress(validator: Address, initData: string, salt: string): Promise<Address>;
}

/**
 * Which account of which factory.
 * @example
 * const request: AccountRequest = { factory, owner: wallet.address, salt };
 * const account = await accountAddress(context, request);
 */
export interface AccountRequest {
  readonly factory: Address;
  readonly owner: Address;
  /** Tells apart the accounts of one owner; zero by default. */
  readonly salt?: string;
}

function factoryAt(address: Address, runner: Signer): Factory {
  return new Contract(address, FACTORY_ABI, runner) as unknown as Factory;
}

/**
 * The address of an owner's account, whether it exists yet or not.
 * @example const mine = await accountAddress(context, { factory, owner: wallet.address });
 */
export async function accountAddress(context: Context, request: AccountRequest): Promise<Address> {
  const { factory, owner, salt = ZeroHash } = request;
  return factoryAt(factory, context.bundler).accountAddress(context.ownerValidator, owner, salt);
}

/**
 * Creates the account of an owner, paid by the bundler. False if it was there already.
 * @example const isNew = await createAccount(context, { factory, owner: wallet.address, salt: id("savings") });
 */
export async function createAccount(context: Context, request: AccountRequest): Promise<boolean> {
  const address = await accountAddress(context, request);
  if ((await providerOf(context.bundler).getCode(address)) !== "0x") return false;
  const { factory, owner, salt = ZeroHash } = request;
  await (await factoryAt(factory, context.bundler).createAccount(context.ownerValidator, owner, salt)).wait();
  return true;
}

/**
 * Whether the session key validator is installed on the account.
 * @example if (!(await isInstalled(context, account))) await installValidator(context, { account, owner: wallet });
 */
export async function isInstalled(context: Context, account: Address): Promise<boolean> {
  const data = VALIDATOR_INTERFACE.encodeFunctionData("isInitialized", [account]);
  const answer = await providerOf(context.bundler).call({ to: context.validator, data });
  return BigInt(answer) === 1n;
}

/**
 * Installs the session key validator, by an operation of the owner. Sessions of an earlier installation are dead.
 * @example if (!(await isInstalled(context, account))) await installValidator(context, { account, owner: wallet });
 */
export async function installValidator(context: Context, request: OwnerRequest): Promise<SendResult> {
  return sendAsOwner(context, request, context.adapter.installModule(context.validator));
}
