import { expect } from "chai";
import { concat, dataSlice } from "ethers";
import { ethers } from "hardhat";
import {
  ANY_PAYMASTER,
  FEES_SPONSORED,
  sessionId,
  type EntryPointVersion,
  type PackedUserOperation,
  type Session,
} from "../../sdk";
import { wallet } from "../helpers/world";
import { installedSeat } from "./accounts/index";
import { VERSIONS } from "./entryPoints";
import { increment, refusalOf, send, sessionOf, sessionOperation, succeed, type Seat } from "./operations";
import {
  openZeppelinSponsor,
  sponsoredLater,
  sponsoredOperation,
  verifyingPaymasterV07,
  withSuffix,
  type Sponsor,
} from "./sponsors";

/** The two paymasters of a seat: the one that sessions name, and another. */
interface SponsoredSeat extends Seat {
  readonly named: Sponsor;
  readonly other: Sponsor;
}

async function sponsoredSeat(version: EntryPointVersion): Promise<SponsoredSeat> {
  const seat = await installedSeat(version);
  const named = version === "0.7" ? await verifyingPaymasterV07(seat) : await openZeppelinSponsor(seat);
  return { ...seat, named, other: await openZeppelinSponsor(seat, wallet("other sponsor")) };
}

/** A session that never pays its fees itself. */
async function sponsoredSession(seat: SponsoredSeat, paymaster: string): Promise<Session> {
  const session = await sessionOf(seat, { paymaster, feeBudget: FEES_SPONSORED });
  await enableBy(seat, session);
  return session;
}

async function enableBy(seat: Seat, session: Session): Promise<void> {
  const account = await ethers.getImpersonatedSigner(seat.subject.address);
  await seat.validator.connect(account).enableSession(sessionId(session), "0x");
}

describe("paymasters", () => {
  for (const version of VERSIONS) describe(`on v${version}`, () => sponsored(version));
});

function sponsored(version: EntryPointVersion): void {
  let seat: SponsoredSeat;
  const calls = () => [increment(seat)];

  beforeEach(async () => {
    seat = await sponsoredSeat(version);
  });

  it("none is allowed unless the session says so", async () => {
    const session = await sessionOf(seat);
    await enableBy(seat, session);
    const op = await sponsoredOperation(seat, session, calls(), seat.named);
    expect(await refusalOf(seat, op)).to.equal("AA23 PaymasterNotAllowed");
  });

  it("the named one pays, and the account does not", async () => {
    const session = await sponsoredSession(seat, seat.named.address);
    const [balance, deposit] = [await ethers.provider.getBalance(session.account), await seat.named.deposit()];
    const { actualGasCost } = await succeed(seat, await sponsoredOperation(seat, session, calls(), seat.named));
    expect(await seat.target.counter()).to.equal(1n);
    expect(await ethers.provider.getBalance(session.account)).to.equal(balance);
    expect(await seat.named.deposit()).to.equal(deposit - actualGasCost);
  });

  it("another than the named one is refused", async () => {
    const session = await sponsoredSession(seat, seat.named.address);
    const op = await sponsoredOperation(seat, session, calls(), seat.other);
    expect(await refusalOf(seat, op)).to.equal("AA23 PaymasterNotAllowed");
  });

  it("any one pays if the session allows any", async () => {
    const session = await sponsoredSession(seat, ANY_PAYMASTER);
    for (const sponsor of [seat.named, seat.other]) {
      await succeed(seat, await sponsoredOperation(seat, session, calls(), sponsor));
    }
    expect(await seat.target.counter()).to.equal(2n);
  });

  it("the account does not pay in its stead", async () => {
    const session = await sponsoredSession(seat, seat.named.address);
    const op = await sessionOperation(seat, session, calls());
    expect(await refusalOf(seat, op)).to.equal("AA23 PaymasterRequired");
  });

  it("nobody is not a paymaster", async () => {
    const session = await sponsoredSession(seat, ANY_PAYMASTER);
    const op = await sessionOperation(seat, session, calls());
    // v0.7 would charge the account, so the validator refuses; the later ones refuse the bundle by themselves.
    const reason = {
      "0.7": "AA23 InvalidPaymasterData",
      "0.8": "AA98 invalid paymaster",
      "0.9": "AA98 InvalidPaymaster",
    };
    expect(await refusalOf(seat, { ...op, paymasterAndData: `0x${"00".repeat(52)}` })).to.equal(reason[version]);
  });

  it("the paymaster cannot be swapped once the key has signed", async () => {
    const swap = async (session: Session): Promise<string> => {
      const op = await sponsoredOperation(seat, session, calls(), seat.named);
      const { paymasterAndData } = await sponsoredOperation(seat, session, calls(), seat.other);
      return refusalOf(seat, { ...op, paymasterAndData });
    };
    expect(await swap(await sponsoredSession(seat, seat.named.address))).to.equal("AA23 PaymasterNotAllowed");
    expect(await swap(await sponsoredSession(seat, ANY_PAYMASTER))).to.equal("AA24 signature error");
  });

  it("the paymaster has the last word", async () => {
    const session = await sponsoredSession(seat, seat.named.address);
    const forger = { ...seat.named, sign: (unsigned: PackedUserOperation) => seat.other.sign(unsigned) };
    const op = await sponsoredOperation(seat, session, calls(), forger);
    expect(await refusalOf(seat, op)).to.match(/^AA3[34]/);
  });

  if (version === "0.9") {
    it("its signature may come after the key's: only the rest of paymasterAndData counts", async () => {
      const session = await sponsoredSession(seat, seat.named.address);
      const { sealed, complete } = await sponsoredLater(seat, session, calls(), seat.named);
      expect(await refusalOf(seat, sealed)).to.match(/^AA3[34]/);
      expect((await send(seat, complete)).success).to.equal(true);
    });

    it("the first 52 bytes decide who pays, whatever follows", async () => {
      const session = await sponsoredSession(seat, seat.named.address);
      const { complete } = await sponsoredLater(seat, session, calls(), seat.named);
      const { paymasterAndData } = complete;
      const rest = dataSlice(paymasterAndData, 20);
      const swapped = { ...complete, paymasterAndData: concat([seat.other.address, rest]) };
      expect(await refusalOf(seat, swapped)).to.equal("AA23 PaymasterNotAllowed");
      // Not the paymaster, but its terms: the key signed those too.
      const terms = withSuffix(
        concat([dataSlice(paymasterAndData, 0, 52), `0x${"00".repeat(12)}`]),
        `0x${"11".repeat(65)}`,
      );
      expect(await refusalOf(seat, { ...complete, paymasterAndData: terms })).to.equal("AA24 signature error");
    });
  } else {
    it("a signature that comes after the key's is worthless here", async () => {
      const session = await sponsoredSession(seat, seat.other.address);
      const { complete } = await sponsoredLater(seat, session, calls(), seat.other);
      expect(await refusalOf(seat, complete)).to.equal("AA24 signature error");
    });
  }
}
