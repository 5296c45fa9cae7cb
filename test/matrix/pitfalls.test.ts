import { expect } from "chai";
import { concat, Contract, Interface } from "ethers";
import { ethers } from "hardhat";
import {
  ENTRY_POINTS,
  FIRST_IN_LIST,
  grantTypedData,
  kernelAccount,
  nexusAccount,
  ownerSignature,
  type AccountAdapter,
  type Grant,
  type Session,
} from "../../sdk";
import { ModularAccountFactory__factory } from "../../typechain-types";
import { wallet } from "../helpers/world";
import { install } from "./accounts/index";
import { kernel } from "./accounts/kernel";
import { nexus, nexusInitData, nexusOf, nexusSystem } from "./accounts/nexus";
import { referenceMsa, referenceMsaSystem } from "./accounts/referenceMsa";
import { safe, safeOwners } from "./accounts/safe7579";
import { calldata, fund, ground, words, type Ground } from "./ground";
import {
  grantOf,
  increment,
  ownerOperation,
  refusalOf,
  send,
  sessionOf,
  sessionOperation,
  succeed,
  use,
  validatorError,
  type Seat,
} from "./operations";

const LIST_ABI = ["function getValidatorsPaginated(address,uint256) view returns (address[],address)"];

/** A grant of the seat's owner as another adapter than the account's own would make it. */
async function grantWith(seat: Seat, adapter: AccountAdapter, ...sessions: readonly Session[]): Promise<Grant> {
  const signature = await ownerSignature(seat.owner, adapter, grantTypedData(sessions, seat.validatorAddress));
  return { sessions, validator: seat.validatorAddress, signature };
}

async function enabling(seat: Seat, grant: Grant, index = 0): Promise<void> {
  await use(seat, grant.sessions[index]!, [increment(seat)], { mode: "enable", grant, grantIndex: index });
}

async function expectBadGrant(seat: Seat, grant: Grant): Promise<void> {
  const op = await sessionOperation(seat, grant.sessions[0]!, [increment(seat)], { mode: "enable", grant });
  expect(await refusalOf(seat, op)).to.equal("AA23 BadGrant");
}

describe("pitfalls @size", () => {
  describe("Nexus", () => {
    const adapterOf = (seat: Seat, options: Partial<Parameters<typeof nexusAccount>[0]>): AccountAdapter =>
      nexusAccount({
        account: seat.subject.address,
        chainId: seat.chainId,
        ownerValidator: seat.nestedOwnerValidator,
        ...options,
      });

    it("does not take a signature over the session as it is", async () => {
      const seat = await install(nexus, "0.7");
      await expectBadGrant(seat, await grantWith(seat, adapterOf(seat, { signing: "plain" }), await sessionOf(seat)));
    });

    it("1.0.0 calls itself 1.0.1 in its EIP-712 domain", async () => {
      const seat = await install(nexus, "0.7");
      await expectBadGrant(seat, await grantWith(seat, adapterOf(seat, { version: "1.0.0" }), await sessionOf(seat)));
    });

    it("takes PersonalSign too, in 65 bytes", async () => {
      const seat = await install(nexus, "0.7");
      const grant = await grantWith(seat, adapterOf(seat, { signing: "personal" }), await sessionOf(seat));
      expect(grant.signature.length).to.equal(2 + 2 * (20 + 65));
      await enabling(seat, grant);
    });

    it("takes a nested grant of several sessions", async () => {
      const seat = await install(nexus, "0.7");
      const sessions = await Promise.all([1n, 2n, 3n].map((salt) => sessionOf(seat, { salt })));
      const grant = await grantOf(seat, ...sessions);
      for (const index of [0, 2]) await enabling(seat, grant, index);
    });

    it("takes the session as it is where the owner's validator does not nest", async () => {
      const plain = nexusOf("Nexus with a plain owner", (ground) => ground.ownerValidator, "plain");
      const seat = await install(plain, "0.7");
      await enabling(seat, await grantOf(seat, await sessionOf(seat)));
    });
  });

  describe("Kernel", () => {
    it("refuses a validator without permission for execute", async () => {
      const initData = concat([FIRST_IN_LIST, words(["bytes", "bytes", "bytes"], ["0x", "0x", "0x"])]);
      const installModule = (validator: string) =>
        calldata("installModule(uint256,address,bytes)", [1, validator, initData]);
      const seat = await install(kernel, "0.7", installModule);
      const session = await sessionOf(seat);
      const grant = await grantOf(seat, session);
      const op = await sessionOperation(seat, session, [increment(seat)], { mode: "enable", grant });
      expect(await refusalOf(seat, op)).to.equal("AA23 InvalidValidator");
    });

    it("does not take a signature over the session as it is", async () => {
      const seat = await install(kernel, "0.7");
      const adapter: AccountAdapter = { ...seat.subject.adapter, ownerTypedData: (data) => data };
      await expectBadGrant(seat, await grantWith(seat, adapter, await sessionOf(seat)));
    });

    it("takes the owner's validator by name as well as root", async () => {
      const seat = await install(kernel, "0.7");
      const { chainId, ownerValidator } = seat;
      const adapter = kernelAccount({ account: seat.subject.address, chainId, ownerValidator });
      await enabling(seat, await grantWith(seat, adapter, await sessionOf(seat)));
    });
  });

  describe("Safe", () => {
    it("wants as many signatures as its threshold", async () => {
      const seat = await install(safe, "0.7");
      const session = await sessionOf(seat);
      const data = grantTypedData([session], seat.validatorAddress);
      for (const owner of safeOwners(seat)) {
        const signature = await seat.subject.signData(data, owner);
        const grant = { sessions: [session], validator: seat.validatorAddress, signature };
        const op = await sessionOperation(seat, session, [increment(seat)], { mode: "enable", grant });
        expect(await refusalOf(seat, op)).to.equal("AA23 ExecutionFailed");
        expect(await validatorError(seat, op)).to.equal("BadGrant");
      }
    });
  });

  describe("linked lists of validators", () => {
    for (const kind of [nexus, safe, referenceMsa]) {
      it(`${kind.name}: uninstalling names the entry before`, async () => {
        const seat = await install(kind, "0.7");
        const { adapter, address } = seat.subject;
        // Whatever is installed later stands before.
        const later = kind === nexus ? seat.ownerValidator : seat.nestedOwnerValidator;
        await succeed(seat, await ownerOperation(seat, adapter.installModule(later, seat.owner.address)));

        const [list] = (await new Contract(address, LIST_ABI, ethers.provider).getFunction("getValidatorsPaginated")(
          FIRST_IN_LIST,
          100,
        )) as [string[]];
        expect(list.slice(0, 2)).to.deep.equal([later, seat.validatorAddress]);

        const wrong = await send(seat, await ownerOperation(seat, adapter.uninstallModule(seat.validatorAddress)));
        expect(wrong.success).to.equal(false);
        expect(await seat.validator.isInitialized(address)).to.equal(true);

        const right = adapter.uninstallModule(seat.validatorAddress, "0x", later);
        await succeed(seat, await ownerOperation(seat, right));
        expect(await seat.validator.isInitialized(address)).to.equal(false);
      });
    }
  });

  describe("EIP-7702", () => {
    /** What becomes of `data` sent to an EOA that delegated itself and did nothing else. */
    async function delegatedTo(base: Ground, delegate: string, data: string) {
      const eoa = wallet("careless").connect(ethers.provider);
      await fund(eoa.address);
      const authorization = await eoa.authorize({ address: delegate, nonce: 1, chainId: base.chainId });
      const to = eoa.address;
      await (await eoa.sendTransaction({ type: 4, to, gasLimit: 200_000n, authorizationList: [authorization] })).wait();
      expect(await ethers.provider.getCode(to)).to.equal(concat(["0xef0100", delegate]));
      const errors = new Interface(["error NotInitializable()", "error UnauthorizedInitializer(address,address)"]);
      const outcome = async (from: string): Promise<string> => {
        try {
          await ethers.provider.call({ from, to, data });
        } catch (error) {
          return errors.parseError((error as { data?: string }).data ?? "0x")?.name ?? "reverted";
        }
        return "accepted";
      };
      return { stranger: await outcome(base.deployer.address), itself: await outcome(to) };
    }

    it("our account is initialised by the EOA alone", async () => {
      const base = await ground();
      const factory = await new ModularAccountFactory__factory(base.deployer).deploy(ENTRY_POINTS["0.8"]);
      const data = calldata("initialize(address,bytes)", [base.ownerValidator, base.owner.address]);
      const found = await delegatedTo(base, await factory.IMPLEMENTATION(), data);
      expect(found).to.deep.equal({ stranger: "UnauthorizedInitializer", itself: "accepted" });
    });

    it("so is Nexus 1.0.0", async () => {
      const base = await ground();
      const system = await nexusSystem(base, "0.8");
      const initData = nexusInitData(system, [[base.ownerValidator, base.owner.address]]);
      const data = calldata("initializeAccount(bytes)", [initData]);
      const found = await delegatedTo(base, system.implementation, data);
      expect(found).to.deep.equal({ stranger: "NotInitializable", itself: "accepted" });
    });

    it("so is the reference account", async () => {
      const base = await ground();
      const { implementation, initialize } = await referenceMsaSystem(base);
      const found = await delegatedTo(base, implementation, initialize);
      expect(found).to.deep.equal({ stranger: "NotInitializable", itself: "accepted" });
    });
  });
});
