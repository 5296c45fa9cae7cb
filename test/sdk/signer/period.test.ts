import { expect } from "chai";
import { ZeroAddress } from "ethers";
import {
  argumentCharge,
  callPermission,
  FEES_UNLIMITED,
  periodicBudget,
  streamBudget,
  type Budget,
  type Session,
} from "../../../sdk";
import { awaitPeriod } from "../../../sdk/signer/period";
import { ACCOUNT, ALICE } from "../arbitraries";

const DAY = 86_400;
const START = 1_700_000_000;
const END = START + 30 * DAY;

/** When an operation that is made at `now` is sent, if it takes the transport 35 seconds and it wants 6. */
async function sentAt(now: number, budgets: readonly Budget[] = [], sponsored = false, feeBudget = FEES_UNLIMITED) {
  const charges = budgets.map((_, index) => argumentCharge(index, [0]));
  const permission = callPermission(ALICE, "0x12345678", { charges: feeBudget === FEES_UNLIMITED ? charges : [] });
  const session: Session = {
    account: ACCOUNT,
    chainId: 1n,
    epoch: 1n,
    salt: 0n,
    signer: ALICE,
    validAfter: START,
    validUntil: END,
    paymaster: ZeroAddress,
    feeBudget,
    budgets,
    permissions: [permission],
  };
  let time = now;
  const clock = {
    now: () => Promise.resolve(time),
    sleep: (seconds: number) => Promise.resolve(void (time += seconds)),
  };
  return awaitPeriod(session, [permission], sponsored, { opened: 6, remaining: 35 }, clock);
}

const codeOf = (sent: Promise<unknown>) =>
  sent.then(
    () => "sent",
    (error: { code: string }) => error.code,
  );

describe("awaitPeriod", () => {
  it("waits out the seconds of a period in which the transport takes nothing", async () => {
    const budgets = [periodicBudget(5n, DAY)];
    const next = START + DAY;
    expect(await sentAt(next - 1 - 35, budgets), "35 seconds are left").to.equal(next - 36);
    expect(await sentAt(next - 35, budgets), "34 are left").to.equal(next + 6);
    expect(await sentAt(next, budgets)).to.equal(next + 6);
    expect(await sentAt(next + 6, budgets)).to.equal(next + 6);
  });

  it("of several periods the shortest decides; streams and other budgets have none", async () => {
    const budgets = [periodicBudget(5n, 7 * DAY), periodicBudget(5n, 3_600), streamBudget(5n, DAY)];
    expect(await sentAt(START + 3_600 - 10, budgets)).to.equal(START + 3_606);
    expect(await sentAt(START + 3_600 - 10, [budgets[0]!, budgets[2]!])).to.equal(START + 3_590);
    expect(await sentAt(START + 3_600 - 10)).to.equal(START + 3_590);
  });

  it("a fee budget counts if the account pays", async () => {
    const budgets = [periodicBudget(5n, DAY)];
    expect(await sentAt(START + DAY - 10, budgets, false, 0)).to.equal(START + DAY + 6);
    expect(await sentAt(START + DAY - 10, budgets, true, 0)).to.equal(START + DAY - 10);
  });

  it("the session itself: its beginning is waited for if it is near, its end never", async () => {
    expect(await sentAt(START - 35)).to.equal(START + 6);
    expect(await codeOf(sentAt(START - 36))).to.equal("SESSION_NOT_ACTIVE");
    expect(await sentAt(END, [periodicBudget(5n, DAY)])).to.equal(END);
    expect(await codeOf(sentAt(END + 1))).to.equal("SESSION_NOT_ACTIVE");
  });
});
