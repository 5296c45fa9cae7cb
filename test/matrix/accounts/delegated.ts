import { ethers } from "hardhat";
import { ENTRY_POINTS, modularAccount, nexusAccount, referenceMsaAccount } from "../../../sdk";
import { calldata, fund, type AccountKind, type Ground } from "../ground";
import { modularFactory } from "./modular";
import { nexusInitData, nexusSystem } from "./nexus";
import { referenceMsaSystem } from "./referenceMsa";
import { REFUSED, subject } from "./subject";

/** One transaction of type 4, of the owner's EOA to itself: delegate, and initialise in the same breath. */
async function delegate(ground: Ground, implementation: string, initialize: string): Promise<string> {
  const eoa = ground.owner.connect(ethers.provider);
  await fund(eoa.address);
  const nonce = await eoa.getNonce();
  const { chainId } = ground;
  // The EOA's nonce has gone up by one when the authorisation is looked at.
  const authorization = await eoa.authorize({ address: implementation, nonce: nonce + 1, chainId });
  const to = eoa.address;
  const authorizationList = [authorization];
  const request = { type: 4, to, data: initialize, nonce, gasLimit: 1_000_000n, authorizationList };
  await (await eoa.sendTransaction(request)).wait();
  return to;
}

/** An EOA that is an account of OpenZeppelin's. */
export const delegatedModular: AccountKind = {
  name: "EIP-7702 EOA → OpenZeppelin AccountERC7579",
  uninstalled: "AA24 signature error",
  async create(ground, version) {
    const { ownerValidator, owner } = ground;
    const factory = await modularFactory(ground, ENTRY_POINTS[version]);
    const initialize = calldata("initialize(address,bytes)", [ownerValidator, owner.address]);
    const account = await delegate(ground, await factory.IMPLEMENTATION(), initialize);
    const adapter = modularAccount(ownerValidator);
    return subject(ground, account, adapter, adapter.nonceKey(ownerValidator));
  },
};

/** An EOA that is a Nexus. */
export const delegatedNexus: AccountKind = {
  name: "EIP-7702 EOA → Biconomy Nexus 1.0.0",
  uninstalled: "AA23 ValidatorNotInstalled",
  async create(ground, version) {
    const { nestedOwnerValidator: ownerValidator, owner, chainId } = ground;
    const system = await nexusSystem(ground, version);
    const initData = nexusInitData(system, [[ownerValidator, owner.address]]);
    const initialize = calldata("initializeAccount(bytes)", [initData]);
    const account = await delegate(ground, system.implementation, initialize);
    const adapter = nexusAccount({ account, chainId, ownerValidator });
    return subject(ground, account, adapter, adapter.nonceKey(ownerValidator));
  },
};

/** An EOA that is a reference account. */
export const delegatedReferenceMsa: AccountKind = {
  name: "EIP-7702 EOA → ERC-7579 reference account",
  uninstalled: "AA24 signature error",
  refuses: { "0.8": REFUSED, "0.9": REFUSED },
  async create(ground) {
    const { implementation, initialize } = await referenceMsaSystem(ground);
    const account = await delegate(ground, implementation, initialize);
    const adapter = referenceMsaAccount(ground.ownerValidator);
    return subject(ground, account, adapter, adapter.nonceKey(ground.ownerValidator));
  },
};
