import { artifact, type Token } from "../../test/helpers/world";
import { ContractFactory } from "ethers";
import { BundlerTransport, type EntryPointVersion } from "../../sdk";
import { ground, type AccountKind, type Ground, type Subject } from "../../test/matrix/ground";
import { ownerOperation, succeed, type Seat } from "../../test/matrix/operations";

/** An account on an EntryPoint, and the bundler that takes its operations. */
export interface Place extends Seat {
  readonly bundler: BundlerTransport;
  readonly token: Token;
  readonly tokenAddress: string;
}

interface Chain extends Ground {
  readonly token: Token;
  readonly tokenAddress: string;
}

let chain: Promise<Chain> | undefined;

/** One chain for all the tests: a bundler cannot be sent back in time with a snapshot. */
export function onChain(): Promise<Chain> {
  return (chain ??= buildChain());
}

async function buildChain(): Promise<Chain> {
  const base = await ground();
  const { abi, bytecode } = artifact("openzeppelin-4/build/contracts/ERC20PresetMinterPauser.json");
  const token = await new ContractFactory(abi, bytecode, base.deployer).deploy("Test Dollar", "USDT");
  return { ...base, token: token as unknown as Token, tokenAddress: await token.getAddress() };
}

/** That subject as an account of the bundler's EntryPoint. */
export async function placeOf(subject: Subject, version: EntryPointVersion): Promise<Place> {
  const base = await onChain();
  await base.token.mint(subject.address, 1_000_000n);
  return { ...base, subject, version, bundler: new BundlerTransport({ url: process.env["BUNDLER_URL"]!, version }) };
}

/** A new account of that kind, with the module installed by its owner. */
export async function settle(kind: AccountKind, version: EntryPointVersion): Promise<Place> {
  const place = await placeOf(await kind.create(await onChain(), version), version);
  await succeed(place, await ownerOperation(place, place.subject.adapter.installModule(place.validatorAddress)));
  return place;
}
