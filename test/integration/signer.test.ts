import { generateKeyPairSync } from "node:crypto";
import { mine, setBalance, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { concat, Contract, id, type ContractTransactionReceipt } from "ethers";
import { ethers } from "hardhat";
import {
  argumentCharge,
  callPermission,
  decodeExecute,
  ecdsaKey,
  FEES_SPONSORED,
  HandleOpsTransport,
  periodicBudget,
  proofFor,
  rule,
  sessionId,
  SessionSigner,
  totalBudget,
  transferPermission,
  type Call,
  type Clock,
  type Grant,
  type PackedUserOperation,
  type Session,
  type SessionResponse,
} from "../../sdk";
import { p256Key } from "../../sdk/keys/p256";
import { unpackGas } from "../../sdk/userOp";
import { P256Verifier__factory } from "../../typechain-types";
import { asAccount, enable, sessionOf } from "../helpers/operations";
import { unmined } from "../helpers/mining";
import { failureOf, optionsOf, signerOf } from "../helpers/signers";
import { word } from "../helpers/validation";
import { now, world } from "../helpers/world";
import { sponsorOf, unborn, unreachable } from "./signerParts";

const DAY = 86_400;
const WEEK = 7 * DAY;
const TRANSFER = id("transfer(address,uint256)").slice(0, 10);
const FAIL = id("fail(uint256)").slice(0, 10);
const TOKEN_ABI = [
  "function transfer(address to, uint256 amount) returns (bool)",
  "event Transfer(address indexed from, address indexed to, uint256 value)",
];

interface TokenContract {
  transfer(
    to: string,
    amount: bigint,
    overrides?: object,
  ): Promise<{ hash: string; wait(): Promise<ContractTransactionReceipt> }>;
}

/** May transfer tokens, 100 a week, make the target fail, and send a little ether. */
async function ready(overrides: Partial<Session> = {}) {
  const w = await world();
  const session = await sessionOf(
    w,
    [
      callPermission(w.tokenAddress, TRANSFER, { charges: [argumentCharge(0, [32])] }),
      callPermission(w.targetAddress, FAIL),
      transferPermission(w.stranger.address, 7n),
    ],
    { budgets: [periodicBudget(100n, WEEK)], ...overrides },
  );
  const pay = (amount: bigint): Call => ({
    target: w.tokenAddress,
    value: 0n,
    data: concat([TRANSFER, word(w.stranger.address), word(amount)]),
  });
  const token = (signer: SessionSigner) => new Contract(w.tokenAddress, TOKEN_ABI, signer) as unknown as TokenContract;
  const balance = () => w.token.balanceOf(w.stranger.address);
  const status = () => w.validator.sessionStatus(sessionId(session), session.account);
  return { w, session, pay, token, balance, status };
}

const resolved = <Result>(result: Result) => Promise.resolve(result);

/** The time at which the world begins: that of the chain before may be later. */
async function start(): Promise<number> {
  await world();
  return now();
}

/** The two low bits of the envelope's head. */
const modeOf = ({ op }: SessionResponse) => Number(op.signature.slice(0, 4)) & 3;

describe("SessionSigner", () => {
  describe("sends what a contract is asked for", () => {
    it("first enabling the session, then using it", async () => {
      const { w, session, pay, token, balance, status } = await ready();
      const signer = await signerOf(w, session);
      const before = await balance();
      expect(await status()).to.equal(0n);
      const response = await token(signer).transfer(w.stranger.address, 5n);
      const receipt = await response.wait();
      expect(await status()).to.equal(1n);
      expect(await balance()).to.equal(before + 5n);
      // The receipt is the contract's: its events are parsed, and only those of the operation are in there.
      expect(receipt.status).to.equal(1);
      expect(receipt.hash).to.not.equal(response.hash);
      expect(receipt.logs.map((log) => ("fragment" in log ? log.fragment.name : log))).to.deep.equal(["Transfer"]);
      const second = await signer.sendTransaction({ to: w.tokenAddress, data: pay(1n).data });
      expect(modeOf(second)).to.equal(0);
      expect((await second.wait()).operation.success).to.equal(true);
    });

    it("the modes: enable as long as the chain does not know the session, signed when asked, use without a grant", async () => {
      const { w, session, pay, status } = await ready();
      const signer = await signerOf(w, session);
      expect(modeOf(await signer.sendCalls([pay(1n)], { mode: "signed" }))).to.equal(2);
      expect(await status(), "signed stores nothing").to.equal(0n);
      expect(modeOf(await signer.sendCalls([pay(1n)]))).to.equal(1);
      expect(modeOf(await signer.sendCalls([pay(1n)]))).to.equal(0);
      const { grant, ...options } = await optionsOf(w, session);
      const ungranted = new SessionSigner({ ...options, session, validator: w.validatorAddress });
      expect(modeOf(await ungranted.sendCalls([pay(1n)]))).to.equal(0);
      expect(() => new SessionSigner({ ...options, session })).to.throw("NO_SESSION");
      const proven = { ...options, grant: proofFor(grant as Grant, 0) };
      expect(() => new SessionSigner(proven), "a proof names neither").to.throw("NO_SESSION");
      expect(() => new SessionSigner({ ...proven, session })).to.throw("NO_SESSION");
      const whole = new SessionSigner({ ...proven, session, validator: w.validatorAddress });
      expect(modeOf(await whole.sendCalls([pay(1n)], { mode: "signed" }))).to.equal(2);
      const other = { ...session, salt: 9n };
      expect(() => new SessionSigner({ ...options, grant: grant!, session: other })).to.throw("NOT_GRANTED");
    });

    it("a batch: all or none", async () => {
      const { w, session, pay, balance } = await ready();
      const signer = await signerOf(w, session);
      const before = await balance();
      const ether: Call = { target: w.stranger.address, value: 7n, data: "0x" };
      const response = await signer.sendCalls([pay(1n), ether, pay(2n)]);
      expect(decodeExecute(response.op.callData)).to.have.lengthOf(3);
      const { operation, logs } = await response.wait();
      expect([operation.success, logs.length]).to.deep.equal([true, 2]);
      expect(await balance()).to.equal(before + 3n);
    });

    it("operations at once, in lanes of their own; by a named key in their order", async () => {
      const { w, session, pay, balance } = await ready();
      await enable(w, session);
      const signer = await signerOf(w, session);
      const before = await balance();
      const [responses, named] = await unmined(
        async () =>
          [
            await Promise.all([1n, 2n, 3n].map((amount) => signer.sendCalls([pay(amount)]))),
            await Promise.all([4n, 5n].map((amount) => signer.sendCalls([pay(amount)], { nonceKey: 9 }))),
          ] as const,
      );
      const lanes = responses.map(({ op }) => (op.nonce >> 64n) & 0xffffffffn);
      expect(lanes).to.have.members([0n, 1n, 2n]);
      expect(named[1]!.op.nonce).to.equal(named[0]!.op.nonce + 1n);
      for (const response of [...responses, ...named]) expect((await response.wait()).operation.success).to.equal(true);
      expect(await balance()).to.equal(before + 15n);
      // Nothing is on its way any more: the first lane will do.
      const next = await signer.sendCalls([pay(1n)]);
      expect(next.op.nonce).to.equal(responses[lanes.indexOf(0n)]!.op.nonce + 1n);
    });

    it("by a named key in the order of the asking, however late the node or a name answers the first", async () => {
      const { w, session, pay } = await ready();
      await enable(w, session);
      const late = async <Result>(result: Result) => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        return result;
      };
      let asked = 0;
      const provider = new Proxy(ethers.provider, {
        get(target, name) {
          if (name === "getNetwork") return async () => (asked++ === 0 ? late : resolved)(await target.getNetwork());
          const member: unknown = Reflect.get(target, name, target);
          return typeof member === "function" ? (member.bind(target) as unknown) : member;
        },
      });
      const signer = await signerOf(w, session, { provider, nonceKey: 9 });
      const { target: to, data } = pay(3n);
      const sent = await unmined(() =>
        Promise.all([
          signer.sendCalls([pay(1n)]),
          signer.sendCalls([pay(2n)]),
          signer.sendTransaction({ to: late(to), data }),
          signer.sendCalls([pay(4n)]),
        ]),
      );
      const sequences = sent.map(({ op }) => op.nonce & 0xffffn);
      expect(sequences).to.deep.equal([0n, 1n, 2n, 3n]);
    });

    it("and says why the calls reverted, however one waits", async () => {
      const { w, session } = await ready();
      const signer = await signerOf(w, session, { abis: [w.target.interface] });
      const fail = { to: w.targetAddress, data: concat([FAIL, word(6)]) };
      const gas = { callGasLimit: 100_000n, verificationGasLimit: 300_000n, preVerificationGas: 60_000n };
      expect(await failureOf(signer.sendTransaction(fail)), "estimating tells it before").to.include({
        code: "TARGET_REVERTED",
      });
      const response = await signer.sendCalls([{ target: w.targetAddress, value: 0n, data: fail.data }], { gas });
      const failure = await failureOf(response.wait());
      expect(failure).to.include({ code: "TARGET_REVERTED", layer: "target" });
      expect(failure.cause).to.contain("Refused(value 6)");
      expect(failure.original).to.include({ success: false, userOpHash: response.hash });
      expect((await failureOf(signer.provider.waitForTransaction(response.hash))).code).to.equal("TARGET_REVERTED");
      // As ethers' Contract waits, by a response of its own.
      const target = new Contract(
        w.targetAddress,
        w.target.interface,
        await signerOf(w, session, { gas, abis: [w.target.interface] }),
      );
      const sent = (await target.getFunction("fail")(6n)) as { wait(): Promise<unknown> };
      expect((await failureOf(sent.wait())).cause).to.contain("Refused(value 6)");
    });

    it("waits for as many confirmations as it is asked for", async () => {
      const { w, session, pay } = await ready();
      const signer = await signerOf(w, session);
      const response = await signer.sendCalls([pay(1n)]);
      const receipt = await response.wait();
      const confirmed = response.wait(3, 20_000);
      await mine(2);
      expect((await confirmed).hash).to.equal(receipt.hash);
    });
  });

  describe("refuses", () => {
    it("what no permission allows, what the budget does not cover, what is revoked: before it is sent", async () => {
      const { w, session, pay } = await ready();
      const transport = unreachable(new HandleOpsTransport({ bundler: w.bundler }));
      const signer = await signerOf(w, session, { transport });
      const foreign = await failureOf(signer.sendCalls([{ ...pay(1n), target: w.targetAddress }]));
      expect(foreign).to.include({ code: "NO_PERMISSION", layer: "sdk" });
      const dear = await failureOf(signer.sendCalls([pay(101n)]));
      expect(dear).to.include({ code: "BudgetExceeded", layer: "validator" });
      expect(dear.details).to.deep.equal({ budget: 0n, asked: 101n, remaining: 100n });
      await (await asAccount(w)).revokeSession(sessionId(session));
      expect((await failureOf(signer.sendCalls([pay(100n)]))).code).to.equal("SessionIsRevoked");
    });

    it("the fee that its budget does not cover, and lets pass the one that it does", async () => {
      const poor = await ready({ budgets: [periodicBudget(100n, WEEK), totalBudget(10n)], feeBudget: 1 });
      const bundling = new HandleOpsTransport({ bundler: poor.w.bundler });
      // Gas can be estimated, because a wrong key pays nothing; nothing can be sent.
      const transport = {
        ...unreachable(bundling),
        estimateGas: (op: PackedUserOperation) => bundling.estimateGas(op),
      };
      const signer = await signerOf(poor.w, poor.session, { transport });
      const failure = await failureOf(signer.sendCalls([poor.pay(1n)]));
      expect(failure).to.include({ code: "BudgetExceeded" });
      expect(failure.details).to.include({ budget: 1n, remaining: 10n });
      const rich = await ready({ budgets: [periodicBudget(100n, WEEK), totalBudget(10n ** 18n)], feeBudget: 1 });
      const response = await (await signerOf(rich.w, rich.session)).sendCalls([rich.pay(1n)]);
      expect((await response.wait()).operation.success).to.equal(true);
    });

    it("nothing by itself if told so: then the chain does, with the same error", async () => {
      const { w, session, pay } = await ready();
      const signer = await signerOf(w, session, { precheck: false });
      const failure = await failureOf(signer.sendCalls([pay(101n)]));
      expect(failure).to.include({ code: "BudgetExceeded", layer: "validator" });
      expect(failure.details).to.include({ asked: 101n, remaining: 100n });
      expect((await failureOf((await signerOf(w, session)).sendCalls([pay(101n)]))).code).to.equal(failure.code);
      expect((await (await signer.sendCalls([pay(100n)])).wait()).operation.success).to.equal(true);
    });

    it("to sign anything else", async () => {
      const { w, session } = await ready();
      const signer = await signerOf(w, session);
      for (const signing of [signer.signMessage(), signer.signTransaction(), signer.signTypedData()]) {
        expect(await failureOf(signing)).to.include({ code: "SESSION_KEYS_DO_NOT_SIGN", layer: "sdk" });
      }
      expect(await signer.getAddress()).to.equal(session.account);
    });

    it("transactions that no operation can be", async () => {
      const { w, session, pay } = await ready();
      const signer = await signerOf(w, session);
      const good = { to: w.tokenAddress, data: pay(1n).data, from: session.account, chainId: w.chainId };
      for (const wrong of [{ to: null }, { from: w.stranger.address }, { chainId: 1n }, { nonce: 0 }]) {
        expect((await failureOf(signer.sendTransaction({ ...good, ...wrong }))).code).to.equal(
          "UNSUPPORTED_TRANSACTION",
        );
      }
      expect((await (await signer.sendTransaction(good)).wait()).operation.success).to.equal(true);
    });

    it("another chain", async () => {
      const { w, session, pay } = await ready({ chainId: 1n });
      expect((await failureOf((await signerOf(w, session)).sendCalls([pay(1n)]))).code).to.equal("WRONG_CHAIN");
    });
  });

  describe("waits for the right time", () => {
    /** The clock of the last block, which sleeping turns: to look at it mines nothing. */
    const turning = (slept: number[]): Clock => ({
      now: () => time.latest(),
      sleep: async (seconds) => {
        slept.push(seconds);
        await time.increase(seconds);
      },
    });

    it("the last seconds of a weekly period, which would not be included in time", async () => {
      const { w, session, pay } = await ready();
      const slept: number[] = [];
      const signer = await signerOf(w, session, { clock: turning(slept) });
      await (await signer.sendCalls([pay(100n)])).wait();
      const end = session.validAfter + WEEK - 1;
      const spent = await failureOf(signer.sendCalls([pay(1n)]));
      expect([spent.code, slept]).to.deep.equal(["BudgetExceeded", []]);
      await time.increaseTo(end - 10);
      const receipt = await (await signer.sendCalls([pay(100n)])).wait();
      expect(slept).to.deep.equal([10 + 1 + 1]);
      const { timestamp } = await receipt.getBlock();
      expect(timestamp).to.be.greaterThan(end);
    });

    it("not the end of the session, nor a budget that is not charged", async () => {
      const { w, session, pay } = await ready({ validUntil: (await start()) + WEEK });
      const slept: number[] = [];
      const signer = await signerOf(w, session, { clock: turning(slept) });
      await time.increaseTo(session.validAfter + WEEK - 10);
      await (await signer.sendCalls([{ target: w.stranger.address, value: 7n, data: "0x" }])).wait();
      expect(slept).to.deep.equal([]);
      await time.increaseTo(session.validUntil - 5);
      await (await signer.sendCalls([pay(1n)])).wait();
      expect(slept).to.deep.equal([]);
      await time.increaseTo(session.validUntil + 1);
      expect((await failureOf(signer.sendCalls([pay(1n)]))).code).to.equal("SESSION_NOT_ACTIVE");
    });

    it("a session that begins in a moment, not one that begins tomorrow", async () => {
      const begin = (await start()) + 5;
      const soon = await ready({ validAfter: begin });
      const slept: number[] = [];
      const signer = await signerOf(soon.w, soon.session, { clock: turning(slept) });
      await (await signer.sendCalls([soon.pay(1n)])).wait();
      expect(slept).to.have.lengthOf(1);
      const later = await ready({ validAfter: (await start()) + DAY });
      const early = await signerOf(later.w, later.session, { clock: turning(slept) });
      expect((await failureOf(early.sendCalls([later.pay(1n)]))).code).to.equal("SESSION_NOT_ACTIVE");
      expect(slept).to.have.lengthOf(1);
    });

    it("and not forever, if the clock stands still", async () => {
      const { w, session, pay } = await ready();
      const at = session.validAfter + WEEK - 5;
      const clock = { now: () => Promise.resolve(at), sleep: () => Promise.resolve() };
      expect((await failureOf((await signerOf(w, session, { clock })).sendCalls([pay(1n)]))).code).to.equal(
        "CLOCK_STANDS_STILL",
      );
    });
  });

  describe("works with", () => {
    it("a P-256 key", async () => {
      const w = await world();
      const verifier = await (await new P256Verifier__factory(w.bundler).deploy()).getAddress();
      const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const key = await p256Key({ verifier, key: privateKey });
      const session = await sessionOf(w, [transferPermission(w.stranger.address, 7n)], { signer: key.signer });
      const signer = await signerOf(w, session, { key });
      for (let use = 0; use < 2; use++) {
        const { operation } = await (await signer.sendTransaction({ to: w.stranger.address, value: 7n })).wait();
        expect(operation.success).to.equal(true);
      }
    });

    it("an ethers wallet as the key, and refuses a wrong one", async () => {
      const { w, session, pay } = await ready();
      await (await (await signerOf(w, session, { key: w.key })).sendCalls([pay(1n)])).wait();
      const thief = await signerOf(w, session, { key: w.otherKey });
      expect((await failureOf(thief.sendCalls([pay(1n)]))).code).to.equal("AA24");
    });

    it("a key that costs more than its dummy", async () => {
      const { w, session, pay } = await ready();
      const key = ecdsaKey(w.key);
      const limit = async (unestimatedGas: bigint) => {
        const signer = await signerOf(w, session, { key: { ...key, unestimatedGas }, nonceKey: 1 });
        return unpackGas((await signer.sendCalls([pay(1n)], { mode: "signed" })).op).verificationGasLimit;
      };
      await limit(0n);
      expect(await limit(50_000n)).to.equal((await limit(0n)) + 50_000n);
    });

    it("a batch whose validation would cost too much, unless a limit is named", async () => {
      const w = await world();
      const budgets = Array.from({ length: 8 }, () => totalBudget(1_000n));
      const rules = budgets.map(() => rule("gte", [32], 0n));
      const charges = budgets.map((_, index) => argumentCharge(index, [32]));
      const permission = callPermission(w.tokenAddress, TRANSFER, { rules, charges });
      const session = await sessionOf(w, [permission], { budgets });
      const data = concat([TRANSFER, word(w.stranger.address), word(1n)]);
      const batch = (count: number) =>
        Array.from({ length: count }, () => ({ target: w.tokenAddress, value: 0n, data }));
      const signer = await signerOf(w, session);
      const { code, details } = await failureOf(signer.sendCalls(batch(12)));
      expect([code, details["max"]]).to.deep.equal(["VALIDATION_TOO_EXPENSIVE", 400_000n]);
      expect(details["found"]).to.be.greaterThan(400_000n);
      await (await signer.sendCalls(batch(3))).wait();
      const gas = { verificationGasLimit: 600_000n };
      await (await signer.sendCalls(batch(12), { gas })).wait();
    });

    it("a sponsor, who is asked for a stub first", async () => {
      const w = await world();
      const sponsor = await sponsorOf(w);
      const session = await sessionOf(w, [transferPermission(w.stranger.address, 7n)], {
        paymaster: sponsor.address,
        feeBudget: FEES_SPONSORED,
      });
      const tx = { to: w.stranger.address, value: 7n };
      const unsponsored = await signerOf(w, session);
      expect((await failureOf(unsponsored.sendTransaction(tx))).code).to.equal("PaymasterRequired");
      const stages: string[] = [];
      const signer = await signerOf(w, session, {
        sponsor: (op, stage) => {
          stages.push(stage);
          return sponsor.give(op, stage);
        },
      });
      const balance = await ethers.provider.getBalance(session.account);
      const { operation } = await (await signer.sendTransaction(tx)).wait();
      expect(operation).to.include({ success: true, paymaster: sponsor.address });
      expect(stages).to.deep.equal(["stub", "final"]);
      expect(await ethers.provider.getBalance(session.account)).to.equal(balance - 7n);
    });

    it("an account that does not exist yet", async () => {
      const w = await world();
      const { account, creation } = await unborn(w);
      await setBalance(account, 10n ** 18n);
      const session = await sessionOf(w, [transferPermission(w.stranger.address, 7n)], { account, epoch: 1n });
      const tx = { to: w.stranger.address, value: 7n };
      const bare = await signerOf(w, session);
      expect((await failureOf(bare.sendTransaction(tx))).code).to.not.equal("UNKNOWN");
      const signer = await signerOf(w, session, { creation });
      expect((await (await signer.sendTransaction(tx)).wait()).operation.success).to.equal(true);
      const second = await signer.sendTransaction(tx);
      expect([second.op.initCode, modeOf(second)]).to.deep.equal(["0x", 0]);
    });
  });
});
