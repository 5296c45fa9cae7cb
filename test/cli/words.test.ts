import { expect } from "chai";
import { id, Wallet } from "ethers";
import { openZeppelin } from "../matrix/accounts/modular";
import { nexus } from "../matrix/accounts/nexus";
import { FILE, withGuest, type Guest } from "./guest";

describe("session-keys: 32 bytes on the command line", function () {
  let guest: Guest;
  let account: string;
  let session: string;
  let operation: string;
  let transaction: string;

  withGuest((opened) => (guest = opened));

  beforeEach(async () => {
    await guest.sit(nexus, "0.7");
    account = guest.seat.subject.address;
    await guest.grant();
    const sent = await guest.done(...guest.set(7));
    session = sent["sessionId"] as string;
    operation = sent["userOpHash"] as string;
    transaction = sent["transactionHash"] as string;
  });

  const at = (...argv: string[]) => [...argv, "--account", account];
  const short = (word: string) => `${word.slice(0, 8)}…`;

  async function told(...argv: string[]): Promise<string> {
    const { code, error } = await guest.ask(...argv);
    return `${code} ${error.code}: ${error.message}`;
  }

  it("show takes them for the id of a session, and says what they are instead", async () => {
    expect((await guest.done(...at("show", session)))["sessionId"]).to.equal(session);
    const taken = (word: string) => `5 SESSION_NOT_FOUND: ${short(word)} was taken for the id of a session`;
    expect(await told(...at("show", operation))).to.equal(
      `${taken(operation)} of ${account}, and is the hash of an operation`,
    );
    expect(await told(...at("show", transaction))).to.equal(
      `${taken(transaction)} of ${account}, and is the hash of a transaction`,
    );
    const other = (await openZeppelin.create(guest.seat, "0.8")).address;
    expect(await told("show", session, "--account", other)).to.equal(
      `${taken(session)} of ${other}, and is the id of one of ${account}`,
    );
    const unknown = id("nothing");
    expect(await told(...at("show", unknown))).to.equal(
      `${taken(unknown)}, and none of that id was ever enabled on ${account}`,
    );
  });

  it("explain takes them for a hash, and says if they are the id of a session", async () => {
    expect(await guest.done("explain", operation)).to.include({ kind: "operation" });
    const taken = (word: string) =>
      `5 NOT_FOUND: ${short(word)} was taken for a hash, and no operation or transaction of`;
    expect(await told("explain", session)).to.equal(
      `${taken(session)} chain 31337 has it; it is the id of a session of ${account}, and show tells of those`,
    );
    const unknown = id("nothing");
    expect(await told("explain", unknown)).to.equal(`${taken(unknown)} chain 31337 has it`);
  });

  it("revoke takes no hash for an id; the id of an unused grant it does", async () => {
    for (const word of [operation, transaction]) {
      expect(await guest.refused(...at("revoke", word, "--by-signature"))).to.equal("5 SESSION_NOT_FOUND");
    }
    await guest.define("--salt", "2", "--force");
    await guest.done("grant", FILE);
    const { sessionId } = await guest.done("show", FILE);
    await guest.done(...at("revoke", sessionId as string, "--by-signature"));
    expect(await guest.refused(...guest.set(8))).to.equal("3 SESSION_REVOKED");
    await guest.done(...at("revoke", session, "--by-signature"));
  });

  it("private keys are refused and not repeated: those in the environment, and those of accounts in use", async () => {
    const { owner, deployer, key } = guest.seat;
    const used = Wallet.createRandom();
    await deployer.sendTransaction({ to: used.address, value: 1n });
    for (const { privateKey } of [owner, key, used]) {
      for (const command of ["show", "revoke", "explain"]) {
        const { code, error } = await guest.ask(...at(command, privateKey));
        expect(`${code} ${error.code}`).to.equal("2 SECRET_IN_ARGUMENTS");
        expect(JSON.stringify(error)).to.not.include(privateKey.slice(2));
      }
    }
    // Nobody can tell an unused one from an id; it is not repeated either.
    const { privateKey } = Wallet.createRandom();
    const { code, error } = await guest.ask(...at("show", privateKey));
    expect(`${code} ${error.code}`).to.equal("5 SESSION_NOT_FOUND");
    expect(JSON.stringify(error)).to.not.include(privateKey.slice(2));
  });
});
