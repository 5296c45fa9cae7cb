import { generateKeyPairSync } from "node:crypto";
import { expect } from "chai";
import { Interface, parseEther } from "ethers";
import {
  ANY_PAYMASTER,
  argumentCharge,
  callPermission,
  FEES_SPONSORED,
  packUserOp,
  periodicBudget,
  rule,
  sessionId,
  STATUSES,
  totalBudget,
  unpackUserOp,
  type Call,
  type EntryPointVersion,
  type Session,
} from "../../sdk";
import { p256Key } from "../../sdk/keys";
import { P256Verifier__factory } from "../../typechain-types";
import { kernel } from "../../test/matrix/accounts/kernel";
import { openZeppelin } from "../../test/matrix/accounts/modular";
import { nexus } from "../../test/matrix/accounts/nexus";
import { referenceMsa } from "../../test/matrix/accounts/referenceMsa";
import type { AccountKind } from "../../test/matrix/ground";
import { grantOf, increment, sessionOf, set } from "../../test/matrix/operations";
import { openZeppelinSponsor, verifyingPaymasterV07 } from "../../test/matrix/sponsors";
import { leastVerificationGas } from "../support/leastGas";
import { draftUse, estimated, mine, operate, refusal, type Options } from "../support/operate";
import { measured } from "../support/measure";
import { settle, type Place } from "../support/place";
import { stake } from "../support/stake";

const WEEK = 7 * 86_400;
const ALICE = "0x00000000000000000000000000000000000A11CE";
const TOKEN = new Interface(["function transfer(address to, uint256 amount) returns (bool)"]);

/** The rows: every kind of account on the EntryPoints that its code allows. */
const SUBJECTS: readonly (readonly [AccountKind, EntryPointVersion])[] = [
  [openZeppelin, "0.7"],
  [openZeppelin, "0.8"],
  [openZeppelin, "0.9"],
  [nexus, "0.7"],
  [nexus, "0.8"],
  [kernel, "0.7"],
  [referenceMsa, "0.7"],
];

for (const [kind, version] of SUBJECTS) {
  describe(`${kind.name} on EntryPoint v${version}, through the bundler`, () => {
    let place: Place;
    let session: Session;

    before(async () => {
      place = await settle(kind, version);
      session = await sessionOf(place);
    });

    const mined = (scenario: string, session: Session, calls: readonly Call[], options?: Options) =>
      measured(place, [kind.name.split(" (")[0]!, scenario], session, calls, options);

    it("enables a session and uses it in one operation, then uses it, then batches", async () => {
      const before = await place.target.counter();
      await mined("enable and use", session, [increment(place)], {
        mode: "enable",
        grant: await grantOf(place, session),
      });
      expect(await place.validator.sessionStatus(sessionId(session), session.account)).to.equal(STATUSES.enabled);
      await mined("use", session, [increment(place)]);
      expect(await place.target.counter()).to.equal(before + 2n);
      await mined("batch of 3", session, [set(place, 7n), increment(place), increment(place)]);
      expect(await place.target.counter()).to.equal(9n);
    });

    it("takes the least verificationGasLimit, to the gas", async () => {
      const drafted = await draftUse(place, session, [increment(place)]);
      const op = await estimated(place, drafted);
      const verificationGasLimit = await leastVerificationGas(place, drafted, op);
      // Less is not tried here: the bundler takes it, loses its bundle at the EntryPoint, and bans the account.
      await mine(place, await drafted.sign(packUserOp({ ...unpackUserOp(op), verificationGasLimit })));
    });

    it("uses a session that the grant signs anew each time", async () => {
      const signed = { ...session, salt: 1n };
      await mined("signed", signed, [increment(place)], { mode: "signed", grant: await grantOf(place, signed) });
      expect(await place.validator.sessionStatus(sessionId(signed), signed.account)).to.equal(STATUSES.none);
    });

    it("spends a weekly budget of a token and a budget of fees, and no more", async () => {
      const payroll = await sessionOf(place, {
        budgets: [periodicBudget(100n, WEEK), totalBudget(parseEther("1"))],
        feeBudget: 1,
        permissions: [
          callPermission(place.tokenAddress, TOKEN.getFunction("transfer")!.selector, {
            rules: [rule("eq", [0], BigInt(ALICE))],
            charges: [argumentCharge(0, [32])],
          }),
        ],
      });
      const pay = (amount: bigint): Call[] => [
        { target: place.tokenAddress, value: 0n, data: TOKEN.encodeFunctionData("transfer", [ALICE, amount]) },
      ];
      const before = await place.token.balanceOf(ALICE);
      await mined("weekly budget, enabling", payroll, pay(60n), {
        mode: "enable",
        grant: await grantOf(place, payroll),
      });
      const over = await refusal(operate(place, payroll, pay(41n)));
      expect([over.code, over.details["asked"], over.details["remaining"]]).to.deep.equal(["BudgetExceeded", 41n, 40n]);
      await mined("weekly budget", payroll, pay(40n));
      expect(await place.token.balanceOf(ALICE)).to.equal(before + 100n);
    });

    it("takes a P-256 key, by the verifier in Solidity", async () => {
      const verifier = await (await new P256Verifier__factory(place.deployer).deploy()).getAddress();
      const key = await p256Key({ verifier, key: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey });
      const passkey = { ...session, signer: key.signer };
      await mined("P-256 key, enabling", passkey, [increment(place)], {
        mode: "enable",
        grant: await grantOf(place, passkey),
        key,
      });
      await mined("P-256 key", passkey, [increment(place)], { key });
    });

    it("lets a verifying paymaster pay", async () => {
      const sponsor = await (version === "0.7" ? verifyingPaymasterV07(place) : openZeppelinSponsor(place));
      const free = { ...session, paymaster: ANY_PAYMASTER, feeBudget: FEES_SPONSORED };
      // OpenZeppelin's keeps its signer in storage, which ERC-7562 allows staked paymasters alone.
      if (version !== "0.7") await stake(sponsor.address, version);
      const deposit = await sponsor.deposit();
      const { actualGasCost, paymaster } = await mined("sponsored, enabling", free, [increment(place)], {
        mode: "enable",
        grant: await grantOf(place, free),
        sponsor,
      });
      expect(paymaster).to.equal(sponsor.address);
      expect(await sponsor.deposit()).to.equal(deposit - actualGasCost);
    });
  });
}
