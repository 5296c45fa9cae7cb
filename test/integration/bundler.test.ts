import { expect } from "chai";
import { BundlerTransport, ENTRY_POINTS, sessionId, totalBudget, transferPermission, valueCharge } from "../../sdk";
import { bundlerServer } from "../helpers/bundlerServer";
import { sessionOf } from "../helpers/operations";
import type { RpcServer } from "../helpers/rpcServer";
import { failureOf, signerOf } from "../helpers/signers";
import { world } from "../helpers/world";
import { sponsorOf } from "./signerParts";

describe("SessionSigner through a bundler's JSON-RPC", () => {
  let server: RpcServer;

  async function ready(sponsored = false) {
    const w = await world();
    server = await bundlerServer(w.bundler);
    const sponsor = await sponsorOf(w);
    const session = await sessionOf(w, [transferPermission(w.stranger.address, 50n, { charges: [valueCharge(0)] })], {
      budgets: [totalBudget(60n)],
      ...(sponsored ? { paymaster: sponsor.address } : {}),
    });
    const transport = new BundlerTransport({ url: server.url });
    const options = { transport, ...(sponsored ? { sponsor: sponsor.give } : {}) };
    const signer = await signerOf(w, session, options);
    return { w, session, signer, transport, tx: { to: w.stranger.address, value: 50n } };
  }

  afterEach(() => server.close());

  it("enables, uses, and knows what became of it", async () => {
    const { w, session, signer, transport, tx } = await ready();
    expect(await transport.supportedEntryPoints()).to.deep.equal([ENTRY_POINTS["0.8"]]);
    const response = await signer.sendTransaction(tx);
    const { operation, hash } = await response.wait();
    expect(operation).to.include({ success: true, transactionHash: hash, sender: session.account });
    expect(await w.validator.sessionStatus(sessionId(session), session.account)).to.equal(1n);
    expect(await transport.operation(response.hash)).to.deep.equal({
      op: response.op,
      entryPoint: ENTRY_POINTS["0.8"],
      transactionHash: hash,
    });
    expect(server.requests.map(({ method }) => method)).to.include.members([
      "eth_estimateUserOperationGas",
      "eth_sendUserOperation",
      "eth_getUserOperationReceipt",
    ]);
  });

  it("says why the chain refuses, from the text of the bundler's answer", async () => {
    const { w, session, transport, signer, tx } = await ready();
    await (await signer.sendTransaction(tx)).wait();
    const bold = await signerOf(w, session, { transport, precheck: false });
    const failure = await failureOf(bold.sendTransaction(tx));
    expect(failure).to.include({ code: "BudgetExceeded", layer: "validator" });
    expect(failure.details).to.include({ asked: 50n, remaining: 10n });
    expect((await (await bold.sendTransaction({ ...tx, value: 10n })).wait()).operation.success).to.equal(true);
  });

  it("a sponsored operation keeps its paymaster's fields on the way", async () => {
    const { signer, tx } = await ready(true);
    const { operation } = await (await signer.sendTransaction(tx)).wait();
    expect(operation.paymaster).to.not.equal(undefined);
    expect(operation.success).to.equal(true);
  });
});
