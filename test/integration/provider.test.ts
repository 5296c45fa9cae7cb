import { expect } from "chai";
import { BrowserProvider, concat, Contract, id, toQuantity, type ContractTransactionReceipt } from "ethers";
import { ethers } from "hardhat";
import {
  argumentCharge,
  callPermission,
  PROVIDER_CODES,
  ProviderRpcError,
  sessionId,
  SessionProvider,
  SessionSigner,
  totalBudget,
  type SessionSignerOptions,
} from "../../sdk";
import { unmined } from "../helpers/mining";
import { asAccount, sessionOf } from "../helpers/operations";
import { optionsOf } from "../helpers/signers";
import { word } from "../helpers/validation";
import { world, type World } from "../helpers/world";

const TRANSFER = id("transfer(address,uint256)").slice(0, 10);
const FAIL = id("fail(uint256)").slice(0, 10);
const TOKEN_ABI = [
  "function transfer(address to, uint256 amount) returns (bool)",
  "event Transfer(address indexed from, address indexed to, uint256 value)",
];
const UNKNOWN_ID = `0x${"12".repeat(32)}`;

async function ready(options: Partial<SessionSignerOptions> = {}) {
  const w = await world();
  const session = await sessionOf(
    w,
    [
      callPermission(w.tokenAddress, TRANSFER, { charges: [argumentCharge(0, [32])] }),
      callPermission(w.targetAddress, FAIL),
    ],
    { budgets: [totalBudget(100n)] },
  );
  const signer = new SessionSigner({ ...(await optionsOf(w, session)), ...options });
  const provider = new SessionProvider(signer, ethers.provider);
  const request = (method: string, ...params: unknown[]) => provider.request({ method, params });
  const pay = (amount: bigint) => ({
    to: w.tokenAddress,
    data: concat([TRANSFER, word(w.stranger.address), word(amount)]),
  });
  const chainId = toQuantity(w.chainId);
  const bundle = (overrides: object = {}) => ({
    version: "2.0.0",
    chainId,
    from: session.account,
    atomicRequired: true,
    calls: [pay(1n), pay(2n)],
    ...overrides,
  });
  return { w, session, signer, provider, request, pay, chainId, bundle };
}

/** The code that the request is refused with; "accepted" if it is not. */
async function codeOf(answer: Promise<unknown>): Promise<number | "accepted"> {
  try {
    await answer;
    return "accepted";
  } catch (error) {
    expect(error).to.be.instanceOf(ProviderRpcError);
    return (error as ProviderRpcError).code;
  }
}

const tokens = (w: World) => w.token.balanceOf(w.stranger.address);

describe("SessionProvider", () => {
  describe("as the wallet of ethers' BrowserProvider", () => {
    it("token.transfer, unchanged", async () => {
      const { w, session, provider } = await ready();
      const browser = new BrowserProvider(provider, undefined, { pollingInterval: 50 });
      const wallet = await browser.getSigner();
      expect(await wallet.getAddress()).to.equal(session.account);
      const before = await tokens(w);
      const token = new Contract(w.tokenAddress, TOKEN_ABI, wallet);
      const response = (await token.getFunction("transfer")(w.stranger.address, 5n)) as {
        wait(): Promise<ContractTransactionReceipt>;
      };
      const receipt = await response.wait();
      expect(await tokens(w)).to.equal(before + 5n);
      expect(receipt.logs.map((log) => ("fragment" in log ? log.fragment.name : log))).to.deep.equal(["Transfer"]);
      expect(await w.validator.sessionStatus(sessionId(session), session.account)).to.equal(1n);
      browser.destroy();
    });

    it("tells why a call would revert as a node does, and refuses to sign", async () => {
      const { w, provider } = await ready();
      const browser = new BrowserProvider(provider, undefined, { pollingInterval: 50 });
      const wallet = await browser.getSigner();
      const target = new Contract(w.targetAddress, w.target.interface, wallet);
      const failed = await (target.getFunction("fail")(6n) as Promise<unknown>).catch((error: unknown) => error);
      expect(failed).to.deep.include({ code: "CALL_EXCEPTION" });
      const signed = await wallet.signMessage("hello").catch((error: { error?: { code: number } }) => error);
      expect(JSON.stringify(signed)).to.contain("4200");
      browser.destroy();
    });
  });

  describe("EIP-1193", () => {
    it("accounts and chain", async () => {
      const { session, request, chainId, provider } = await ready();
      expect(await request("eth_accounts")).to.deep.equal([session.account]);
      expect(await request("eth_requestAccounts")).to.deep.equal([session.account]);
      expect(await request("eth_chainId")).to.equal(chainId);
      expect(await request("wallet_switchEthereumChain", { chainId })).to.equal(null);
      expect(await codeOf(request("wallet_switchEthereumChain", { chainId: "0x1" }))).to.equal(4902);
      expect(provider.on().removeListener()).to.equal(provider);
    });

    it("reads by the node, whatever kind of provider it is", async () => {
      const { signer, request } = await ready();
      const number = await ethers.provider.send("eth_blockNumber", []);
      expect(await request("eth_blockNumber")).to.equal(number);
      const wrapped = new SessionProvider(signer, {
        request: ({ method, params }) => ethers.provider.send(method, params as unknown[]) as Promise<unknown>,
      });
      expect(await wrapped.request({ method: "eth_blockNumber" })).to.equal(number);
    });

    it("does nothing else: 4200", async () => {
      const { request } = await ready();
      for (const method of ["personal_sign", "eth_sign", "eth_signTypedData_v4", "eth_signTransaction"]) {
        expect(await codeOf(request(method, "0x12"))).to.equal(PROVIDER_CODES.unsupportedMethod);
      }
      for (const method of ["eth_sendRawTransaction", "evm_mine", "hardhat_setBalance", "toString"]) {
        expect(await codeOf(request(method))).to.equal(PROVIDER_CODES.unsupportedMethod);
      }
    });

    it("eth_sendTransaction: an operation, known by its hash from the first moment", async () => {
      const { session, request, pay } = await ready();
      const hash = await unmined(async () => {
        const sent = (await request("eth_sendTransaction", {
          ...pay(5n),
          from: session.account,
          gas: "0x5208",
        })) as string;
        const pending = await request("eth_getTransactionByHash", sent);
        expect(pending).to.include({
          hash: sent,
          from: session.account,
          to: pay(5n).to,
          input: pay(5n).data,
          blockNumber: null,
        });
        expect(await request("eth_getTransactionReceipt", sent)).to.equal(null);
        return sent;
      });
      expect(await request("eth_getTransactionReceipt", hash)).to.include({ status: "0x1" });
      expect(await request("eth_getTransactionByHash", hash)).to.not.include({ blockNumber: null });
      // Any other transaction is the node's to know.
      const { transactionHash } = (await request("eth_getTransactionReceipt", hash)) as { transactionHash: string };
      const bundle = (await request("eth_getTransactionReceipt", transactionHash)) as { logs: unknown[] };
      expect(bundle.logs.length).to.be.greaterThan(1);
    });

    it("refuses what the session does not allow: 4100, and malformed requests: -32602", async () => {
      const { w, request, pay } = await ready();
      const send = (tx: unknown) => codeOf(request("eth_sendTransaction", tx));
      expect(await send({ ...pay(1n), from: w.stranger.address })).to.equal(4100);
      expect(await send({ ...pay(1n), to: w.targetAddress })).to.equal(4100);
      expect(await send(pay(101n))).to.equal(4100);
      expect(await send({ data: "0x1234" })).to.equal(4100);
      for (const wrong of [
        undefined,
        { ...pay(1n), to: "0x12" },
        { ...pay(1n), data: "0x1" },
        { ...pay(1n), value: 1 },
      ]) {
        expect(await send(wrong)).to.equal(-32602);
      }
      expect(await send(pay(100n))).to.equal("accepted");
    });

    it("what the chain or the network refuses", async () => {
      const { w, request } = await ready();
      const fail = { to: w.targetAddress, data: concat([FAIL, word(6)]) };
      const reverted = await request("eth_sendTransaction", fail).catch((error: ProviderRpcError) => error);
      expect(reverted).to.include({ code: 3, data: w.target.interface.encodeErrorResult("Refused", [6n]) });
      const thief = await ready({ key: w.otherKey });
      expect(await codeOf(thief.request("eth_sendTransaction", thief.pay(1n)))).to.equal(4100);
    });
  });

  describe("EIP-5792", () => {
    it("wallet_getCapabilities: batches are atomic", async () => {
      const { w, session, request, chainId } = await ready();
      const all = { [chainId]: { atomic: { status: "supported" } } };
      expect(await request("wallet_getCapabilities", session.account)).to.deep.equal(all);
      expect(await request("wallet_getCapabilities", session.account, [chainId, "0x1"])).to.deep.equal(all);
      expect(await request("wallet_getCapabilities", session.account, ["0x1"])).to.deep.equal({});
      expect(await codeOf(request("wallet_getCapabilities", w.stranger.address))).to.equal(4100);
    });

    it("wallet_sendCalls, pending, then confirmed", async () => {
      const { w, request, bundle, chainId } = await ready();
      const before = await tokens(w);
      const common = (id: string) => ({ version: "2.0.0", id, chainId, atomic: true });
      const callsId = await unmined(async () => {
        const { id } = (await request("wallet_sendCalls", bundle())) as { id: string };
        expect(await request("wallet_getCallsStatus", id)).to.deep.equal({ ...common(id), status: 100 });
        return id;
      });
      const status = (await request("wallet_getCallsStatus", callsId)) as { status: number; receipts: [Receipt] };
      expect(status).to.include({ ...common(callsId), status: 200 });
      const [receipt] = status.receipts;
      expect(receipt).to.have.all.keys("logs", "status", "blockHash", "blockNumber", "gasUsed", "transactionHash");
      expect([receipt.status, receipt.logs.length]).to.deep.equal(["0x1", 2]);
      expect(receipt.logs[0]).to.have.all.keys("address", "topics", "data");
      expect(await tokens(w)).to.equal(before + 3n);
      // Another provider, as after a restart.
      const { signer } = await readyAgain();
      const later = new SessionProvider(signer, ethers.provider);
      expect(await later.request({ method: "wallet_getCallsStatus", params: [callsId] })).to.deep.equal(status);

      async function readyAgain() {
        const session = await sessionOf(w, [callPermission(w.tokenAddress, TRANSFER)]);
        return { signer: new SessionSigner(await optionsOf(w, session)) };
      }
    });

    it("reverted: 500, with a receipt that says so", async () => {
      const gas = { callGasLimit: 200_000n, verificationGasLimit: 400_000n, preVerificationGas: 60_000n };
      const { w, request, bundle, pay } = await ready({ gas });
      const calls = [pay(1n), { to: w.targetAddress, data: concat([FAIL, word(6)]) }];
      const { id: callsId } = (await request("wallet_sendCalls", bundle({ calls }))) as { id: string };
      const status = (await request("wallet_getCallsStatus", callsId)) as { status: number; receipts: [Receipt] };
      expect([status.status, status.receipts[0].status, status.receipts[0].logs.length]).to.deep.equal([500, "0x0", 1]);
    });

    it("refused between node and block: 400", async () => {
      const { w, session, request, bundle } = await ready();
      const callsId = await unmined(async () => {
        const { id } = (await request("wallet_sendCalls", bundle())) as { id: string };
        await (await asAccount(w)).revokeSession(sessionId(session), { maxPriorityFeePerGas: 10n ** 11n });
        return id;
      });
      expect(await request("wallet_getCallsStatus", callsId)).to.include({ status: 400 });
    });

    it("an id of the app's own, once", async () => {
      const { request, bundle, pay } = await ready();
      const named = (calls: unknown[]) => request("wallet_sendCalls", bundle({ id: "mine", calls }));
      // What was refused was not sent: its id is free.
      expect(await codeOf(named([pay(101n)]))).to.equal(4100);
      expect(await named([pay(1n)])).to.deep.equal({ id: "mine" });
      expect(await codeOf(named([pay(1n)]))).to.equal(5720);
      expect(await request("wallet_getCallsStatus", "mine")).to.include({ id: "mine", status: 200 });
      expect(await codeOf(request("wallet_getCallsStatus", "yours"))).to.equal(5730);
      expect(await codeOf(request("wallet_getCallsStatus", UNKNOWN_ID))).to.equal(5730);
    });

    it("refuses with the codes of the standard, and takes the twins", async () => {
      const { w, request, bundle, pay } = await ready();
      const send = (overrides: object) => codeOf(request("wallet_sendCalls", bundle(overrides)));
      const paymaster = (optional: boolean) => ({ paymasterService: { url: "https://x", optional } });
      const cases: [object, object, number][] = [
        [{ version: "1.0" }, {}, -32602],
        [{ atomicRequired: undefined }, { atomicRequired: false }, -32602],
        [{ from: w.stranger.address }, { from: undefined }, 4100],
        [{ chainId: "0x1" }, {}, 5710],
        [{ chainId: "0x07a69" }, {}, -32602],
        [{ calls: [] }, { calls: [pay(1n)] }, -32602],
        [{ calls: Array(33).fill(pay(1n)) }, { calls: Array(20).fill(pay(1n)) }, 5740],
        [{ calls: [{ ...pay(1n), value: "1" }] }, { calls: [{ ...pay(1n), value: "0x0" }] }, -32602],
        [{ calls: [{ data: "0x1234" }] }, {}, 4100],
        [{ capabilities: paymaster(false) }, { capabilities: paymaster(true) }, 5700],
        [
          { calls: [{ ...pay(1n), capabilities: paymaster(false) }] },
          { calls: [{ ...pay(1n), capabilities: paymaster(true) }] },
          5700,
        ],
        [{ id: "" }, { id: "x" }, -32602],
        [{ id: "0".repeat(8195) }, { id: "0".repeat(8194) }, -32602],
      ];
      for (const [wrong, right, code] of cases) {
        expect(await send(wrong), JSON.stringify(wrong).slice(0, 80)).to.equal(code);
        expect(await send(right), JSON.stringify(right).slice(0, 80)).to.equal("accepted");
      }
    });
  });
});

interface Receipt {
  readonly status: string;
  readonly logs: readonly object[];
}
