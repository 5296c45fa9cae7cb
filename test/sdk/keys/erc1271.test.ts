import { expect } from "chai";
import { concat, id, Wallet } from "ethers";
import { ecdsaKey } from "../../../sdk";
import { erc1271Key } from "../../../sdk/keys/erc1271";
import { expectCode, VALIDATOR } from "../arbitraries";

const verifier = VALIDATOR;
const DIGEST = id("a digest");

describe("keys/erc1271", () => {
  const wallet = ecdsaKey(new Wallet(id("owner")));

  it("is a verifier and the contract's address, and signs as the contract wants", async () => {
    const contract = `0x${"c0".repeat(20)}`;
    const key = erc1271Key({ ...wallet, verifier, contract });
    expect(key.signer).to.equal(concat([verifier, contract]));
    expect(key.dummySignature).to.equal(wallet.dummySignature);
    expect(await key.signDigest(DIGEST)).to.equal(await wallet.signDigest(DIGEST));
  });

  it("refuses what is no address", () => {
    expectCode(() => erc1271Key({ ...wallet, verifier, contract: "0x1234" }), "INVALID_ADDRESS");
    expectCode(() => erc1271Key({ ...wallet, verifier: "0x", contract: verifier }), "INVALID_ADDRESS");
  });
});
