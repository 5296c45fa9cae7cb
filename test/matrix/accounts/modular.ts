import { ZeroHash } from "ethers";
import { ENTRY_POINTS, modularAccount } from "../../../sdk";
import { ModularAccountFactory__factory } from "../../../typechain-types";
import { fund, type AccountKind, type Ground } from "../ground";
import { subject } from "./subject";

/** Our factory, whose accounts obey that EntryPoint. */
export async function modularFactory(ground: Ground, entryPoint: string) {
  const factory = await new ModularAccountFactory__factory(ground.deployer).deploy(entryPoint);
  return ModularAccountFactory__factory.connect(await factory.getAddress(), ground.deployer);
}

/** OpenZeppelin's account behind our factory. */
export const openZeppelin: AccountKind = {
  name: "OpenZeppelin AccountERC7579 5.7.0",
  uninstalled: "AA24 signature error",
  async create(ground, version) {
    const factory = await modularFactory(ground, ENTRY_POINTS[version]);
    const { ownerValidator, owner } = ground;
    await factory.createAccount(ownerValidator, owner.address, ZeroHash);
    const address = await factory.accountAddress(ownerValidator, owner.address, ZeroHash);
    await fund(address);
    const adapter = modularAccount(ownerValidator);
    return subject(ground, address, adapter, adapter.nonceKey(ownerValidator));
  },
};
