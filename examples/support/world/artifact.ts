import { readFileSync } from "node:fs";
import { Contract, ContractFactory, type Signer } from "ethers";

/** What the compiler of somebody else's package left behind. */
export interface Artifact {
  readonly abi: [];
  readonly bytecode: string;
  /** By file and name of the library: where its address belongs in the bytecode. */
  readonly linkReferences?: Readonly<Record<string, Readonly<Record<string, readonly { readonly start: number }[]>>>>;
}

/** An npm artifact, by its module path. */
export function artifact(path: string): Artifact {
  return JSON.parse(readFileSync(require.resolve(path), "utf8")) as Artifact;
}

/** Deploys a contract from npm; `libraries` are addresses by name. */
export async function deploy(
  signer: Signer,
  path: string,
  args: readonly unknown[] = [],
  libraries: Readonly<Record<string, string>> = {},
): Promise<Contract> {
  const found = artifact(path);
  const deployed = await new ContractFactory(found.abi, linked(found, libraries), signer).deploy(...args);
  await deployed.waitForDeployment();
  return new Contract(await deployed.getAddress(), found.abi, signer);
}

function linked({ bytecode, linkReferences = {} }: Artifact, libraries: Readonly<Record<string, string>>): string {
  let code = bytecode;
  for (const [name, places] of Object.values(linkReferences).flatMap((file) => Object.entries(file))) {
    const address = libraries[name];
    if (address === undefined) throw new Error(`the library ${name} is not deployed yet`);
    for (const { start } of places) {
      const at = 2 + start * 2;
      code = code.slice(0, at) + address.slice(2) + code.slice(at + 40);
    }
  }
  return code;
}

/** Sends a transaction to a contract of which only the ABI at run time is known, and waits for it. */
export async function send(contract: Contract, method: string, ...args: readonly unknown[]): Promise<void> {
  const response = await contract.getFunction(method).send(...args);
  await response.wait();
}

/** What a view, or a function called as one, answers. */
export async function read<Answer = bigint>(
  contract: Contract,
  method: string,
  ...args: readonly unknown[]
): Promise<Answer> {
  return (await contract.getFunction(method).staticCall(...args)) as Answer;
}
