import { expect } from "chai";
import { BrowserProvider, id, toQuantity, ZeroAddress } from "ethers";
import { ENTRY_POINT_INTERFACE, ENTRY_POINTS, getNonce, packUserOp, sendUserOp } from "../../../sdk";
import { ACCOUNT, ALICE, TOKEN } from "../arbitraries";

const ENTRY_POINT = ENTRY_POINTS["0.8"];
const TX = id("tx");
const OP = packUserOp({
  sender: ACCOUNT,
  nonce: 0n,
  callData: "0x",
  callGasLimit: 1n,
  verificationGasLimit: 1n,
  preVerificationGas: 1n,
  maxFeePerGas: 1n,
  maxPriorityFeePerGas: 1n,
  signature: "0x",
});

const log = (event: string, args: unknown[], address: string = ENTRY_POINT) => ({
  ...ENTRY_POINT_INTERFACE.encodeEventLog(event, args),
  address,
  blockHash: id("block"),
  blockNumber: "0x1",
  logIndex: "0x0",
  transactionHash: TX,
  transactionIndex: "0x0",
  removed: false,
});
const done = (success: boolean) => log("UserOperationEvent", [id("op"), ACCOUNT, ZeroAddress, 0, success, 77, 7]);

/** A node that includes every transaction with these logs, and remembers what it was sent. */
function fakeNode(logs: object[]) {
  const sent: Record<string, string>[] = [];
  const receipt = {
    transactionHash: TX,
    blockHash: id("block"),
    blockNumber: "0x1",
    transactionIndex: "0x0",
    from: ALICE,
    to: ENTRY_POINT,
    logs,
    contractAddress: null,
    cumulativeGasUsed: "0x1",
    gasUsed: "0x1",
    effectiveGasPrice: "0x1",
    logsBloom: "0x",
    status: "0x1",
    type: "0x0",
  };
  const transaction = {
    hash: TX,
    blockHash: id("block"),
    blockNumber: "0x1",
    transactionIndex: "0x0",
    from: ALICE,
    to: ENTRY_POINT,
    nonce: "0x0",
    gas: "0x1",
    value: "0x0",
    input: "0x",
    gasPrice: "0x1",
    chainId: "0x1",
    type: "0x0",
    v: "0x1b",
    r: id("r"),
    s: "0x" + "01".repeat(32),
  };
  const answers: Record<string, unknown> = {
    eth_chainId: "0x1",
    eth_accounts: [ALICE],
    eth_requestAccounts: [ALICE],
    eth_blockNumber: "0x1",
    eth_sendTransaction: TX,
    eth_getTransactionByHash: transaction,
    eth_getTransactionReceipt: receipt,
    eth_call: ENTRY_POINT_INTERFACE.encodeFunctionResult("getNonce", [42]),
  };
  const request = async ({ method, params }: { method: string; params?: unknown }) => {
    if (method === "eth_sendTransaction") sent.push((params as Record<string, string>[])[0]!);
    return answers[method];
  };
  return { provider: new BrowserProvider({ request }), sent };
}

describe("sendUserOp", () => {
  const send = async (logs: object[], beneficiary?: string) => {
    const { provider, sent } = fakeNode(logs);
    const bundler = await provider.getSigner();
    const request = {
      op: OP,
      entryPoint: ENTRY_POINT,
      bundler,
      gasLimit: 123_456n,
      ...(beneficiary ? { beneficiary } : {}),
    };
    const result = await sendUserOp(request).finally(() => provider.destroy());
    return { result, sent: sent[0]! };
  };

  it("sends handleOps with the gas limit it is given and reads the outcome from the logs", async () => {
    const { result, sent } = await send([done(true)]);
    expect(sent.gas).to.equal(toQuantity(123_456n));
    expect(sent.to?.toLowerCase()).to.equal(ENTRY_POINT.toLowerCase());
    const [ops, beneficiary] = ENTRY_POINT_INTERFACE.decodeFunctionData("handleOps", sent.data!).toArray();
    expect([ops.length, ops[0].sender, beneficiary]).to.deep.equal([1, ACCOUNT, ALICE]);
    expect(result).to.include({ userOpHash: id("op"), success: true, actualGasCost: 77n, actualGasUsed: 7n });
    expect(result).not.to.have.property("revertReason");
  });

  it("reports why the calls reverted, and pays whom it is told", async () => {
    const { result, sent } = await send(
      [log("UserOperationRevertReason", [id("op"), ACCOUNT, 0, "0x1234"]), done(false)],
      TOKEN,
    );
    expect(result).to.include({ success: false, revertReason: "0x1234" });
    expect(ENTRY_POINT_INTERFACE.decodeFunctionData("handleOps", sent.data!)[1]).to.equal(TOKEN);
  });

  it("believes nobody's events but the EntryPoint's", async () => {
    const forged = log("UserOperationEvent", [id("op"), ACCOUNT, ZeroAddress, 0, true, 77, 7], ALICE);
    const error = await send([forged]).then(
      () => undefined,
      (thrown: { code: string }) => thrown,
    );
    expect(error?.code).to.equal("OPERATION_NOT_FOUND");
  });

  it("reads the nonce", async () => {
    const { provider } = fakeNode([]);
    expect(await getNonce(provider, ENTRY_POINT, ACCOUNT, 1n)).to.equal(42n);
    provider.destroy();
  });
});
