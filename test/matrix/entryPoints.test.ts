import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { concat, dataLength, dataSlice } from "ethers";
import {
  buildEnvelope,
  encodeExecute,
  ENTRY_POINTS,
  userOpHash,
  validateSession,
  type EntryPointVersion,
  type Session,
} from "../../sdk";
import { TIME_LIMIT } from "../../sdk/constants";
import { EIP7702_INIT_CODE } from "../../sdk/userOp";
import { expectCode } from "../sdk/arbitraries";
import { delegatedSeat, installedSeat } from "./accounts/index";
import { VERSIONS } from "./entryPoints";
import {
  draft,
  enableBy,
  entryPointHash,
  increment,
  refusalOf,
  seal,
  sessionOf,
  sessionOperation,
  succeed,
  type Seat,
} from "./operations";

async function enabled(seat: Seat, overrides: Partial<Session> = {}): Promise<Session> {
  const session = await sessionOf(seat, overrides);
  await enableBy(seat, session);
  return session;
}

/** What each EntryPoint does in the very second `validAfter`; all take the very second `validUntil`. */
const AT_VALID_AFTER: Readonly<Record<EntryPointVersion, string>> = {
  "0.7": "accepted",
  "0.8": "AA22 expired or not due",
  "0.9": "AA22 expired or not due",
};

describe("EntryPoints", () => {
  for (const version of VERSIONS) describe(`v${version}`, () => differences(version));
});

function differences(version: EntryPointVersion): void {
  /** Sends an operation of a session with this window in a block of that second. */
  async function at(window: (now: number) => { validAfter: number; validUntil: number }, second: number) {
    const seat = await installedSeat(version);
    const start = await time.latest();
    const session = await enabled(seat, window(start));
    const op = await sessionOperation(seat, session, [increment(seat)]);
    await time.setNextBlockTimestamp(start + second);
    return { seat, op };
  }
  const from1000 = (now: number) => ({ validAfter: now + 1000, validUntil: now + 2000 });

  it("refuses the second before validAfter", async () => {
    const { seat, op } = await at(from1000, 999);
    expect(await refusalOf(seat, op)).to.equal("AA22 expired or not due");
  });

  it(`${AT_VALID_AFTER[version] === "accepted" ? "accepts" : "refuses"} the second validAfter itself`, async () => {
    const { seat, op } = await at(from1000, 1000);
    if (AT_VALID_AFTER[version] === "accepted") await succeed(seat, op);
    else expect(await refusalOf(seat, op)).to.equal(AT_VALID_AFTER[version]);
  });

  it("accepts the second after validAfter, and validUntil", async () => {
    for (const second of [1001, 2000]) {
      const { seat, op } = await at(from1000, second);
      await succeed(seat, op);
    }
  });

  it("refuses the second after validUntil", async () => {
    const { seat, op } = await at(from1000, 2001);
    expect(await refusalOf(seat, op)).to.equal("AA22 expired or not due");
  });

  it("never gets a time with bit 47 from us, which v0.9 takes for a block number", async () => {
    const seat = await installedSeat(version);
    const last = TIME_LIMIT - 1;
    await succeed(seat, await sessionOperation(seat, await enabled(seat, { validUntil: last }), [increment(seat)]));

    // Past the SDK, which does not build such a session.
    const session = await sessionOf(seat);
    for (const window of [{ validUntil: TIME_LIMIT }, { validAfter: TIME_LIMIT, validUntil: TIME_LIMIT + 1 }]) {
      expectCode(() => validateSession({ ...session, ...window }), "InvalidTimeWindow");
      const { validAfter, validUntil } = { ...session, ...window };
      const envelope = buildEnvelope({ session, calls: [increment(seat)], mode: "use" });
      // head 1, salt 8, validAfter 6, validUntil 6
      const times = [validAfter, validUntil].map((value) => `0x${value.toString(16).padStart(12, "0")}`);
      const flagged = concat([dataSlice(envelope, 0, 9), ...times, dataSlice(envelope, 21)]);
      expect(dataLength(flagged)).to.equal(dataLength(envelope));
      const nonceKey = seat.subject.adapter.nonceKey(seat.validatorAddress);
      const op = await seal(seat, await draft(seat, nonceKey, encodeExecute([increment(seat)])), flagged);
      expect(await refusalOf(seat, op)).to.equal("AA23 InvalidTimeWindow");
    }
  });

  it("hashes operations as the SDK does", async () => {
    const seat = await installedSeat(version);
    const op = await draft(seat, 7n, encodeExecute([increment(seat)]));
    const paymaster = seat.targetAddress;
    const limits = { paymasterVerificationGasLimit: 1n, paymasterPostOpGasLimit: 2n, paymasterData: "0x1234" };
    const variants = [
      op,
      { ...op, initCode: concat([seat.targetAddress, "0x12345678"]) },
      await draft(seat, 7n, "0x", { paymaster, ...limits }),
    ];
    for (const variant of variants) {
      const context = { entryPoint: ENTRY_POINTS[version], chainId: seat.chainId, version };
      expect(userOpHash(variant, context)).to.equal(await entryPointHash(seat, variant));
    }
  });

  it("hashes the delegate of an EIP-7702 account in place of the marker (v0.8, v0.9)", async () => {
    const { delegate, ...seat } = await delegatedSeat(version);
    const op = { ...(await draft(seat, 7n, encodeExecute([increment(seat)]))), initCode: EIP7702_INIT_CODE };
    const context = { entryPoint: ENTRY_POINTS[version], chainId: seat.chainId, version, delegate };
    for (const initCode of [EIP7702_INIT_CODE, concat([EIP7702_INIT_CODE, "0x9cfd7cff"])]) {
      expect(userOpHash({ ...op, initCode }, context)).to.equal(await entryPointHash(seat, { ...op, initCode }));
    }
  });

  if (version !== "0.7") {
    it("uses a session of an EIP-7702 account with the marker, and refuses init data after it", async () => {
      const { delegate, ...seat } = await delegatedSeat(version);
      const session = await enabled(seat);
      const seated = { ...seat, delegate };
      const use = (factoryData: string) =>
        sessionOperation(seated, session, [increment(seat)], { fields: { factory: "0x7702", factoryData } });
      await succeed(seat, await use("0x"));
      // accountId(): harmless here, but an initialiser is called in the same way.
      expect(await refusalOf(seat, await use("0x9cfd7cff"))).to.equal("AA23 DelegationInitData");
    });
  }
}
