import { loadFixture, setCode, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers, network } from "hardhat";
import ENTRY_POINT_ARTIFACT from "@account-abstraction/contracts/artifacts/EntryPoint.json";
import {
  analyse,
  checkOperation,
  contextOf,
  inspectOperation,
  slotsOf,
  type Query,
  type Report,
  type Rpc,
  type StructLog,
  type Violation,
} from "./checker";
import {
  ENTRY_POINT,
  NOTHING,
  Route,
  addressOf,
  deployBench,
  ownOpcode,
  queryOf,
  type Bench,
  type Scenario,
  type Step,
} from "./fixture";
import {
  ACCESS_VICES,
  DEEPER_ROUTES,
  OPCODE_ROUTES,
  OPCODE_VICES,
  RAW_VICES,
  STORAGE_VICES,
  VIRTUES,
  atOffset,
  callTo,
  type StepOf,
} from "./vices";

const TIMESTAMP = 0x42;
const CREATE = 0xf0;
const CREATE2 = 0xf5;
const P256_PRECOMPILE = "0x0000000000000000000000000000000000000100";
const RAW = ethers.getAddress("0x000000000000000000000000000000000000bad0");

let bench: Bench;

async function check(scenario: Scenario, options: Partial<Query> = {}): Promise<Violation[]> {
  return checkOperation({ ...queryOf(bench, scenario), ...options });
}

/** The violations of an account that takes this step. */
async function checkStep(stepOf: StepOf, options: Partial<Query> = {}): Promise<Violation[]> {
  return check({ step: stepOf(bench) }, options);
}

function rulesOf(violations: readonly Violation[]): string[] {
  return [...new Set(violations.map(({ rule }) => rule))];
}

function entitiesOf(violations: readonly Violation[]): string[] {
  return [...new Set(violations.map(({ entity }) => entity))];
}

describe("ERC-7562 checker", () => {
  beforeEach(async () => {
    bench = await loadFixture(deployBench);
  });

  describe("lets pass", () => {
    for (const { name, step } of VIRTUES) {
      it(name, async () => {
        expect(await checkStep(step)).to.deep.equal([]);
      });
    }

    it("P256VERIFY, where the text is followed", async () => {
      expect(await check({ step: callTo(P256_PRECOMPILE) })).to.deep.equal([]);
    });

    it("everything in the execution phase", async () => {
      const callData = bench.account.interface.encodeFunctionData("take", [ownOpcode(TIMESTAMP)]);
      expect(await check({ callData })).to.deep.equal([]);
    });

    it("everything in the execution phase, in a trace that contains it", async () => {
      const callData = bench.account.interface.encodeFunctionData("take", [ownOpcode(TIMESTAMP)]);
      const query = queryOf(bench, { callData });
      const { report, stepOfTimestamp } = await analyseWhole(query);
      const { violations, slots, gasUsed } = await inspectOperation(query);
      expect(report).to.deep.include({ violations, slots, gasUsed });
      expect(report.steps).to.be.lessThan(stepOfTimestamp);
    });

    /** The way of a transaction that was mined: no stopper, so the trace goes on with the execution. */
    async function analyseWhole(query: Query): Promise<{ report: Report; stepOfTimestamp: number }> {
      const abi = new ethers.Interface(ENTRY_POINT_ARTIFACT.abi);
      const data = abi.encodeFunctionData("handleOps", [[query.userOp], query.from]);
      const call = { from: query.from, to: query.entryPoint, data };
      const { structLogs } = (await network.provider.send("debug_traceCall", [call])) as { structLogs: StructLog[] };
      const report = analyse(structLogs, await contextOf(query, data, structLogs));
      return { report, stepOfTimestamp: structLogs.findIndex(({ op, depth }) => op === "TIMESTAMP" && depth > 2) };
    }
  });

  describe("flags an opcode", () => {
    for (const [opcode, name, rule] of OPCODE_VICES) {
      it(`${name}, by the account itself and behind CALL and DELEGATECALL`, async () => {
        for (const [route, stepOf] of OPCODE_ROUTES) expectOpcode(await checkStep(stepOf(opcode)), name, rule, route);
      });
    }

    for (const [route, stepOf] of DEEPER_ROUTES) {
      it(`behind ${route}`, async () => {
        expectOpcode(await checkStep(stepOf(TIMESTAMP)), "TIMESTAMP", "OP-011", route);
      });
    }

    function expectOpcode(violations: readonly Violation[], name: string, rule: string, route: string): void {
      expect(rulesOf(violations), route).to.deep.equal([rule]);
      expect(entitiesOf(violations), route).to.deep.equal(["account"]);
      expect(violations[0]?.detail, route).to.contain(name);
    }

    for (const [name, code, rule] of RAW_VICES) {
      it(name, async () => {
        await setCode(RAW, code);
        expect(rulesOf(await check({ step: callTo(RAW) }))).to.deep.equal([rule]);
      });
    }

    it("and says whose code it was", async () => {
      const use = bench.innerRelay.interface.encodeFunctionData("use", [TIMESTAMP]);
      const step = { route: Route.DelegateCall, target: addressOf(bench.innerRelay), data: use };
      const violations = await check({ step });
      expect(violations[0]?.contract).to.equal(addressOf(bench.innerRelay).toLowerCase());
    });
  });

  describe("flags an access", () => {
    for (const { name, step, rule } of ACCESS_VICES) {
      it(name, async () => {
        expect(rulesOf(await checkStep(step))).to.deep.equal([rule]);
      });
    }

    it("out of gas in the account itself", async () => {
      const query = queryOf(bench, {});
      const userOp = { ...query.userOp, accountGasLimits: ethers.toBeHex(5_000n << 128n, 32) };
      expect(rulesOf(await checkOperation({ ...query, userOp }))).to.deep.equal(["OP-020"]);
    });

    it("P256VERIFY, where bundlers refuse it", async () => {
      const violations = await check({ step: callTo(P256_PRECOMPILE) }, { allowP256Precompile: false });
      expect(rulesOf(violations)).to.deep.equal(["OP-062"]);
    });

    it("an EIP-7702 account that is not the sender", async () => {
      await setCode(RAW, ethers.concat(["0xef0100", addressOf(bench.stateless)]));
      expect(rulesOf(await check({ step: callTo(RAW) }))).to.deep.equal(["AUTH-020"]);
    });
  });

  describe("flags storage", () => {
    for (const { name, step, rule, views } of STORAGE_VICES) {
      it(name, async () => {
        const violations = await checkStep(step);
        expect(rulesOf(violations)).to.deep.equal([rule]);
        for (const violation of violations) expect(violation.views).to.deep.equal(views ?? ["spec", "bundlers"]);
      });
    }

    it("and shows what was hashed", async () => {
      const violations = await checkStep(atOffset(129));
      const account = addressOf(bench.account).toLowerCase().slice(2);
      expect(violations[0]?.contract).to.equal(addressOf(bench.storage).toLowerCase());
      expect(violations[0]?.detail).to.match(
        new RegExp(`write of slot 0x.*keccak256\\(0x0{24}${account}.*\\) \\+ 129`),
      );
    });
  });

  describe("with a factory", () => {
    const staked = { factoryStaked: true };

    function call(target: { readonly target: unknown }, data: string): Scenario["step"] {
      return { route: Route.Call, target: addressOf(target), data };
    }

    function writeAssociated(): Scenario["step"] {
      return call(bench.storage, bench.storage.interface.encodeFunctionData("writeAssociated", [bench.unborn]));
    }

    function writeGlobal(): Scenario["step"] {
      return call(bench.storage, bench.storage.interface.encodeFunctionData("writeGlobal"));
    }

    function readGlobal(): Scenario["step"] {
      return call(bench.storage, bench.storage.interface.encodeFunctionData("readGlobal"));
    }

    it("lets it create the account", async () => {
      expect(await check({ factoryStep: NOTHING })).to.deep.equal([]);
    });

    it("lets it look at the account that is not there yet", async () => {
      expect(await check({ factoryStep: callTo(bench.unborn) })).to.deep.equal([]);
    });

    it("flags an opcode of the factory as the factory's", async () => {
      const violations = await check({ factoryStep: ownOpcode(TIMESTAMP) }, staked);
      expect(rulesOf(violations)).to.deep.equal(["OP-011"]);
      expect(entitiesOf(violations)).to.deep.equal(["factory"]);
    });

    it("flags a second CREATE2", async () => {
      expect(rulesOf(await check({ factoryStep: use(CREATE2) }))).to.deep.equal(["OP-031"]);
      expect(await check({ factoryStep: use(CREATE2) }, staked)).to.deep.equal([]);
    });

    it("flags CREATE by a factory, not by the new account", async () => {
      expect(rulesOf(await check({ factoryStep: use(CREATE) }))).to.deep.equal(["OP-011"]);
      expect(await check({ factoryStep: use(CREATE) }, staked)).to.deep.equal([]);
      expect(await check({ factoryStep: NOTHING, step: ownOpcode(CREATE) })).to.deep.equal([]);
    });

    it("flags CREATE2 by the new account of an unstaked factory", async () => {
      const scenario = { factoryStep: NOTHING, step: ownOpcode(CREATE2) };
      expect(rulesOf(await check(scenario))).to.deep.equal(["OP-031"]);
      expect(await check(scenario, staked)).to.deep.equal([]);
    });

    it("flags associated storage elsewhere of an account that does not exist yet: in the factory", async () => {
      const violations = await check({ factoryStep: writeAssociated() });
      expect(rulesOf(violations)).to.deep.equal(["STO-022"]);
      expect(entitiesOf(violations)).to.deep.equal(["factory"]);
      expect(await check({ factoryStep: writeAssociated() }, staked)).to.deep.equal([]);
    });

    it("flags associated storage elsewhere of an account that does not exist yet: in its validation", async () => {
      const scenario = { factoryStep: NOTHING, step: writeAssociated() };
      expect(rulesOf(await check(scenario))).to.deep.equal(["STO-022"]);
      expect(await check(scenario, staked)).to.deep.equal([]);
    });

    it("flags the factory's own storage, if unstaked", async () => {
      const factoryStep = { ...NOTHING, route: Route.Own, data: ethers.toBeHex(0x30, 32) };
      expect(rulesOf(await check({ factoryStep }))).to.deep.equal(["STO-031"]);
      expect(await check({ factoryStep }, staked)).to.deep.equal([]);
    });

    it("flags slots associated with the factory, if unstaked", async () => {
      const data = bench.storage.interface.encodeFunctionData("writeAssociated", [addressOf(bench.factory)]);
      const factoryStep = call(bench.storage, data);
      expect(rulesOf(await check({ factoryStep }))).to.deep.equal(["STO-032"]);
      expect(await check({ factoryStep }, staked)).to.deep.equal([]);
    });

    it("lets a staked factory read everything, but not write", async () => {
      expect(rulesOf(await check({ factoryStep: readGlobal() }))).to.deep.equal(["STO-033"]);
      expect(await check({ factoryStep: readGlobal() }, staked)).to.deep.equal([]);
      expect(rulesOf(await check({ factoryStep: writeGlobal() }, staked))).to.deep.equal(["STO-033"]);
    });

    it("lets a staked factory look at balances", async () => {
      const factoryStep = call(bench.relay, bench.relay.interface.encodeFunctionData("use", [0x31]));
      expect(rulesOf(await check({ factoryStep }))).to.deep.equal(["OP-080"]);
      expect(await check({ factoryStep }, staked)).to.deep.equal([]);
    });

    function use(opcode: number): Scenario["step"] {
      return call(bench.relay, bench.relay.interface.encodeFunctionData("use", [opcode]));
    }
  });

  describe("with a paymaster", () => {
    it("lets it sponsor", async () => {
      expect(await check({ paymasterStep: NOTHING })).to.deep.equal([]);
    });

    it("flags an opcode of the paymaster as the paymaster's", async () => {
      const violations = await check({ paymasterStep: ownOpcode(TIMESTAMP) }, { paymasterStaked: true });
      expect(rulesOf(violations)).to.deep.equal(["OP-011"]);
      expect(entitiesOf(violations)).to.deep.equal(["paymaster"]);
    });

    it("flags the paymaster's own storage, if unstaked", async () => {
      const paymasterStep = { ...NOTHING, route: Route.Own, data: ethers.toBeHex(0x30, 32) };
      expect(rulesOf(await check({ paymasterStep }))).to.deep.equal(["STO-031"]);
      expect(await check({ paymasterStep }, { paymasterStaked: true })).to.deep.equal([]);
    });
  });

  describe("reports", () => {
    it("the slots with their distance from the account's hash", async () => {
      const report = await inspectOperation(queryOf(bench, { step: atOffset(100)(bench) }));
      const ofModule = slotsOf(report, addressOf(bench.storage));
      expect(ofModule.map(({ offset, written, transient }) => ({ offset, written, transient }))).to.deep.equal([
        { offset: 100, written: true, transient: false },
      ]);
    });

    it("the gas of each validation frame", async () => {
      const scenario = { factoryStep: NOTHING, paymasterStep: NOTHING };
      const { gasUsed } = await inspectOperation(queryOf(bench, scenario));
      expect(gasUsed.factory).to.be.within(100_000, 1_000_000);
      expect(gasUsed.account).to.be.within(1_000, 50_000);
      expect(gasUsed.paymaster).to.be.within(1_000, 50_000);
    });

    it("why the EntryPoint refuses an operation, and does not call it lawful", async () => {
      const query = queryOf(bench, {});
      const broken = { ...query, userOp: { ...query.userOp, signature: "0x" } };
      expect((await inspectOperation(broken)).rejection).to.contain("AA23 reverted");
      const refusal: unknown = await checkOperation(broken).catch((error: unknown) => error);
      expect(String(refusal)).to.contain("AA23 reverted");
    });

    it("as of the next block's time", async () => {
      const later = (await time.latest()) + 1_000;
      await time.setNextBlockTimestamp(later);
      expect(await check({})).to.deep.equal([]);
    });
  });

  describe("does without the node's memory", () => {
    /** Notes the options of every trace that is asked for. */
    function listening(traces: boolean[]): Rpc {
      return {
        send: (method, params) => {
          const options = params[2] as { disableMemory?: boolean } | undefined;
          if (method === "debug_traceCall") traces.push(options?.disableMemory === false);
          return network.provider.send(method, params) as Promise<unknown>;
        },
      };
    }

    // Ways to fill memory: MSTORE, the *COPY opcodes, return data; and ways to read it: a preimage, a selector.
    const SAMPLE = ["bytes longer than 31", "a preimage of 512 bytes", "depositTo(sender) by the sender"];

    for (const { name, step } of [...STORAGE_VICES, ...VIRTUES].filter((deed) => SAMPLE.includes(deed.name))) {
      it(`and comes to the same report on ${name}`, async () => {
        const query = queryOf(bench, { step: step(bench) });
        const traces: boolean[] = [];
        const without = await inspectOperation({ ...query, provider: listening(traces) });
        expect(traces, "asked once, without memory").to.deep.equal([false]);
        expect(without).to.deep.equal(await inspectOperation({ ...query, withMemory: true }));
      });
    }

    it("but asks for it if a hash depends on what a precompile wrote", async () => {
      const data = bench.stateless.interface.encodeFunctionData("hashOfPrecompileOutput");
      await expectSecondTrace({ route: Route.StaticCall, target: addressOf(bench.stateless), data });
    });

    it("but asks for it if a call of the EntryPoint depends on what a precompile wrote", async () => {
      const { access, account } = bench;
      const data = access.interface.encodeFunctionData("depositThroughIdentity", [ENTRY_POINT, addressOf(account)]);
      await expectSecondTrace({ route: Route.DelegateCall, target: addressOf(access), data });
    });

    async function expectSecondTrace(step: Step): Promise<void> {
      const traces: boolean[] = [];
      expect(await check({ step }, { provider: listening(traces) })).to.deep.equal([]);
      expect(traces).to.deep.equal([false, true]);
    }
  });
});
