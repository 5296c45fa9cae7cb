import { expect } from "chai";
import { ethers } from "hardhat";
import {
  enableSession,
  encodeExecute,
  ENTRY_POINT_INTERFACE,
  listSessions,
  normalizeSession,
  revokeSession,
  rule,
  serializeSession,
  sessionId,
  sessionOfOperation,
  STATUSES,
} from "../../../sdk";
import { asAccount, enable, grantBy, operation, ownerOperation, sessionOf, use } from "../../helpers/operations";
import { ownerOf } from "../../helpers/owner";
import { callOf, permissionFor } from "../../helpers/validation";
import { world } from "../../helpers/world";

async function ready() {
  const w = await world();
  const session = normalizeSession(await sessionOf(w, [permissionFor(w, { rules: [rule("lte", [0], 9n)] })]));
  const list = (known?: (typeof session)[]) =>
    listSessions(ethers.provider, w.validatorAddress, w.accountAddress, known ? { known } : {});
  return { w, session, id: sessionId(session), list, owner: ownerOf(w) };
}

describe("listSessions", () => {
  it("rebuilds what was published from the logs, in their order, with the status of now", async () => {
    const { w, session, owner, list } = await ready();
    const other = { ...session, salt: 1n };
    await enableSession(owner, other);
    await enableSession(owner, session);
    await revokeSession(owner, other);
    expect(await list()).to.deep.equal([
      { sessionId: sessionId(other), status: STATUSES.revoked, session: other, source: "log", rejected: [] },
      { sessionId: sessionId(session), status: STATUSES.enabled, session, source: "log", rejected: [] },
    ]);
    expect(await listSessions(ethers.provider, w.validatorAddress, w.otherAccountAddress)).to.deep.equal([]);
  });

  it("reports a log that does not hash to its id, and does not trust it", async () => {
    const { w, session, id, list } = await ready();
    const account = await asAccount(w);
    const richer = { ...session, validUntil: session.validUntil + 1 };
    const data = serializeSession(richer);
    await account.enableSession(id, data);
    await account.enableSession(id, "0x1234");
    const [found] = await list();
    expect(found?.session).to.equal(undefined);
    expect(found?.rejected.map(({ reason }) => reason)).to.deep.equal([
      `the data is session ${sessionId(richer)}`,
      "UNKNOWN_VERSION: version byte 0x12, expected 0x01",
    ]);
    await account.enableSession(id, serializeSession(session));
    const [again] = await list();
    expect(again?.session).to.deep.equal(session);
    expect(again?.rejected).to.have.length(2);
  });

  it("does not take a session of another account for one of this", async () => {
    const { w, session, list } = await ready();
    const foreign = { ...session, account: w.otherAccountAddress };
    await (await asAccount(w)).enableSession(sessionId(foreign), serializeSession(foreign));
    const [found] = await list();
    expect([found?.session, found?.rejected[0]?.reason]).to.deep.equal([
      undefined,
      `the data is a session of ${w.otherAccountAddress}`,
    ]);
  });

  it("rebuilds a session of one permission from the operation that enabled it", async () => {
    const { w, session, list } = await ready();
    await use(w, session, [callOf(w, [5])], { mode: "enable", grant: await grantBy(w, [session]) });
    const [found] = await list();
    expect(found).to.deep.include({ session, source: "operation", status: STATUSES.enabled });
    await (await asAccount(w)).revokeAllSessions();
    expect((await list())[0]).to.deep.include({ session, source: "operation" });
  });

  it("needs to be told of the others, and of grants that never were enabled", async () => {
    const { w, session, id, list } = await ready();
    const two = { ...session, permissions: [...session.permissions, permissionFor(w, { maxValue: 1n })] };
    await use(w, two, [callOf(w, [5])], { mode: "enable", grant: await grantBy(w, [two]) });
    expect(await list()).to.deep.equal([{ sessionId: sessionId(two), status: STATUSES.enabled, rejected: [] }]);
    const known = [session, two, { ...session, account: w.otherAccountAddress }];
    expect(await list(known)).to.deep.equal([
      { sessionId: sessionId(two), status: STATUSES.enabled, session: two, source: "given", rejected: [] },
      { sessionId: id, status: STATUSES.none, session, source: "given", rejected: [] },
    ]);
  });

  it("looks at the blocks that it is told of", async () => {
    const { w, session } = await ready();
    await enable(w, session);
    const block = await ethers.provider.getBlockNumber();
    const list = (options: object) => listSessions(ethers.provider, w.validatorAddress, w.accountAddress, options);
    expect(await list({ fromBlock: block, toBlock: block })).to.have.length(1);
    expect(await list({ fromBlock: block + 1 })).to.have.length(0);
    expect(await list({ toBlock: block - 1 })).to.have.length(0);
  });
});

describe("sessionOfOperation", () => {
  it("finds the session among other operations, and returns nothing else", async () => {
    const { w, session, id } = await ready();
    const handle = (...ops: object[]) =>
      ENTRY_POINT_INTERFACE.encodeFunctionData("handleOps", [ops, w.bundler.address]);
    const op = await operation(w, session, [callOf(w, [5])], { mode: "enable", grant: await grantBy(w, [session]) });
    const owners = await ownerOperation(w, [callOf(w, [1])]);
    const trace = { account: w.accountAddress, chainId: w.chainId, sessionId: id, epoch: session.epoch };
    expect(normalizeSession(sessionOfOperation(handle(owners, op), trace)!)).to.deep.equal(session);
    expect(sessionOfOperation(handle(owners), trace)).to.equal(undefined);
    expect(sessionOfOperation(handle(op), { ...trace, account: w.otherAccountAddress })).to.equal(undefined);
    expect(sessionOfOperation(handle(op), { ...trace, chainId: 1n })).to.equal(undefined);
    expect(sessionOfOperation(handle(op), { ...trace, epoch: session.epoch - 1n })).to.equal(undefined);
    expect(sessionOfOperation(encodeExecute([callOf(w, [5])]), trace)).to.equal(undefined);
  });
});
