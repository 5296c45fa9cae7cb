import { ZeroAddress } from "ethers";
import { ENTRY_POINTS, nexusAccount, type EntryPointVersion, type NexusSigning } from "../../../sdk";
import { modulekitBytecode } from "../bytecode";
import { calldata, deploy, fund, words, type AccountKind, type Ground } from "../ground";
import { subject } from "./subject";

/** What accounts are made with. */
export interface NexusSystem {
  readonly implementation: string;
  readonly bootstrap: string;
}

/** Implementation and bootstrap for an EntryPoint. */
export async function nexusSystem(ground: Ground, version: EntryPointVersion): Promise<NexusSystem> {
  const entryPoint = words(["address"], [ENTRY_POINTS[version]]);
  return {
    implementation: await deploy(ground, modulekitBytecode("Nexus", "NEXUS_BYTECODE"), entryPoint),
    bootstrap: await deploy(ground, modulekitBytecode("Nexus", "NEXUS_BOOTSTRAP_BYTECODE")),
  };
}

/** Biconomy's factory for that implementation. */
export async function nexusFactory(ground: Ground, { implementation }: NexusSystem): Promise<string> {
  const owner = words(["address", "address"], [implementation, ground.deployer.address]);
  return deploy(ground, modulekitBytecode("Nexus", "NEXUS_ACCOUNT_FACTORY_BYTECODE"), owner);
}

/** What `initializeAccount` takes: the validators that the account is born with, and their data. */
export function nexusInitData({ bootstrap }: NexusSystem, validators: readonly (readonly [string, string])[]): string {
  const noHook = [ZeroAddress, "0x"];
  const init = calldata("initNexusScoped((address,bytes)[],(address,bytes),address,address[],uint8)", [
    validators,
    noHook,
    ZeroAddress,
    [],
    0,
  ]);
  return words(["address", "bytes"], [bootstrap, init]);
}

/** A Nexus whose owner is known to that validator and signs in that way. */
export function nexusOf(
  name: string,
  ownerValidatorOf: (ground: Ground) => string,
  signing: NexusSigning,
): AccountKind {
  return {
    name,
    uninstalled: "AA23 ValidatorNotInstalled",
    async create(ground, version) {
      const ownerValidator = ownerValidatorOf(ground);
      const system = await nexusSystem(ground, version);
      const initData = nexusInitData(system, [[ownerValidator, ground.owner.address]]);
      const account = await deploy(
        ground,
        modulekitBytecode("Nexus", "NEXUS_PROXY_BYTECODE"),
        words(["address", "bytes"], [system.implementation, calldata("initializeAccount(bytes)", [initData])]),
      );
      await fund(account);
      const adapter = nexusAccount({ account, chainId: ground.chainId, ownerValidator, signing });
      return subject(ground, account, adapter, adapter.nonceKey(ownerValidator));
    },
  };
}

/** Nexus with an owner validator that nests by ERC-7739, as its own K1 validator does. */
export const nexus = nexusOf("Biconomy Nexus 1.0.0", (ground) => ground.nestedOwnerValidator, "nested");
