import { expect } from "chai";
import { JsonRpcProvider } from "ethers";
import {
  ANY_PAYMASTER,
  argumentCharge,
  callPermission,
  ecdsaKey,
  explain,
  FEES_SPONSORED,
  periodicBudget,
  SessionSigner,
  type SessionSignerOptions,
} from "../../sdk";
import { Recorder__factory, type Recorder } from "../../typechain-types";
import { openZeppelin } from "../../test/matrix/accounts/modular";
import { grantOf, increment, sessionOf, set } from "../../test/matrix/operations";
import { openZeppelinSponsor, verifyingPaymasterV07 } from "../../test/matrix/sponsors";
import { payer } from "../support/operate";
import { settle, type Place } from "../support/place";
import { stake } from "../support/stake";

const WEEK = 7 * 86_400;
const provider = new JsonRpcProvider(process.env["LOCALHOST_URL"], undefined, { batchMaxCount: 1 });

for (const version of ["0.7", "0.8"] as const) {
  describe(`SessionSigner with a bundler on EntryPoint v${version}`, () => {
    let place: Place;
    let signer: SessionSigner;
    let recorder: Recorder;

    async function signerOf(overrides = {}, options: Partial<SessionSignerOptions> = {}): Promise<SessionSigner> {
      const session = await sessionOf(place, overrides);
      const { bundler: transport, subject } = place;
      const key = ecdsaKey(place.key);
      const grant = await grantOf(place, session);
      const waiting = { interval: 0.1 };
      return new SessionSigner({ grant, key, transport, provider, adapter: subject.adapter, waiting, ...options });
    }

    before(async () => {
      place = await settle(openZeppelin, version);
      const { target, data } = set(place, 0n);
      const counted = callPermission(target, data.slice(0, 10), { charges: [argumentCharge(0, [0])] });
      const free = callPermission(target, increment(place).data);
      signer = await signerOf({ budgets: [periodicBudget(100n, WEEK)], permissions: [counted, free] });
      recorder = Recorder__factory.connect(place.targetAddress, signer);
    });

    it("enables by the first transaction, uses by the next, batches", async () => {
      const start = await recorder.counter();
      for (const step of [1n, 2n]) {
        await (await recorder.increment()).wait();
        expect(await recorder.counter()).to.equal(start + step);
      }
      await (await signer.sendCalls([set(place, 40n), increment(place)])).wait();
      expect(await recorder.counter()).to.equal(41n);
    });

    it("raises the same error by itself and by the bundler's answer", async () => {
      for (const precheck of [true, false]) {
        const failure = await signer.sendCalls([set(place, 61n)], { precheck }).catch(explain);
        const { asked, remaining } = (failure as ReturnType<typeof explain>).details;
        expect([asked, remaining]).to.deep.equal([61n, 60n]);
      }
      await (await signer.sendCalls([set(place, 60n)])).wait();
    });

    it("sends side by side", async () => {
      const sent = await Promise.all([recorder.increment(), recorder.increment(), recorder.increment()]);
      await Promise.all(sent.map((response) => response.wait()));
      expect(await recorder.counter()).to.equal(63n);
    });

    it("lets a paymaster pay", async () => {
      const paymaster = await (version === "0.7" ? verifyingPaymasterV07(place) : openZeppelinSponsor(place));
      await stake(paymaster.address, version);
      const deposit = await paymaster.deposit();
      const free = await signerOf(
        { paymaster: ANY_PAYMASTER, feeBudget: FEES_SPONSORED },
        { sponsor: payer(paymaster) },
      );
      await (await free.sendCalls([increment(place)])).wait();
      expect(await paymaster.deposit()).to.be.lessThan(deposit);
    });
  });
}
