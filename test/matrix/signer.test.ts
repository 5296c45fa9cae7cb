import { expect } from "chai";
import { ethers } from "hardhat";
import {
  ecdsaKey,
  ENTRY_POINTS,
  HandleOpsTransport,
  sessionId,
  SessionSigner,
  type EntryPointVersion,
} from "../../sdk";
import { failureOf } from "../helpers/signers";
import { ACCOUNTS, install } from "./accounts/index";
import { VERSIONS } from "./entryPoints";
import type { AccountKind } from "./ground";
import { grantOf, increment, LIMIT, sessionOf, set } from "./operations";

/** A signer on a fresh account of that kind. */
async function signerOn(kind: AccountKind, version: EntryPointVersion) {
  const seat = await install(kind, version);
  const session = await sessionOf(seat);
  const signer = new SessionSigner({
    grant: await grantOf(seat, session),
    key: ecdsaKey(seat.key),
    transport: new HandleOpsTransport({ bundler: seat.deployer, version }),
    provider: ethers.provider,
    adapter: seat.subject.adapter,
  });
  return { seat, session, signer };
}

describe("SessionSigner on every account @size", () => {
  for (const kind of ACCOUNTS) {
    for (const version of VERSIONS.filter((one) => kind.refuses?.[one] === undefined)) {
      it(`${kind.name}, v${version}: estimates, enables, uses, and refuses`, async () => {
        const { seat, session, signer } = await signerOn(kind, version);
        const { operation } = await (await signer.sendCalls([increment(seat), set(seat, 5n)])).wait();
        expect(operation).to.include({ success: true, entryPoint: ENTRY_POINTS[version] });
        expect(await seat.validator.sessionStatus(sessionId(session), session.account)).to.equal(1n);
        await (await signer.sendCalls([increment(seat)], { nonceKey: 3 })).wait();
        expect(await seat.target.counter()).to.equal(6n);
        expect((await failureOf(signer.sendCalls([set(seat, LIMIT + 1n)]))).code).to.equal("NO_PERMISSION");
      });
    }
  }
});
