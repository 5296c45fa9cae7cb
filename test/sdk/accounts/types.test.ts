import { expect } from "chai";
import { accountTypeOf, ACCOUNT_TYPES, adapterOf, sessionAdapterOf } from "../../../sdk/accounts/types";
import { ACCOUNT, ALICE, expectCode, VALIDATOR } from "../arbitraries";

const OPTIONS = { account: ALICE, chainId: 10n };

describe("account types", () => {
  it("are known by what accounts say, whatever their version, and by nothing else", () => {
    const said = {
      "session-keys.modular-account.0.1.0": "modular",
      "@openzeppelin/contracts.AccountERC7579.v1.0.0": "modular",
      "@openzeppelin/community-contracts.AccountERC7579.v0.0.0": "modular",
      "biconomy.nexus.1.2.0": "nexus",
      "kernel.advanced.v0.3.3": "kernel",
      "rhinestone.safe7579.v1.0.0": "safe7579",
      "uMSA.advanced/withHook.v0.1": "referenceMsa",
      "acme.biconomy.nexus.1.0.0": undefined,
      "": undefined,
    };
    for (const [id, type] of Object.entries(said)) expect(accountTypeOf(id), id).to.equal(type);
    expect(new Set(Object.values(said).filter(Boolean))).to.deep.equal(new Set(ACCOUNT_TYPES));
  });

  it("sign by a validator that knows the owner; Kernel and Safe need not be told which", () => {
    for (const type of ["modular", "nexus", "referenceMsa"] as const) {
      expectCode(() => adapterOf(type, OPTIONS), "NO_OWNER_VALIDATOR");
      const wrapped = adapterOf(type, { ...OPTIONS, ownerValidator: ACCOUNT, signing: "plain" });
      expect(wrapped.wrapOwnerSignature("0xabcd", {} as never).slice(2, 42)).to.equal(ACCOUNT.slice(2).toLowerCase());
    }
    expect(adapterOf("kernel", OPTIONS).wrapOwnerSignature("0xabcd", {} as never)).to.equal("0x00abcd");
    const named = adapterOf("kernel", { ...OPTIONS, ownerValidator: ACCOUNT });
    expect(named.wrapOwnerSignature("0xabcd", {} as never)).to.equal(`0x01${ACCOUNT.slice(2).toLowerCase()}abcd`);
    expect(adapterOf("safe7579", OPTIONS).wrapOwnerSignature("0xabcd", {} as never)).to.equal(
      `0x${"00".repeat(20)}abcd`,
    );
  });

  it("make a session's nonces without knowing the owner's validator", () => {
    const [modular, nexus] = (["modular", "nexus"] as const).map((type) =>
      sessionAdapterOf(type, { account: ALICE, chainId: 10n }).nonceKey(VALIDATOR, 5),
    );
    expect(modular).to.equal((BigInt(VALIDATOR) << 32n) + 5n);
    expect(nexus).to.equal((5n << 168n) + BigInt(VALIDATOR));
  });
});
