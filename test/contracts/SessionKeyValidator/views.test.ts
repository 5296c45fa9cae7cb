import { expect } from "chai";
import { id, TypedDataEncoder, ZeroAddress } from "ethers";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { argumentCharge, periodicBudget, sessionDomain, totalBudget } from "../../../sdk";
import { MAX_SPENT } from "../../../sdk/constants";
import { domainSeparator } from "../../../sdk/typedData";
import { asAccount, enable, sessionOf } from "../../helpers/operations";
import { attempt, callOf, commit, permissionFor } from "../../helpers/validation";
import { wallet, world } from "../../helpers/world";

describe("SessionKeyValidator views", () => {
  it("epochOf, isInitialized, isPaused of an account that was never heard of", async () => {
    const { validator } = await world();
    const nobody = wallet("nobody").address;
    expect(await validator.epochOf(nobody)).to.equal(0n);
    expect(await validator.isInitialized(nobody)).to.equal(false);
    expect(await validator.isPaused(nobody)).to.equal(false);
  });

  it("epochOf counts installs, uninstalls and revokeAllSessions", async () => {
    const w = await world();
    const account = await asAccount(w);
    const first = await w.validator.epochOf(w.accountAddress);
    await account.revokeAllSessions();
    await account.onUninstall("0x");
    await account.onInstall("0x");
    await account.onInstall("0x");
    await account.pause();
    expect(await w.validator.epochOf(w.accountAddress)).to.equal(first + 4n);
  });

  it("sessionStatus is the stored word only: 0, 1, 2", async () => {
    const w = await world();
    const account = await asAccount(w);
    const sid = id("a session");
    const status = () => w.validator.sessionStatus(sid, w.accountAddress);
    expect(await status()).to.equal(0n);
    await account.enableSession(sid, "0x");
    expect(await status()).to.equal(1n);
    await account.revokeAllSessions();
    await account.onUninstall("0x");
    expect(await status()).to.equal(1n);
    await account.revokeSession(sid);
    expect(await status()).to.equal(2n);
  });

  it("budgetUsage of every index, spent and period apart", async () => {
    const w = await world();
    const budgets = [periodicBudget(MAX_SPENT, 60), totalBudget(MAX_SPENT)];
    const permission = permissionFor(w, { charges: [argumentCharge(0, [0]), argumentCharge(1, [32])] });
    const session = await sessionOf(w, [permission], { validAfter: 1000, validUntil: 9000, budgets });
    const sid = await enable(w, session);
    await commit(w, await attempt(w, session, [callOf(w, [MAX_SPENT, 5])], { time: 1000 + 60 * 77 }));
    const usage = async (index: number) => {
      const { spent, period } = await w.validator.budgetUsage(sid, w.accountAddress, index);
      return [spent, period];
    };
    expect(await usage(0)).to.deep.equal([MAX_SPENT, 77n]);
    expect(await usage(1)).to.deep.equal([5n, 0n]);
    for (let index = 2; index < 16; index++) expect(await usage(index)).to.deep.equal([0n, 0n]);
    const foreign = await w.validator.budgetUsage(sid, w.otherAccountAddress, 0);
    expect([...foreign]).to.deep.equal([0n, 0n]);
  });

  for (const index of [16n, 17n, 255n, 2n ** 256n - 1n]) {
    it(`budgetUsage refuses the index ${index}`, async () => {
      const { validator, accountAddress } = await world();
      await expect(validator.budgetUsage(id("a session"), accountAddress, index))
        .to.be.revertedWithCustomError(validator, "InvalidBudgetIndex")
        .withArgs(index, 16);
      expect([...(await validator.budgetUsage(id("a session"), accountAddress, 15))]).to.deep.equal([0n, 0n]);
    });
  }

  it("domainSeparator is that of the name, the version and the address, without a chain", async () => {
    const { validator, validatorAddress } = await world();
    const found = await validator.domainSeparator();
    expect(found).to.equal(TypedDataEncoder.hashDomain({ ...sessionDomain(validatorAddress) }));
    expect(found).to.equal(domainSeparator(validatorAddress));
  });

  it("eip712Domain (ERC-5267) says the same", async () => {
    const { validator, validatorAddress } = await world();
    const { fields, name, version, chainId, verifyingContract, salt, extensions } = await validator.eip712Domain();
    // 1 name, 2 version, 8 verifyingContract.
    expect(fields).to.equal("0x0b");
    expect([name, version, chainId, verifyingContract]).to.deep.equal([
      "SessionKeyValidator",
      "1",
      0n,
      validatorAddress,
    ]);
    expect([salt, [...extensions]]).to.deep.equal([`0x${"00".repeat(32)}`, []]);
    const domain = { name, version, verifyingContract };
    expect(TypedDataEncoder.hashDomain(domain)).to.equal(await validator.domainSeparator());
  });

  it("isModuleType: a validator, and nothing else", async () => {
    const { validator } = await world();
    for (const type of [0n, 2n, 3n, 4n, 5n, 6n, 257n, 2n ** 256n - 1n])
      expect(await validator.isModuleType(type)).to.equal(false);
    expect(await validator.isModuleType(1)).to.equal(true);
  });

  it("takes no ether and answers to nothing else", async () => {
    const { validatorAddress, bundler } = await world();
    await expect(bundler.sendTransaction({ to: validatorAddress, value: 1n })).to.be.reverted;
    await expect(bundler.sendTransaction({ to: validatorAddress, data: "0x12345678" })).to.be.reverted;
    expect(validatorAddress).to.not.equal(ZeroAddress);
  });
});

describe("SessionKeyValidator errors", () => {
  it("are all asserted in the tests beside this one", async () => {
    const { validator } = await world();
    const tests = readdirSync(__dirname)
      .filter((file) => file.startsWith("validateUserOp") || file.startsWith("on") || file.startsWith("revoke"))
      .map((file) => readFileSync(join(__dirname, file), "utf8"))
      .join("\n");
    // Asserted above.
    const missing: string[] = [];
    validator.interface.forEachError(({ name }) => {
      if (name !== "InvalidBudgetIndex" && !tests.includes(`"${name}"`)) missing.push(name);
    });
    expect(missing).to.deep.equal([]);
  });
});
