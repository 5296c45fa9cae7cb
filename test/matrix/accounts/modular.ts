import { ZeroHash } from "ethers";
import { ethers } from "hardhat";
import { ENTRY_POINTS, modularAccount } from "../../../sdk";
import { ModularAccountFactory__factory, ModularAccount__factory } from "../../../typechain-types";
import { fund, type AccountKind, type Ground } from "../ground";
import { subject } from "./subject";

async function modularFactory(ground: Ground, entryPoint: string) {
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

/** An EOA that delegated itself to the same account, by a transaction of type 4. */
export const delegated: AccountKind = {
  name: "EIP-7702 EOA → AccountERC7579",
  uninstalled: "AA24 signature error",
  async create(ground, version) {
    const factory = await modularFactory(ground, ENTRY_POINTS[version]);
    const delegate = await factory.IMPLEMENTATION();
    const { ownerValidator } = ground;
    const eoa = ground.owner.connect(ethers.provider);
    await fund(eoa.address);
    const nonce = await eoa.getNonce();
    // One type-4 transaction of the EOA to itself: delegate, and install the owner's validator.
    const authorization = await eoa.authorize({ address: delegate, nonce: nonce + 1, chainId: ground.chainId });
    const data = ModularAccount__factory.createInterface().encodeFunctionData("initialize", [
      ownerValidator,
      eoa.address,
    ]);
    const response = await eoa.sendTransaction({
      type: 4,
      to: eoa.address,
      data,
      nonce,
      gasLimit: 1_000_000n,
      authorizationList: [authorization],
    });
    await response.wait();
    const adapter = modularAccount(ownerValidator);
    return subject(ground, eoa.address, adapter, adapter.nonceKey(ownerValidator));
  },
};
