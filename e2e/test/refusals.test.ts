import { expect } from "chai";
import {
  ANY_PAYMASTER,
  callPermission,
  countCharge,
  ecdsaKey,
  encodeExecute,
  FEES_SPONSORED,
  grantTypedData,
  periodicBudget,
  sessionId,
  totalBudget,
  VALIDATOR_INTERFACE,
  type PackedUserOperation,
  type Session,
} from "../../sdk";
import { Recorder__factory } from "../../typechain-types";
import { wallet } from "../../test/helpers/world";
import { openZeppelin } from "../../test/matrix/accounts/modular";
import { grantOf, increment, ownerOperation, sessionOf, set, succeed } from "../../test/matrix/operations";
import { openZeppelinSponsor, verifyingPaymasterV07, type Sponsor } from "../../test/matrix/sponsors";
import { answers, atSend, both, TAKEN } from "../support/answers";
import { settle, type Place } from "../support/place";
import { stake } from "../support/stake";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const RECORDER = Recorder__factory.createInterface();

/** The bundler goes by the clock, not by the chain's. */
const now = () => Math.floor(Date.now() / 1000);

for (const version of ["0.7", "0.8"] as const) {
  describe(`what the bundler refuses on EntryPoint v${version}, as the SDK's errors`, () => {
    let place: Place;
    /** Enabled. */
    let session: Session;

    before(async () => {
      place = await settle(openZeppelin, version);
      session = await sessionOf(place);
      expect(await enabling(session)).to.deep.equal(TAKEN);
    });

    const using = (of: Session, options = {}) => answers(place, of, [increment(place)], options);
    const enabling = async (of: Session, options = {}) =>
      using(of, { mode: "enable", grant: await grantOf(place, of), ...options });

    /** The owner's account calls a function of the validator. */
    async function asOwner(name: "pause" | "unpause" | "revokeSession", args: readonly string[] = []): Promise<void> {
      const data = VALIDATOR_INTERFACE.encodeFunctionData(name, args);
      const call = { target: place.validatorAddress, value: 0n, data };
      await succeed(place, await ownerOperation(place, encodeExecute([call])));
    }

    it("another target, another function, an argument beyond its rule", async () => {
      const other = await (await new Recorder__factory(place.deployer).deploy()).getAddress();
      const fail = RECORDER.encodeFunctionData("fail", [1_000n]);
      // Target and function are part of what is hashed: with others it is a session that nobody granted.
      const swaps = [
        [set(place, 1_000n, other), "SessionNotEnabled"],
        [{ ...set(place, 1_000n), data: fail }, "SessionNotEnabled"],
        [set(place, 1_001n), "RuleNotMet"],
      ] as const;
      for (const [call, code] of swaps) {
        expect(await answers(place, session, [set(place, 1_000n)], { swapped: [call] })).to.deep.equal(both(code));
      }
      expect(await answers(place, session, [set(place, 1_000n)])).to.deep.equal(TAKEN);
    });

    it("another key, which an estimate does not see", async () => {
      expect(await using(session, { key: ecdsaKey(wallet("thief")) })).to.deep.equal(atSend("AA24"));
      expect(await using(session)).to.deep.equal(TAKEN);
    });

    it("a session that was not granted, or by somebody else", async () => {
      const fresh = { ...session, salt: 1n };
      const signature = await place.subject.signData(grantTypedData([fresh], place.validatorAddress), wallet("thief"));
      const forged = { sessions: [fresh], validator: place.validatorAddress, signature };
      expect(await using(fresh)).to.deep.equal(both("SessionNotEnabled"));
      expect(await enabling(fresh, { grant: forged })).to.deep.equal(both("BadGrant"));
      expect(await enabling(fresh)).to.deep.equal(TAKEN);
    });

    it("a session that was revoked, and every session of a paused account", async () => {
      const doomed = { ...session, salt: 2n };
      expect(await enabling(doomed)).to.deep.equal(TAKEN);
      await asOwner("revokeSession", [sessionId(doomed)]);
      expect(await using(doomed)).to.deep.equal(both("SessionIsRevoked"));
      expect(await enabling(doomed)).to.deep.equal(both("SessionIsRevoked"));
      await asOwner("pause");
      expect(await using(session)).to.deep.equal(both("AccountPaused"));
      await asOwner("unpause");
      expect(await using(session)).to.deep.equal(TAKEN);
    });

    it("a session that is over, or not yet due", async () => {
      for (const window of [{ validUntil: now() - 10 }, { validAfter: now() + HOUR }]) {
        expect(await enabling({ ...session, ...window, salt: 3n })).to.deep.equal(atSend("AA22"));
      }
      expect(await enabling({ ...session, validAfter: now() - MINUTE, salt: 3n })).to.deep.equal(TAKEN);
    });

    it("a session, or a period of its budget, that has less than 30 seconds left", async () => {
      const ending = (left: number) => ({ ...session, validUntil: now() + left, salt: 4n });
      expect(await enabling(ending(25))).to.deep.equal(atSend("TIME_RANGE"));
      expect(await enabling(ending(5 * MINUTE))).to.deep.equal(TAKEN);

      const { data } = increment(place);
      const counted = callPermission(place.targetAddress, data.slice(0, 10), { charges: [countCharge(0)] });
      const periodic = (age: number) => ({
        ...session,
        validAfter: now() - age,
        budgets: [periodicBudget(5n, 5 * MINUTE)],
        permissions: [counted],
      });
      expect(await enabling(periodic(5 * MINUTE - 25))).to.deep.equal(atSend("TIME_RANGE"));
      expect(await enabling(periodic(MINUTE))).to.deep.equal(TAKEN);
    });

    it("fees beyond the fee budget, and a nonce that was used", async () => {
      // The estimate is made at 1 wei per gas.
      const thrifty = (wei: bigint) => ({ ...session, budgets: [totalBudget(wei)], feeBudget: 0 });
      expect(await enabling(thrifty(10n ** 9n))).to.deep.equal(atSend("BudgetExceeded"));
      expect(await enabling(thrifty(10n ** 18n))).to.deep.equal(TAKEN);
      const nonce = place.subject.adapter.nonceKey(place.validatorAddress) << 64n;
      expect(await using(session, { fields: { nonce } })).to.deep.equal(both("AA25"));
    });

    it("calls that would fail, at the estimate alone", async () => {
      const fail = { target: place.targetAddress, value: 0n, data: RECORDER.encodeFunctionData("fail", [7n]) };
      const failing = { ...session, permissions: [callPermission(fail.target, fail.data.slice(0, 10))] };
      const options = { mode: "enable", grant: await grantOf(place, failing) } as const;
      // Sent without an estimate, it is mined and paid for, and its calls fail.
      expect(await answers(place, failing, [fail], options)).to.deep.equal({
        estimate: "EXECUTION_REVERTED",
        send: "failed",
      });
    });

    describe("paymasters", () => {
      let sponsor: Sponsor;
      let free: Session;

      before(async () => {
        sponsor = await (version === "0.7" ? verifyingPaymasterV07(place) : openZeppelinSponsor(place));
        await stake(sponsor.address, version);
        free = { ...session, paymaster: ANY_PAYMASTER, feeBudget: FEES_SPONSORED };
      });

      it("that the session does not allow, or none where it wants one", async () => {
        expect(await using(session, { sponsor })).to.deep.equal(both("PaymasterNotAllowed"));
        expect(await enabling(free)).to.deep.equal(both("PaymasterRequired"));
        expect(await enabling(free, { sponsor })).to.deep.equal(TAKEN);
      });

      it("that did not sign, or have no deposit", async () => {
        const unsigned = { ...sponsor, sign: (op: PackedUserOperation) => sponsor.sign({ ...op, callData: "0x" }) };
        expect(await using(free, { sponsor: unsigned })).to.deep.equal(atSend("AA34"));
        const poor = { ...sponsor, address: place.targetAddress };
        expect(await using(free, { sponsor: poor })).to.deep.equal(both("AA31"));
        expect(await using(free, { sponsor })).to.deep.equal(TAKEN);
      });
    });
  });
}
