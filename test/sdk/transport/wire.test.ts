import { expect } from "chai";
import * as fc from "fast-check";
import {
  decodeRpcUserOp,
  encodeRpcUserOp,
  ENTRY_POINT_INTERFACE,
  ENTRY_POINTS,
  packUserOp,
  unpackUserOp,
  type UserOperation,
} from "../../../sdk";
import { decodeRpcGas, decodeRpcReceipt } from "../../../sdk/transport/wire";
import { ACCOUNT, ALICE } from "../arbitraries";

const uint = (bits: bigint) => fc.bigInt({ min: 0n, max: 2n ** bits - 1n });
const bytes = (min: number, max: number) =>
  fc.uint8Array({ minLength: min, maxLength: max }).map((array) => `0x${Buffer.from(array).toString("hex")}`);

/** Any operation, with and without factory and paymaster. */
const operations = fc
  .record({
    sender: fc.constant(ACCOUNT),
    nonce: uint(256n),
    callData: bytes(0, 80),
    callGasLimit: uint(128n),
    verificationGasLimit: uint(128n),
    preVerificationGas: uint(256n),
    maxFeePerGas: uint(128n),
    maxPriorityFeePerGas: uint(128n),
    signature: bytes(0, 80),
    creation: fc.option(fc.record({ factory: fc.constantFrom(ALICE, "0x7702"), factoryData: bytes(0, 40) })),
    sponsor: fc.option(
      fc.record({
        paymaster: fc.constant(ALICE),
        paymasterVerificationGasLimit: uint(128n),
        paymasterPostOpGasLimit: uint(128n),
        paymasterData: bytes(0, 120),
      }),
    ),
  })
  .map(({ creation, sponsor, ...op }): UserOperation => ({ ...op, ...(creation ?? {}), ...(sponsor ?? {}) }));

const HASH = `0x${"ab".repeat(32)}`;

/** As Alto answers, which leaves out what is empty. */
const receiptJson = (overrides: Record<string, unknown> = {}) => ({
  userOpHash: HASH,
  entryPoint: ENTRY_POINTS["0.8"].toLowerCase(),
  sender: ACCOUNT.toLowerCase(),
  nonce: "0x05",
  actualGasUsed: "0x10",
  actualGasCost: "0x20",
  success: true,
  logs: [{ address: ALICE, topics: [HASH], data: "0x12", logIndex: "0x3", blockNumber: "0x9" }],
  receipt: { transactionHash: HASH, blockHash: HASH, blockNumber: "0x9", logs: [] },
  ...overrides,
});

describe("The JSON of ERC-7769", () => {
  it("is hex for every field, and leaves out what is not there", () => {
    const op = packUserOp({
      sender: ACCOUNT,
      nonce: 2n ** 64n,
      callData: "0x1234",
      callGasLimit: 1n,
      verificationGasLimit: 0n,
      preVerificationGas: 255n,
      maxFeePerGas: 10n,
      maxPriorityFeePerGas: 16n,
      signature: "0xab",
    });
    expect(encodeRpcUserOp(op)).to.deep.equal({
      sender: ACCOUNT,
      nonce: "0x10000000000000000",
      callData: "0x1234",
      callGasLimit: "0x1",
      verificationGasLimit: "0x0",
      preVerificationGas: "0xff",
      maxFeePerGas: "0xa",
      maxPriorityFeePerGas: "0x10",
      signature: "0xab",
    });
  });

  it("and back is the same operation, whoever creates the account and whoever pays", () => {
    fc.assert(
      fc.property(operations, (fields) => {
        const op = packUserOp(fields);
        expect(packUserOp(unpackUserOp(op))).to.deep.equal(op);
        expect(decodeRpcUserOp(encodeRpcUserOp(op))).to.deep.equal(op);
      }),
    );
  });

  it("an operation that no bundler could pack again is not sent", () => {
    const op = packUserOp(fc.sample(operations, { numRuns: 1, seed: 1 })[0]!);
    expect(() => encodeRpcUserOp({ ...op, paymasterAndData: `0x${"11".repeat(51)}` })).to.throw("INVALID_HEX");
    expect(encodeRpcUserOp({ ...op, paymasterAndData: `0x${"11".repeat(52)}` }).paymasterData).to.equal("0x");
    expect(() => encodeRpcUserOp({ ...op, initCode: `0x${"11".repeat(19)}` })).to.throw("INVALID_ADDRESS");
    expect(encodeRpcUserOp({ ...op, initCode: `0x${"11".repeat(20)}` }).factoryData).to.equal("0x");
  });

  it("gas: the limits of a paymaster only if they are there", () => {
    const limits = { verificationGasLimit: "0x10", callGasLimit: 32, preVerificationGas: "48" };
    const gas = { verificationGasLimit: 16n, callGasLimit: 32n, preVerificationGas: 48n };
    expect(decodeRpcGas({ ...limits, paymasterVerificationGasLimit: null })).to.deep.equal(gas);
    expect(decodeRpcGas({ ...limits, paymasterPostOpGasLimit: "0x1" })).to.deep.equal({
      ...gas,
      paymasterPostOpGasLimit: 1n,
    });
    for (const wrong of [null, {}, { ...limits, callGasLimit: undefined }, { ...limits, callGasLimit: "much" }]) {
      expect(() => decodeRpcGas(wrong)).to.throw("INVALID_ANSWER");
    }
  });

  it("a receipt, whatever the bundler leaves out", () => {
    const receipt = decodeRpcReceipt(receiptJson());
    expect(receipt).to.deep.equal({
      userOpHash: HASH,
      entryPoint: ENTRY_POINTS["0.8"],
      sender: ACCOUNT,
      nonce: 5n,
      success: true,
      actualGasUsed: 16n,
      actualGasCost: 32n,
      logs: [{ address: ALICE, topics: [HASH], data: "0x12", logIndex: 3 }],
      transactionHash: HASH,
      blockHash: HASH,
      blockNumber: 9,
    });
    const none = `0x${"00".repeat(20)}`;
    expect(decodeRpcReceipt(receiptJson({ paymaster: none, reason: "" }))).to.deep.equal(receipt);
    expect(decodeRpcReceipt(receiptJson({ paymaster: ALICE })).paymaster).to.equal(ALICE);
    expect(() => decodeRpcReceipt(receiptJson({ userOpHash: "0x12" }))).to.throw("INVALID_HEX");
    expect(() => decodeRpcReceipt(receiptJson({ receipt: null }))).to.throw("INVALID_ANSWER");
  });

  it("why the calls failed: what the bundler says, else what the EntryPoint's event says", () => {
    const failed = (overrides: Record<string, unknown>) =>
      decodeRpcReceipt(receiptJson({ success: false, ...overrides })).revertReason;
    expect(failed({})).to.equal(undefined);
    expect(failed({ reason: "0x1234" })).to.equal("0x1234");
    const event = ENTRY_POINT_INTERFACE.encodeEventLog("UserOperationRevertReason", [HASH, ACCOUNT, 5n, "0xabcd"]);
    const log = { address: ENTRY_POINTS["0.8"], ...event, logIndex: "0x0" };
    const transaction = { ...receiptJson().receipt, logs: [log] };
    expect(failed({ receipt: transaction })).to.equal("0xabcd");
    expect(failed({ logs: [log], reason: "0x" })).to.equal("0x");
    expect(decodeRpcReceipt(receiptJson({ receipt: transaction })).revertReason, "it succeeded").to.equal(undefined);
  });
});
