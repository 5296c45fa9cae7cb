import { expect } from "chai";
import { AbiCoder, concat, id, keccak256, toUtf8Bytes, ZeroAddress } from "ethers";
import { ENTRY_POINTS, packUserOp, userOpHash, type UserOperation } from "../../sdk";
import { assertUserOpSize, maxFee, paymasterOf, unpackGas } from "../../sdk/userOp";
import { ACCOUNT, ALICE, expectCode, TOKEN } from "./arbitraries";

const OP: UserOperation = {
  sender: ACCOUNT,
  nonce: 5n,
  callData: "0x1234",
  callGasLimit: 1n,
  verificationGasLimit: 2n,
  preVerificationGas: 3n,
  maxFeePerGas: 4n,
  maxPriorityFeePerGas: 5n,
  signature: "0xab",
};

/** UserOperationLib, written out. */
const struct = (op = packUserOp(OP), pmd = op.paymasterAndData, initCode = op.initCode) => [
  op.sender,
  op.nonce,
  keccak256(initCode),
  keccak256(op.callData),
  op.accountGasLimits,
  op.preVerificationGas,
  op.gasFees,
  keccak256(pmd),
];
const STRUCT = ["address", "uint256", "bytes32", "bytes32", "bytes32", "uint256", "bytes32", "bytes32"];
const abi = (types: string[], values: unknown[]) => AbiCoder.defaultAbiCoder().encode(types, values);
const typed = (fields: unknown[], entryPoint: string) => {
  const type = id(
    "PackedUserOperation(address sender,uint256 nonce,bytes initCode,bytes callData,bytes32 accountGasLimits,uint256 preVerificationGas,bytes32 gasFees,bytes paymasterAndData)",
  );
  const domain = keccak256(
    abi(
      ["bytes32", "bytes32", "bytes32", "uint256", "address"],
      [
        id("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
        keccak256(toUtf8Bytes("ERC4337")),
        keccak256(toUtf8Bytes("1")),
        10n,
        entryPoint,
      ],
    ),
  );
  return keccak256(concat(["0x1901", domain, keccak256(abi(["bytes32", ...STRUCT], [type, ...fields]))]));
};

describe("userOp", () => {
  it("packs gas and fees", () => {
    const packed = packUserOp(OP);
    expect(packed.accountGasLimits).to.equal(`0x${"2".padStart(32, "0")}${"1".padStart(32, "0")}`);
    expect(packed.gasFees).to.equal(`0x${"5".padStart(32, "0")}${"4".padStart(32, "0")}`);
    expect(unpackGas(packed)).to.deep.include({
      callGasLimit: 1n,
      verificationGasLimit: 2n,
      maxFeePerGas: 4n,
      maxPriorityFeePerGas: 5n,
    });
    expect(maxFee(packed)).to.equal(24n);
    expectCode(() => packUserOp({ ...OP, callGasLimit: 2n ** 128n }), "INTEGER_OUT_OF_RANGE");
  });

  it("packs factory and paymaster", () => {
    const packed = packUserOp({
      ...OP,
      factory: ALICE,
      factoryData: "0x12",
      paymaster: TOKEN,
      paymasterPostOpGasLimit: 7n,
      paymasterData: "0xff",
    });
    expect(packed.initCode).to.equal(`${ALICE.toLowerCase()}12`);
    expect(packed.paymasterAndData).to.equal(`${TOKEN.toLowerCase()}${"0".repeat(32)}${"7".padStart(32, "0")}ff`);
    expect(paymasterOf(packed)).to.deep.equal({ paymaster: TOKEN, malformed: false });
    expect(paymasterOf(packUserOp(OP))).to.deep.equal({ malformed: false });
    expect(paymasterOf({ ...packed, paymasterAndData: TOKEN }).malformed).to.equal(true);
    expect(paymasterOf({ ...packed, paymasterAndData: ZeroAddress + "00".repeat(32) }).malformed).to.equal(true);
  });

  it("hashes as EntryPoint v0.7", () => {
    const entryPoint = ENTRY_POINTS["0.7"];
    const expected = keccak256(
      abi(["bytes32", "address", "uint256"], [keccak256(abi(STRUCT, struct())), entryPoint, 10n]),
    );
    expect(userOpHash(packUserOp(OP), { entryPoint, chainId: 10n, version: "0.7" })).to.equal(expected);
  });

  it("hashes as EntryPoint v0.8 and v0.9", () => {
    for (const version of ["0.8", "0.9"] as const) {
      const entryPoint = ENTRY_POINTS[version];
      expect(userOpHash(packUserOp(OP), { entryPoint, chainId: 10n, version })).to.equal(typed(struct(), entryPoint));
    }
  });

  it("hashes the delegate of an EIP-7702 account", () => {
    const op = packUserOp({ ...OP, factory: "0x7702", factoryData: "0x99" });
    const context = { entryPoint: ENTRY_POINTS["0.8"], chainId: 10n, version: "0.8" as const };
    expect(userOpHash(op, { ...context, delegate: ALICE })).to.equal(
      typed(struct(op, op.paymasterAndData, `${ALICE}99`), context.entryPoint),
    );
    expectCode(() => userOpHash(op, context), "DELEGATE_REQUIRED");
  });

  it("leaves the paymaster's signature out in v0.9", () => {
    const magic = "22e325a297439656";
    const head = `${TOKEN}${"00".repeat(32)}aa`;
    const context = { entryPoint: ENTRY_POINTS["0.9"], chainId: 10n, version: "0.9" as const };
    const hash = (paymasterAndData: string) => userOpHash({ ...packUserOp(OP), paymasterAndData }, context);
    expect(hash(`${head}1122330003${magic}`))
      .to.equal(hash(`${head}4455660003${magic}`))
      .and.to.equal(typed(struct(packUserOp(OP), head + magic), context.entryPoint));
    expect(hash(`${head}0000${magic}`)).to.equal(
      typed(struct(packUserOp(OP), `${head}0000${magic}`), context.entryPoint),
    );
    expectCode(() => hash(`${head}0002${magic}`), "INVALID_PAYMASTER_SIGNATURE_LENGTH", { found: 2, max: 1 });
  });

  it("is at most 8,192 bytes long for a mempool", () => {
    const of = (bytes: number) => packUserOp({ ...OP, signature: `0x${"11".repeat(bytes)}` });
    // 10 head words, 4 length words, and one word of callData around the signature.
    const room = 8192 - 32 * 15;
    assertUserOpSize(of(room));
    expectCode(() => assertUserOpSize(of(room + 1)), "USER_OP_TOO_LARGE", { found: 8224, max: 8192 });
  });
});
