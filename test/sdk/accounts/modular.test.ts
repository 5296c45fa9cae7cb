import { expect } from "chai";
import { Interface, ZeroHash } from "ethers";
import { modularAccount, sessionRevocationTypedData } from "../../../sdk";
import { ALICE, expectCode, VALIDATOR } from "../arbitraries";

describe("modularAccount", () => {
  const account = modularAccount(ALICE);

  it("names the validator in the top 20 bytes of the nonce", () => {
    expect(account.nonceKey(VALIDATOR)).to.equal(BigInt(VALIDATOR) << 32n);
    expect(account.nonceKey(VALIDATOR, 7)).to.equal((BigInt(VALIDATOR) << 32n) | 7n);
    expectCode(() => account.nonceKey(VALIDATOR, 2 ** 32), "INTEGER_OUT_OF_RANGE");
  });

  it("installs and uninstalls a validator", () => {
    const abi = new Interface([
      "function installModule(uint256,address,bytes)",
      "function uninstallModule(uint256,address,bytes)",
    ]);
    expect(account.installModule(VALIDATOR, "0x12")).to.equal(
      abi.encodeFunctionData("installModule", [1, VALIDATOR, "0x12"]),
    );
    expect(account.uninstallModule(VALIDATOR)).to.equal(
      abi.encodeFunctionData("uninstallModule", [1, VALIDATOR, "0x"]),
    );
  });

  it("has the owner sign the typed data as it is, and names the owner's validator before the signature", () => {
    const data = sessionRevocationTypedData({ account: ALICE, chainId: 1n, sessionId: ZeroHash }, VALIDATOR);
    expect(account.ownerTypedData(data)).to.equal(data);
    expect(account.wrapOwnerSignature("0x1234", data)).to.equal(`${ALICE.toLowerCase()}1234`);
  });
});
