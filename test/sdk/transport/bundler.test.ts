import { inspect } from "node:util";
import { expect } from "chai";
import { concat } from "ethers";
import {
  BundlerTransport,
  encodeRpcUserOp,
  ENTRY_POINTS,
  packUserOp,
  SessionFailure,
  VALIDATOR_INTERFACE,
  waitForOperation,
  type OperationReceipt,
  type Transport,
} from "../../../sdk";
import { RPC_CODES } from "../../../sdk/explain/codes";
import { rpcServer, type RpcAnswer, type RpcServer } from "../../helpers/rpcServer";
import { ACCOUNT, ALICE } from "../arbitraries";

const HASH = `0x${"ab".repeat(32)}`;
const API_KEY = "k3y-0f-the-bundler";

const OP = packUserOp({
  sender: ACCOUNT,
  nonce: 7n,
  callData: "0x1234",
  callGasLimit: 100n,
  verificationGasLimit: 200n,
  preVerificationGas: 300n,
  maxFeePerGas: 10n,
  maxPriorityFeePerGas: 5n,
  signature: "0xab",
});

/** What the promise was rejected with, which must be a SessionFailure. */
async function failureOf(promise: Promise<unknown>): Promise<SessionFailure> {
  try {
    await promise;
  } catch (error) {
    expect(error).to.be.instanceOf(SessionFailure);
    return error as SessionFailure;
  }
  expect.fail("it was not rejected");
}

describe("BundlerTransport", () => {
  let server: RpcServer;
  let answer: RpcAnswer;
  let bundler: BundlerTransport;

  beforeEach(async () => {
    server = await rpcServer(() => answer);
    bundler = new BundlerTransport({
      url: `${server.url}/v2/${API_KEY}`,
      headers: { authorization: `Bearer ${API_KEY}` },
      timeout: 500,
    });
  });

  afterEach(() => server.close());

  it("eth_sendUserOperation", async () => {
    answer = { result: HASH };
    expect(await bundler.send(OP)).to.equal(HASH);
    const [{ method, params, headers, path }] = server.requests as [RpcServer["requests"][number]];
    expect({ method, params }).to.deep.equal({
      method: "eth_sendUserOperation",
      params: [encodeRpcUserOp(OP), ENTRY_POINTS["0.8"]],
    });
    expect([path, headers.authorization]).to.deep.equal([`/v2/${API_KEY}`, `Bearer ${API_KEY}`]);
    answer = { result: "done" };
    expect(await bundler.send(OP).catch((error: { code: string }) => error.code)).to.equal("INVALID_HEX");
  });

  it("eth_estimateUserOperationGas, without the limits that are to be estimated", async () => {
    answer = { result: { verificationGasLimit: "0x1", callGasLimit: "0x2", preVerificationGas: "0x3" } };
    expect(await bundler.estimateGas(OP)).to.deep.equal({
      verificationGasLimit: 1n,
      callGasLimit: 2n,
      preVerificationGas: 3n,
    });
    expect(server.requests[0]!.params[0]).to.include({ callGasLimit: "0x0", verificationGasLimit: "0x0", maxFeePerGas: "0xa" });
  });

  it("eth_getUserOperationReceipt: nothing while it is pending", async () => {
    answer = { result: null };
    expect(await bundler.receipt(HASH)).to.equal(undefined);
    const receipt = { transactionHash: HASH, blockHash: HASH, blockNumber: "0x9" };
    const common = { userOpHash: HASH, entryPoint: ENTRY_POINTS["0.8"], sender: ACCOUNT, nonce: "0x7", logs: [] };
    answer = { result: { ...common, success: true, actualGasCost: "0x1", actualGasUsed: "0x1", receipt } };
    expect((await bundler.receipt(HASH))?.success).to.equal(true);
  });

  it("eth_getUserOperationByHash, pending and included", async () => {
    answer = { result: null };
    expect(await bundler.operation(HASH)).to.equal(undefined);
    const known = { userOperation: encodeRpcUserOp(OP), entryPoint: ENTRY_POINTS["0.8"].toLowerCase() };
    answer = { result: { ...known, transactionHash: null } };
    expect(await bundler.operation(HASH)).to.deep.equal({ op: OP, entryPoint: ENTRY_POINTS["0.8"] });
    answer = { result: { ...known, transactionHash: HASH } };
    expect((await bundler.operation(HASH))?.transactionHash).to.equal(HASH);
  });

  it("eth_supportedEntryPoints", async () => {
    answer = { result: [ENTRY_POINTS["0.7"].toLowerCase()] };
    expect(await bundler.supportedEntryPoints()).to.deep.equal([ENTRY_POINTS["0.7"]]);
    expect(new BundlerTransport({ url: server.url, version: "0.7" }).entryPoint).to.equal(ENTRY_POINTS["0.7"]);
  });

  describe("raises the bundler's errors, explained", () => {
    const codes = [-32500, -32501, -32502, -32503, -32504, -32505, -32506, -32507, -32508, -32521, -32602];
    for (const rpc of codes) {
      it(`${rpc}, with status 200, 400 and 500`, async () => {
        for (const status of [200, 400, 500]) {
          answer = { error: { code: rpc, message: "no" }, status };
          const failure = await failureOf(bundler.send(OP));
          expect(failure).to.include({ code: RPC_CODES[rpc]!.code, layer: RPC_CODES[rpc]!.layer });
          expect(failure.details).to.include({ rpc });
        }
      });
    }

    it("the EntryPoint's code and the validator's error in the text", async () => {
      answer = { error: { code: -32500, message: "AA25 invalid account nonce" } };
      expect(await failureOf(bundler.send(OP))).to.include({ code: "AA25" });
      const data = VALIDATOR_INTERFACE.encodeErrorResult("BudgetExceeded", [0, 5, 3]);
      answer = { error: { code: -32500, message: `AA23 reverted ${data}` }, status: 500 };
      const failure = await failureOf(bundler.estimateGas(OP));
      expect(failure).to.include({ code: "BudgetExceeded", layer: "validator" });
      expect(failure.details).to.deep.include({ asked: 5n, remaining: 3n });
      answer = { error: { code: -32521, message: "reverted", data: concat([data]) } };
      expect(await failureOf(bundler.estimateGas(OP))).to.include({ code: "BudgetExceeded" });
    });

    it("a body that is no JSON", async () => {
      answer = { body: "<html>Bad Gateway</html>", status: 502 };
      const failure = await failureOf(bundler.send(OP));
      expect(failure.code).to.equal("SERVER_ERROR");
      expect(failure.cause).to.contain("HTTP 502: <html>Bad Gateway</html>");
      answer = { body: "[]", status: 200 };
      expect(await failureOf(bundler.send(OP))).to.include({ code: "SERVER_ERROR" });
    });

    it("silence, and nobody at home", async () => {
      answer = "silence";
      const impatient = new BundlerTransport({ url: server.url, timeout: 50 });
      expect(await failureOf(impatient.send(OP))).to.include({ code: "TIMEOUT" });
      await server.close();
      expect(await failureOf(bundler.send(OP))).to.include({ code: "NETWORK_ERROR" });
    });
  });

  describe("keeps the API key to itself", () => {
    const everything = (thing: unknown) => `${String(thing)} ${JSON.stringify(thing)} ${inspect(thing, { depth: 9 })}`;

    it("in what is printed of the transport", () => {
      expect(everything(bundler)).to.not.contain(API_KEY);
    });

    it("in errors, even if the server repeats it", async () => {
      const answers: RpcAnswer[] = [
        { error: { code: -32602, message: `POST /v2/${API_KEY}: no such field`, data: { token: API_KEY } } },
        { body: `no route for /v2/${API_KEY}`, status: 404 },
        "silence",
      ];
      for (answer of answers) {
        const failure = await failureOf(bundler.send(OP));
        expect(everything(failure) + everything(failure.original)).to.not.contain(API_KEY);
        expect(everything(failure.stack)).to.not.contain(API_KEY);
      }
      expect(() => new BundlerTransport({ url: `not a url ${API_KEY}` }))
        .to.throw("INVALID_URL")
        .that.satisfies((error: Error) => !everything(error).includes(API_KEY));
    });

    it("but not the rest of what the server says", async () => {
      answer = { error: { code: -32602, message: `at ${ALICE} for ${API_KEY}` } };
      expect((await failureOf(bundler.send(OP))).cause).to.contain(ALICE);
    });
  });
});

describe("waitForOperation", () => {
  /** Included when it is asked for the n-th time. */
  const after = (questions: number) => {
    const transport = {
      asked: 0,
      receipt: async () => (++transport.asked >= questions ? ({ success: true } as OperationReceipt) : undefined),
    };
    return transport as typeof transport & Transport;
  };

  it("asks until it is included, and no longer", async () => {
    const slept: number[] = [];
    const sleep = async (seconds: number) => void slept.push(seconds);
    const transport = after(3);
    expect(await waitForOperation(transport, HASH, { interval: 2, sleep })).to.deep.equal({ success: true });
    expect([transport.asked, slept]).to.deep.equal([3, [2, 2]]);
  });

  it("gives up after the timeout, not before", async () => {
    const options = { interval: 1, timeout: 2, sleep: async () => undefined };
    expect((await waitForOperation(after(3), HASH, options)).success).to.equal(true);
    const late = waitForOperation(after(4), HASH, options).catch((error: { code: string }) => error.code);
    expect(await late).to.equal("OPERATION_TIMEOUT");
  });
});
