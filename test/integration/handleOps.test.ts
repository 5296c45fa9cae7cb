import { mine, setBalance } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { concat, id, Wallet } from "ethers";
import { ethers } from "hardhat";
import {
  callPermission,
  ecdsaKey,
  HandleOpsTransport,
  SessionFailure,
  sessionId,
  waitForOperation,
  type PackedUserOperation,
  type Session,
} from "../../sdk";
import { unpackUserOp } from "../../sdk/userOp";
import { unmined } from "../helpers/mining";
import { asAccount, enable, hashOf, operation, sessionOf } from "../helpers/operations";
import { callOf, permissionFor, word } from "../helpers/validation";
import { wallet, world, type World } from "../helpers/world";

const INCREMENT = id("increment()").slice(0, 10);

async function ready(): Promise<{ w: World; session: Session; transport: HandleOpsTransport }> {
  const w = await world();
  const session = await sessionOf(w, [permissionFor(w)]);
  await enable(w, session);
  return { w, session, transport: new HandleOpsTransport({ bundler: w.bundler }) };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    expect(error).to.be.instanceOf(SessionFailure);
    return (error as SessionFailure).code;
  }
  return "accepted";
}

describe("HandleOpsTransport", () => {
  it("sends, and tells what became of it", async () => {
    const { w, session, transport } = await ready();
    const op = await operation(w, session, [callOf(w)]);
    expect(await transport.receipt(hashOf(w, op))).to.equal(undefined);
    const hash = await transport.send(op);
    expect(hash).to.equal(hashOf(w, op));
    const receipt = await waitForOperation(transport, hash);
    expect(receipt).to.include({ userOpHash: hash, sender: session.account, nonce: op.nonce, success: true });
    expect(receipt).to.not.have.any.keys("paymaster", "revertReason");
    const transaction = await ethers.provider.getTransactionReceipt(receipt.transactionHash);
    expect(receipt).to.include({ blockHash: transaction!.blockHash, blockNumber: transaction!.blockNumber });
    // Another transport, as after a restart, finds it in the logs; after 5,000 blocks no more.
    const other = new HandleOpsTransport({ bundler: w.bundler });
    expect(await other.receipt(hash)).to.deep.equal(receipt);
    await mine(5_001);
    expect(await other.receipt(hash)).to.equal(undefined);
  });

  it("refuses before anything is sent, with the validator's error or the EntryPoint's code", async () => {
    const { w, session, transport } = await ready();
    const nonce = await w.bundler.getNonce();
    const unknown = { ...session, salt: 1n };
    expect(await codeOf(transport.send(await operation(w, unknown, [callOf(w)])))).to.equal("SessionNotEnabled");
    const forged = await operation(w, session, [callOf(w)], { key: ecdsaKey(w.otherKey) });
    expect(await codeOf(transport.send(forged))).to.equal("AA24");
    expect(await w.bundler.getNonce()).to.equal(nonce);
    expect(await codeOf(transport.send(await operation(w, session, [callOf(w)])))).to.equal("accepted");
    expect(await w.bundler.getNonce()).to.equal(nonce + 1);
  });

  it("an operation that was overtaken between simulation and block", async () => {
    const { w, session, transport } = await ready();
    const hash = await unmined(async () => {
      const sent = await transport.send(await operation(w, session, [callOf(w)]));
      expect(await transport.receipt(sent), "pending").to.equal(undefined);
      await (await asAccount(w)).revokeSession(sessionId(session), { maxPriorityFeePerGas: 10n ** 11n });
      return sent;
    });
    expect(await codeOf(transport.receipt(hash))).to.equal("BUNDLE_REVERTED");
  });

  it("one account sends several operations at once, each with a nonce of its own", async () => {
    const { w, session } = await ready();
    // A key in memory: nobody but us counts its nonces.
    const bundler = wallet("bundler").connect(ethers.provider);
    await setBalance(bundler.address, 10n ** 18n);
    const transport = new HandleOpsTransport({ bundler });
    const ops = await Promise.all([1, 2, 3].map((nonceKey) => operation(w, session, [callOf(w)], { nonceKey })));
    const hashes = await Promise.all(ops.map((op) => transport.send(op)));
    for (const hash of hashes) expect((await waitForOperation(transport, hash)).success).to.equal(true);
    expect(await w.target.records()).to.have.lengthOf(3);
  });

  it("an account that cannot pay for the transaction", async () => {
    const { w, session } = await ready();
    const poor = new HandleOpsTransport({ bundler: wallet("poor").connect(ethers.provider) });
    const op = await operation(w, session, [callOf(w)]);
    expect(await codeOf(poor.send(op))).to.not.equal("accepted");
    const beneficiary = Wallet.createRandom().address;
    const generous = new HandleOpsTransport({ bundler: w.bundler, beneficiary });
    const { actualGasCost } = await waitForOperation(generous, await generous.send(op));
    expect(await ethers.provider.getBalance(beneficiary)).to.equal(actualGasCost);
  });
});

describe("HandleOpsTransport.estimateGas", () => {
  /** The operation with the estimated limits, sealed anew. */
  async function estimated(w: World, session: Session, transport: HandleOpsTransport, data = callOf(w).data) {
    const calls = [{ ...callOf(w), data }];
    const dummy = await operation(w, session, calls, { key: { ...ecdsaKey(w.key), signDigest: dummySignature(w) } });
    const gas = await transport.estimateGas(dummy);
    return { gas, calls, op: await operation(w, session, calls, { fields: gas }) };
  }

  const dummySignature = (w: World) => () => Promise.resolve(ecdsaKey(w.key).dummySignature);

  it("suffices, leaves little over, and pays the bundler back", async () => {
    const { w, session, transport } = await ready();
    for (const round of ["first", "second"]) {
      const { op, gas } = await estimated(w, session, transport);
      const { actualGasUsed, transactionHash, success } = await waitForOperation(transport, await transport.send(op));
      expect(success, round).to.equal(true);
      const transaction = await ethers.provider.getTransactionReceipt(transactionHash);
      expect(actualGasUsed, "the bundler gets its gas back").to.be.at.least(transaction!.gasUsed);
      const limits = gas.callGasLimit + gas.verificationGasLimit + gas.preVerificationGas;
      expect(limits)
        .to.be.at.least(actualGasUsed)
        .and.at.most(actualGasUsed + 100_000n);
    }
  });

  it("ignores the limits that the operation has", async () => {
    const { w, session, transport } = await ready();
    const { gas } = await estimated(w, session, transport);
    const none: PackedUserOperation = await operation(w, session, [callOf(w)], {
      fields: { verificationGasLimit: 0n, callGasLimit: 0n },
    });
    const again = await transport.estimateGas(none);
    expect(again.callGasLimit).to.equal(gas.callGasLimit);
    expect(unpackUserOp(none).callGasLimit).to.equal(0n);
  });

  it("raises what validation or the calls would raise", async () => {
    const { w, session, transport } = await ready();
    const revoked = await operation(w, { ...session, salt: 1n }, [callOf(w)]);
    expect(await codeOf(transport.estimateGas(revoked))).to.equal("SessionNotEnabled");
    const fail = id("fail(uint256)").slice(0, 10);
    const failing = await sessionOf(w, [
      callPermission(w.targetAddress, fail),
      callPermission(w.targetAddress, INCREMENT),
    ]);
    await enable(w, failing);
    const call = { ...callOf(w), data: concat([fail, word(6)]) };
    expect(await codeOf(transport.estimateGas(await operation(w, failing, [call])))).to.equal("TARGET_REVERTED");
    const twin = { ...call, data: INCREMENT };
    expect(await codeOf(transport.estimateGas(await operation(w, failing, [twin])))).to.equal("accepted");
  });
});
