import { expect } from "chai";
import { ZeroHash } from "ethers";
import { ENTRY_POINTS, modularAccount, sessionId, STATUSES, type EntryPointVersion } from "../../sdk";
import { modularFactory } from "../../test/matrix/accounts/modular";
import { subject } from "../../test/matrix/accounts/subject";
import { fund } from "../../test/matrix/ground";
import { grantOf, increment, sessionOf } from "../../test/matrix/operations";
import { leastVerificationGas } from "../support/leastGas";
import { draftUse, estimated, mine, operate, refusal } from "../support/operate";
import { onChain, placeOf, type Place } from "../support/place";
import { note } from "../support/report";
import { stake } from "../support/stake";

/** The session names the epoch that installing starts. */
const FIRST_EPOCH = 1n;

/** An account that does not exist yet, born with both validators, and what creates it. */
async function unborn(
  version: EntryPointVersion,
): Promise<{ place: Place; fields: { factory: string; factoryData: string } }> {
  const base = await onChain();
  const factory = await modularFactory(base, ENTRY_POINTS[version]);
  const validators = [
    { validator: base.ownerValidator, initData: base.owner.address },
    { validator: base.validatorAddress, initData: "0x" },
  ];
  const account = await factory.accountAddressWith(validators, ZeroHash);
  await fund(account);
  const adapter = modularAccount(base.ownerValidator);
  const place = await placeOf(subject(base, account, adapter, adapter.nonceKey(base.ownerValidator)), version);
  const factoryData = factory.interface.encodeFunctionData("createAccountWith", [validators, ZeroHash]);
  return { place, fields: { factory: await factory.getAddress(), factoryData } };
}

for (const version of ["0.7", "0.8"] as const) {
  describe(`the first operation of an account on EntryPoint v${version}, through the bundler`, () => {
    it("creates it, installs the module, enables the session and uses it, if the factory is staked", async () => {
      const { place, fields } = await unborn(version);
      const session = await sessionOf(place, { epoch: FIRST_EPOCH });
      const options = { mode: "enable", grant: await grantOf(place, session), fields } as const;

      const unstaked = await refusal(operate(place, session, [increment(place)], options));
      expect(unstaked.code).to.equal("BUNDLER_RULES");
      expect(unstaked.cause).to.include("unstaked");

      await stake(fields.factory, version);
      const drafted = await draftUse(place, session, [increment(place)], options);
      const op = await estimated(place, drafted);
      const least = await leastVerificationGas(place, drafted, op);
      const receipt = await mine(place, await drafted.sign(op));
      expect(receipt.success).to.equal(true);
      note(
        { account: "OpenZeppelin AccountERC7579", entryPoint: version, scenario: "create, enable and use", least },
        op,
        receipt,
      );
      expect(await place.validator.sessionStatus(sessionId(session), session.account)).to.equal(STATUSES.enabled);
      await operate(place, session, [increment(place)]);
    });
  });
}
