import { expect } from "chai";
import type { Call, OperationReceipt, Session } from "../../sdk";
import { leastVerificationGas } from "./leastGas";
import { draftUse, estimated, mine, type Options } from "./operate";
import type { Place } from "./place";
import { note } from "./report";

/** Estimated by the bundler, sent to it and mined; its gas goes to the table that the run ends with. */
export async function measured(
  place: Place,
  [account, scenario]: readonly [string, string],
  session: Session,
  calls: readonly Call[],
  options: Options = {},
): Promise<OperationReceipt> {
  const drafted = await draftUse(place, session, calls, options);
  const op = await estimated(place, drafted);
  const least = await leastVerificationGas(place, drafted, op);
  const receipt = await mine(place, await drafted.sign(op));
  expect(receipt.success, receipt.revertReason).to.equal(true);
  note({ account, entryPoint: place.version, scenario, least }, op, receipt);
  return receipt;
}
