import { expect } from "chai";
import { ethers } from "hardhat";
import {
  ecdsaKey,
  encodeExecute,
  sessionId,
  grantTypedData,
  type Call,
  type EntryPointVersion,
  type Grant,
  type PackedUserOperation,
  type Session,
} from "../../sdk";
import { wallet } from "../helpers/world";
import { ACCOUNTS } from "./accounts/index";
import { VERSIONS } from "./entryPoints";
import { ground, type AccountKind } from "./ground";
import {
  grantOf,
  increment,
  LIMIT,
  ownerOperation,
  refusalOf,
  sessionOf,
  sessionOperation,
  set,
  succeed,
  use,
  validatorError,
  type Seat,
} from "./operations";
import { Table } from "./table";

/** What the steps of one row hand on to the next. */
interface Row extends Seat {
  granted: Session;
  enabled: Session;
  /** Signed before the module was uninstalled, never used. */
  unused: Grant;
}

type Step = (row: Row, kind: AccountKind) => Promise<void>;

/**
 * The operation is refused, and by the validator with that error; where the account hides what the validator says, the
 * validator is asked once more by itself.
 */
async function refused(row: Row, kind: AccountKind, op: PackedUserOperation, error: string): Promise<void> {
  expect(await refusalOf(row, op)).to.equal(`AA23 ${kind.hides ?? error}`);
  if (kind.hides !== undefined) expect(await validatorError(row, op)).to.equal(error);
}

async function byOwner(row: Row, callData: string): Promise<void> {
  await succeed(row, await ownerOperation(row, callData));
}

/** A call of the account to the session key validator, by the owner's operation. */
async function ownerCalls(row: Row, name: "enableSession" | "revokeSession", ...values: string[]): Promise<void> {
  const data = row.validator.interface.encodeFunctionData(name as "enableSession", values as [string, string]);
  const call: Call = { target: row.validatorAddress, value: 0n, data };
  await byOwner(row, encodeExecute([call]));
}

const status = (row: Row, session: Session) => row.validator.sessionStatus(sessionId(session), session.account);

/** The columns, in the order in which they are run; each stands on those before it. */
const STEPS: Readonly<Record<string, Step>> = {
  install: async (row) => {
    await byOwner(row, row.subject.adapter.installModule(row.validatorAddress));
    expect(await row.validator.isInitialized(row.subject.address)).to.equal(true);
  },

  grant: async (row, kind) => {
    row.granted = await sessionOf(row, { salt: 1n });
    const [mode, before] = ["enable" as const, await row.target.counter()];
    const data = grantTypedData([row.granted], row.validatorAddress);
    const forged = {
      ...(await grantOf(row, row.granted)),
      signature: await row.subject.signData(data, wallet("mallory")),
    };
    const stolen = await sessionOperation(row, row.granted, [increment(row)], { mode, grant: forged });
    await refused(row, kind, stolen, "BadGrant");

    const grant = await grantOf(row, row.granted);
    await use(row, row.granted, [increment(row)], { mode, grant });
    expect(await row.target.counter()).to.equal(before + 1n);
    expect(await status(row, row.granted)).to.equal(1n);
  },

  enable: async (row) => {
    row.enabled = await sessionOf(row, { salt: 2n });
    await ownerCalls(row, "enableSession", sessionId(row.enabled), "0x");
    expect(await status(row, row.enabled)).to.equal(1n);
  },

  use: async (row) => {
    for (const session of [row.granted, row.enabled]) {
      const before = await row.target.counter();
      await use(row, session, [increment(row)]);
      expect(await row.target.counter()).to.equal(before + 1n);
    }
  },

  batch: async (row) => {
    await use(row, row.enabled, [set(row, 41n), increment(row)]);
    expect(await row.target.counter()).to.equal(42n);
  },

  refuse: async (row, kind) => {
    const refuses = async (swapped: Call[], calls: Call[], error: string): Promise<void> => {
      const op = await sessionOperation(row, row.enabled, calls, { swapped });
      await refused(row, kind, op, error);
    };
    const allowed = set(row, LIMIT);
    const elsewhere = set(row, LIMIT, wallet("elsewhere").address);
    await refuses([elsewhere], [allowed], "SessionNotEnabled");
    await refuses([set(row, LIMIT + 1n)], [allowed], "RuleNotMet");
    await refuses([increment(row), set(row, LIMIT + 1n)], [increment(row), allowed], "RuleNotMet");
    await refuses([{ ...increment(row), target: row.subject.address }], [increment(row)], "ForbiddenTarget");
    const key = ecdsaKey(wallet("mallory"));
    const stranger = await sessionOperation(row, row.enabled, [allowed], { key });
    expect(await refusalOf(row, stranger)).to.equal("AA24 signature error");
    expect(await row.target.counter()).to.equal(42n);
  },

  revoke: async (row, kind) => {
    await ownerCalls(row, "revokeSession", sessionId(row.granted));
    const op = await sessionOperation(row, row.granted, [increment(row)]);
    await refused(row, kind, op, "SessionIsRevoked");
    await use(row, row.enabled, [increment(row)]);
  },

  uninstall: async (row, kind) => {
    row.unused = await grantOf(row, await sessionOf(row, { salt: 3n }));
    await byOwner(row, row.subject.adapter.uninstallModule(row.validatorAddress));
    expect(await row.validator.isInitialized(row.subject.address)).to.equal(false);
    const op = await sessionOperation(row, row.enabled, [increment(row)]);
    expect(await refusalOf(row, op)).to.equal(kind.uninstalled);
  },

  reinstall: async (row, kind) => {
    await byOwner(row, row.subject.adapter.installModule(row.validatorAddress));
    const old = await sessionOperation(row, row.enabled, [increment(row)]);
    await refused(row, kind, old, "SessionNotEnabled");
    const [session] = row.unused.sessions as [Session];
    const late = await sessionOperation(row, session, [increment(row)], { mode: "enable", grant: row.unused });
    await refused(row, kind, late, "BadGrant");

    const fresh = await sessionOf(row, { salt: 4n });
    await use(row, fresh, [increment(row)], { mode: "enable", grant: await grantOf(row, fresh) });
    await use(row, fresh, [set(row, 7n), increment(row)]);
    expect(await row.target.counter()).to.equal(8n);
  },
};

/** The operation of a step, for accounts that refuse them all. */
async function attempt(row: Row, step: string): Promise<PackedUserOperation> {
  const { subject, validatorAddress } = row;
  const session = await sessionOf(row);
  const calls = step === "batch" ? [set(row, 41n), increment(row)] : [increment(row)];
  const onModule = (name: "enableSession" | "revokeSession", ...values: string[]): string => {
    const data = row.validator.interface.encodeFunctionData(name as "enableSession", values as [string, string]);
    return encodeExecute([{ target: validatorAddress, value: 0n, data }]);
  };
  const ofOwner: Record<string, () => string> = {
    install: () => subject.adapter.installModule(validatorAddress),
    enable: () => onModule("enableSession", sessionId(session), "0x"),
    revoke: () => onModule("revokeSession", sessionId(session)),
    uninstall: () => subject.adapter.uninstallModule(validatorAddress),
    reinstall: () => subject.adapter.installModule(validatorAddress),
  };
  const callData = ofOwner[step]?.();
  if (callData !== undefined) return ownerOperation(row, callData);
  if (step !== "grant") return sessionOperation(row, session, calls);
  return sessionOperation(row, session, calls, { mode: "enable", grant: await grantOf(row, session) });
}

/** Every account on every EntryPoint, every step, with the accounts' own bytecode. */
describe("account × EntryPoint @size", () => {
  const table = new Table(Object.keys(STEPS));

  for (const kind of ACCOUNTS) {
    for (const version of VERSIONS) describe(`${kind.name} on v${version}`, () => row(kind, version));
  }

  describe("the table", () => {
    it("is complete, and the one in docs/integrating.md", function () {
      console.log(`\n${table.toString()}\n`);
      // Rows that were left out by --grep, or failed above, say nothing of the others.
      if (table.complete) expect(table.published()).to.equal(table.toString());
    });
  });

  function row(kind: AccountKind, version: EntryPointVersion): void {
    const cells = table.row(kind, version);
    let seat: Row;

    before(async () => {
      const base = await ground();
      seat = { ...base, subject: await kind.create(base, version), version } as Row;
      expect(await ethers.provider.getCode(seat.subject.address)).to.not.equal("0x");
    });

    const refuses = kind.refuses?.[version];
    if (refuses !== undefined) {
      for (const name of Object.keys(STEPS)) {
        it(`${name}: refused by the account`, async () => {
          expect(await refusalOf(seat, await attempt(seat, name))).to.equal(refuses);
          cells.refused(name, refuses);
        });
      }
      return;
    }
    for (const [name, step] of Object.entries(STEPS)) {
      it(name, async () => {
        await step(seat, kind);
        cells.works(name);
      });
    }
  }
});
