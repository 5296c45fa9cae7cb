import { expect } from "chai";
import { AbiCoder, concat, Interface, TypedDataEncoder, ZeroAddress, ZeroHash } from "ethers";
import {
  FIRST_IN_LIST,
  kernelAccount,
  modularAccount,
  nexusAccount,
  referenceMsaAccount,
  safe7579Account,
  sessionRevocationTypedData,
  ownerSignature,
} from "../../../sdk";
import { wallet } from "../../helpers/world";
import { ACCOUNT as OWNER_VALIDATOR, ALICE, expectCode, VALIDATOR } from "../arbitraries";

const ABI = new Interface([
  "function installModule(uint256,address,bytes)",
  "function uninstallModule(uint256,address,bytes)",
]);
const OPTIONS = { account: ALICE, chainId: 10n };
const SIGNATURE = `0x${"ab".repeat(65)}`;
const DATA = sessionRevocationTypedData({ account: ALICE, chainId: 10n, sessionId: ZeroHash }, VALIDATOR);
const DIGEST = TypedDataEncoder.hash(DATA.domain, DATA.types, DATA.message);

const hex = (value: bigint): string => value.toString(16).padStart(48, "0");
const bare = (address: string): string => address.slice(2).toLowerCase();
const linked = (previous: string, data: string): string =>
  ABI.encodeFunctionData("uninstallModule", [
    1,
    VALIDATOR,
    AbiCoder.defaultAbiCoder().encode(["address", "bytes"], [previous, data]),
  ]);

describe("account adapters", () => {
  describe("nexusAccount", () => {
    const adapter = nexusAccount({ ...OPTIONS, ownerValidator: OWNER_VALIDATOR });

    it("puts key, mode and validator into the nonce", () => {
      expect(hex(adapter.nonceKey(VALIDATOR, 0x010203))).to.equal(`01020300${bare(VALIDATOR)}`);
      expectCode(() => adapter.nonceKey(VALIDATOR, 2 ** 24), "INTEGER_OUT_OF_RANGE");
    });

    it("nests what is signed, in the domain of the validator", () => {
      const { domain, types, primaryType, message } = adapter.ownerTypedData(DATA);
      expect(domain).to.deep.equal(DATA.domain);
      expect(primaryType).to.equal("TypedDataSign");
      expect(TypedDataEncoder.from(types).encodeType(primaryType)).to.equal(
        "TypedDataSign(SessionRevocation contents,string name,string version,uint256 chainId,address verifyingContract," +
          "bytes32 salt)SessionRevocation(address account,uint256 chainId,bytes32 sessionId)",
      );
      expect(message).to.deep.equal({
        contents: DATA.message,
        name: "Nexus",
        version: "1.0.1",
        chainId: 10n,
        verifyingContract: ALICE,
        salt: ZeroHash,
      });
    });

    it("lets domain, contents and their type follow the signature", () => {
      const type = "SessionRevocation(address account,uint256 chainId,bytes32 sessionId)SessionRevocation";
      expect(adapter.wrapOwnerSignature(SIGNATURE, DATA)).to.equal(
        concat([
          OWNER_VALIDATOR,
          SIGNATURE,
          TypedDataEncoder.hashDomain(DATA.domain),
          TypedDataEncoder.hashStruct("SessionRevocation", DATA.types, DATA.message),
          `0x${Buffer.from(type).toString("hex")}`,
          `0x00${type.length.toString(16)}`,
        ]),
      );
    });

    it("signs bytes that hash to the digest as PersonalSign", () => {
      const personal = nexusAccount({ ...OPTIONS, ownerValidator: OWNER_VALIDATOR, signing: "personal" });
      const { domain, message } = personal.ownerTypedData(DATA);
      expect(domain).to.deep.equal({ name: "Nexus", version: "1.0.1", chainId: 10n, verifyingContract: ALICE });
      expect(message).to.deep.equal({ prefixed: TypedDataEncoder.encode(DATA.domain, DATA.types, DATA.message) });
      expect(personal.wrapOwnerSignature(SIGNATURE, DATA)).to.equal(concat([OWNER_VALIDATOR, SIGNATURE]));
    });

    it("signs the data as it is, if plain", () => {
      const plain = nexusAccount({ ...OPTIONS, ownerValidator: OWNER_VALIDATOR, signing: "plain" });
      expect(plain.ownerTypedData(DATA)).to.equal(DATA);
      expect(plain.wrapOwnerSignature(SIGNATURE, DATA)).to.equal(concat([OWNER_VALIDATOR, SIGNATURE]));
    });
  });

  describe("kernelAccount", () => {
    const adapter = kernelAccount(OPTIONS);

    it("puts mode, type, validator and key into the nonce", () => {
      expect(hex(adapter.nonceKey(VALIDATOR, 0x0102))).to.equal(`0001${bare(VALIDATOR)}0102`);
      expectCode(() => adapter.nonceKey(VALIDATOR, 2 ** 16), "INTEGER_OUT_OF_RANGE");
    });

    it("installs without a hook and with permission for execute", () => {
      const data = AbiCoder.defaultAbiCoder().encode(["bytes", "bytes", "bytes"], ["0x12", "0x", "0xe9ae5c53"]);
      expect(adapter.installModule(VALIDATOR, "0x12")).to.equal(
        ABI.encodeFunctionData("installModule", [1, VALIDATOR, concat([FIRST_IN_LIST, data])]),
      );
      expect(adapter.uninstallModule(VALIDATOR)).to.equal(
        ABI.encodeFunctionData("uninstallModule", [1, VALIDATOR, "0x"]),
      );
    });

    it("has the digest signed in the account's domain", () => {
      expect(adapter.ownerTypedData(DATA)).to.deep.equal({
        domain: { name: "Kernel", version: "0.3.1", chainId: 10n, verifyingContract: ALICE },
        types: { Kernel: [{ name: "hash", type: "bytes32" }] },
        primaryType: "Kernel",
        message: { hash: DIGEST },
      });
    });

    it("says who judges the signature: root, or a validator by name", () => {
      const named = kernelAccount({ ...OPTIONS, ownerValidator: OWNER_VALIDATOR });
      expect(adapter.wrapOwnerSignature(SIGNATURE, DATA)).to.equal(concat(["0x00", SIGNATURE]));
      expect(named.wrapOwnerSignature(SIGNATURE, DATA)).to.equal(concat(["0x01", OWNER_VALIDATOR, SIGNATURE]));
    });
  });

  describe("safe7579Account", () => {
    const adapter = safe7579Account(OPTIONS);

    it("has the digest signed as a message of the Safe, and lets its owners judge", () => {
      expect(adapter.ownerTypedData(DATA)).to.deep.equal({
        domain: { chainId: 10n, verifyingContract: ALICE },
        types: { SafeMessage: [{ name: "message", type: "bytes" }] },
        primaryType: "SafeMessage",
        message: { message: DIGEST },
      });
      expect(adapter.wrapOwnerSignature(SIGNATURE, DATA)).to.equal(concat([ZeroAddress, SIGNATURE]));
    });
  });

  it("all with a linked list name the entry before in uninstallModule", () => {
    const lists = [
      nexusAccount({ ...OPTIONS, ownerValidator: OWNER_VALIDATOR }),
      safe7579Account(OPTIONS),
      referenceMsaAccount(OWNER_VALIDATOR),
    ];
    for (const adapter of lists) {
      expect(adapter.uninstallModule(VALIDATOR)).to.equal(linked(FIRST_IN_LIST, "0x"));
      expect(adapter.uninstallModule(VALIDATOR, "0x12", OWNER_VALIDATOR)).to.equal(linked(OWNER_VALIDATOR, "0x12"));
      expect(adapter.installModule(VALIDATOR)).to.equal(ABI.encodeFunctionData("installModule", [1, VALIDATOR, "0x"]));
    }
  });

  it("Safe7579 and the reference account lay out the nonce as OpenZeppelin's", () => {
    const expected = modularAccount(OWNER_VALIDATOR).nonceKey(VALIDATOR, 3);
    for (const adapter of [safe7579Account(OPTIONS), referenceMsaAccount(OWNER_VALIDATOR)]) {
      expect(adapter.nonceKey(VALIDATOR, 3)).to.equal(expected);
    }
  });

  it("ownerSignature signs what the account wants to see and wraps it", async () => {
    const owner = wallet("owner");
    const adapter = kernelAccount(OPTIONS);
    const { domain, types, message } = adapter.ownerTypedData(DATA);
    const signature = await owner.signTypedData(domain, types, message);
    expect(await ownerSignature(owner, adapter, DATA)).to.equal(concat(["0x00", signature]));
  });

  it("refuse addresses that are none", () => {
    expectCode(() => nexusAccount({ ...OPTIONS, ownerValidator: "0x12" }), "INVALID_ADDRESS");
    expectCode(() => kernelAccount({ ...OPTIONS, account: "0x12" }), "INVALID_ADDRESS");
    expectCode(() => safe7579Account({ ...OPTIONS, account: "0x12" }), "INVALID_ADDRESS");
    expectCode(() => kernelAccount(OPTIONS).wrapOwnerSignature("0x1", DATA), "INVALID_HEX");
  });
});
