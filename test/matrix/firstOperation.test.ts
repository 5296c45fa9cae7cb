import { expect } from "chai";
import { concat, getBytes, Interface, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import {
  buildEnvelope,
  encodeExecute,
  grantTypedData,
  kernelAccount,
  nexusAccount,
  safe7579Account,
  ownerSignature,
  type AccountAdapter,
  type EntryPointVersion,
  type Session,
} from "../../sdk";
import { kernelAddress, kernelCreation, kernelFactory, kernelInitData } from "./accounts/kernel";
import { nexusFactory, nexusInitData, nexusSystem } from "./accounts/nexus";
import { safeOwners, safeProxy, safeSystem } from "./accounts/safe7579";
import { calldata, fund, ground, type Ground, type Subject } from "./ground";
import { draft, grantOf, hashOf, increment, refusalOf, seal, sessionOf, succeed, use, type Seat } from "./operations";

/** Where an account will be, and what creates it. */
interface Unborn {
  readonly seat: Seat;
  readonly factory: string;
  readonly factoryData: string;
}

function unborn(base: Ground, version: EntryPointVersion, address: string, adapter: AccountAdapter): Seat {
  const subject: Subject = {
    address,
    adapter,
    ownerNonceKey: 0n,
    signOperation: (_op, hash) => Promise.resolve(base.owner.signingKey.sign(getBytes(hash)).serialized),
    signData: (data, owner = base.owner) => ownerSignature(owner, adapter, data),
  };
  return { ...base, subject, version };
}

/** The session names the epoch that installing starts: the first one, whatever `epochOf` says before. */
const FIRST_EPOCH = 1n;

/** The factory, the owner's grant and the key's use travel together, signed before the account exists. */
async function bornInUse({ seat, factory, factoryData }: Unborn): Promise<void> {
  expect(await ethers.provider.getCode(seat.subject.address)).to.equal("0x");
  await fund(seat.subject.address);
  const session = await sessionOf(seat, { epoch: FIRST_EPOCH });
  const fields = { factory, factoryData, verificationGasLimit: 3_000_000n };
  await use(seat, session, [increment(seat)], { mode: "enable", grant: await grantOf(seat, session), fields });
  await use(seat, session, [increment(seat)]);
  expect(await seat.target.counter()).to.equal(2n);
  expect(await ethers.provider.getCode(seat.subject.address)).to.not.equal("0x");
}

describe("the first operation of an account is one of a session @size", () => {
  it("Nexus, born with both validators", async () => {
    const base = await ground();
    const { nestedOwnerValidator: ownerValidator, validatorAddress, owner, chainId } = base;
    const system = await nexusSystem(base, "0.7");
    const factory = await nexusFactory(base, system);
    const initData = nexusInitData(system, [
      [ownerValidator, owner.address],
      [validatorAddress, "0x"],
    ]);
    const abi = new Interface(["function computeAccountAddress(bytes,bytes32) view returns (address)"]);
    const data = abi.encodeFunctionData("computeAccountAddress", [initData, ZeroHash]);
    const found = await ethers.provider.call({ to: factory, data });
    const account = abi.decodeFunctionResult("computeAccountAddress", found)[0] as string;
    const seat = unborn(base, "0.7", account, nexusAccount({ account, chainId, ownerValidator }));
    const factoryData = calldata("createAccount(bytes,bytes32)", [initData, ZeroHash]);
    await bornInUse({ seat, factory, factoryData });
  });

  it("Kernel, whose initialisation installs the module", async () => {
    const base = await ground();
    const factory = await kernelFactory(base, "0.7");
    // The calldata does not depend on the account's address.
    const install = kernelAccount({ account: factory, chainId: base.chainId }).installModule(base.validatorAddress);
    const initData = kernelInitData(base, [install]);
    const account = await kernelAddress(factory, initData);
    const seat = unborn(base, "0.7", account, kernelAccount({ account, chainId: base.chainId }));
    await bornInUse({ seat, factory, factoryData: kernelCreation(initData) });
  });
});

describe("a Safe from the launchpad", () => {
  const MODULES = "(address module,bytes initData)[]";
  const INIT_DATA = `(address singleton,address[] owners,uint256 threshold,address setupTo,bytes setupData,address safe7579,${MODULES} validators,bytes callData)`;
  const LAUNCHPAD = new Interface([
    `function initSafe7579(address,${MODULES},${MODULES},${MODULES},address[],uint8)`,
    "function preValidationSetup(bytes32,address,bytes)",
    `function setupSafe(${INIT_DATA})`,
    `function hash(${INIT_DATA}) view returns (bytes32)`,
  ]);
  let seat: Seat;
  let session: Session;
  let fields: { factory: string; factoryData: string; verificationGasLimit: bigint };
  let setupSafe: string;

  /** The Safe is born with the owner's validator and ours. No session can be enabled at birth: an id names the account. */
  async function prepare(): Promise<void> {
    const base = await ground();
    const { ownerValidator, validatorAddress, owner, chainId } = base;
    const system = await safeSystem(base, "0.7");
    const setupData = LAUNCHPAD.encodeFunctionData("initSafe7579", [system.safe7579, [], [], [], [], 0]);
    const initData = {
      singleton: system.singleton,
      owners: safeOwners(base).map(({ address }) => address),
      threshold: 2,
      setupTo: system.launchpad,
      setupData,
      safe7579: system.safe7579,
      validators: [
        { module: ownerValidator, initData: owner.address },
        { module: validatorAddress, initData: "0x" },
      ],
      callData: encodeExecute([increment(base)]),
    };
    const data = LAUNCHPAD.encodeFunctionData("hash", [initData]);
    const initHash = await ethers.provider.call({ to: system.launchpad, data });
    const initializer = LAUNCHPAD.encodeFunctionData("preValidationSetup", [initHash, ethers.ZeroAddress, "0x"]);
    const proxy = await safeProxy(base, system.proxyFactory, system.launchpad, initializer);
    seat = unborn(base, "0.7", proxy.address, safe7579Account({ account: proxy.address, chainId }));
    session = await sessionOf(seat, { epoch: FIRST_EPOCH });
    await fund(proxy.address);
    setupSafe = LAUNCHPAD.encodeFunctionData("setupSafe", [initData]);
    fields = { factory: system.proxyFactory, factoryData: proxy.data, verificationGasLimit: 3_000_000n };
  }

  beforeEach(prepare);

  it("starts with an operation of an owner's validator, and sessions work from the second on", async () => {
    const nonceKey = seat.subject.adapter.nonceKey(seat.ownerValidator);
    const op = await draft(seat, nonceKey, setupSafe, fields);
    await succeed(seat, { ...op, signature: await seat.subject.signOperation(op, await hashOf(seat, op)) });
    expect(await seat.target.counter()).to.equal(1n);
    expect(await seat.validator.isInitialized(seat.subject.address)).to.equal(true);

    const data = grantTypedData([session], seat.validatorAddress);
    const { domain, types, message } = seat.subject.adapter.ownerTypedData(data);
    const signatures = await Promise.all(safeOwners(seat).map((owner) => owner.signTypedData(domain, types, message)));
    const signature = seat.subject.adapter.wrapOwnerSignature(concat(signatures), data);
    const grant = { sessions: [session], validator: seat.validatorAddress, signature };
    await use(seat, session, [increment(seat)], { mode: "enable", grant });
    expect(await seat.target.counter()).to.equal(2n);
  });

  it("does not start with one of a session, which may call execute alone", async () => {
    const nonceKey = seat.subject.adapter.nonceKey(seat.validatorAddress);
    const op = await draft(seat, nonceKey, setupSafe, fields);
    const envelope = buildEnvelope({ session, calls: [increment(seat)], mode: "use" });
    expect(await refusalOf(seat, await seal(seat, op, envelope))).to.equal("AA23 ForbiddenSelector");
  });
});
