import { ContractFactory } from "ethers";
import * as factories from "../../typechain-types";

interface Factory {
  bytecode: string;
}

/** The creation code of each contract as it was built. */
const built = new Map<string, string>();
/** What is deployed instead, by the code that was built. */
const instead = new Map<string, string>();

/** The tests deploy by `new X__factory(signer).deploy()`, or read `X__factory.bytecode` and deploy that by CREATE2. */
export function intercept(): void {
  const { prototype } = ContractFactory;
  const original = Object.getOwnPropertyDescriptor(prototype, "getDeployTransaction")!.value as (
    this: ContractFactory,
    ...args: unknown[]
  ) => Promise<unknown>;
  prototype.getDeployTransaction = function (this: ContractFactory, ...args: unknown[]) {
    const code = instead.get(this.bytecode);
    const factory = code === undefined ? this : new ContractFactory(this.interface, code, this.runner);
    return original.apply(factory, args);
  } as typeof prototype.getDeployTransaction;
}

/** From now on the tests of this process deploy this code, by the name of the contract. */
export function place(codes: ReadonlyMap<string, string>): void {
  for (const [name, code] of codes) {
    const factory = (factories as unknown as Record<string, Factory>)[`${name}__factory`]!;
    if (!built.has(name)) built.set(name, factory.bytecode);
    instead.set(built.get(name)!, code);
    factory.bytecode = code;
  }
}

/** The code that was built is deployed again. */
export function restore(): void {
  place(built);
}
