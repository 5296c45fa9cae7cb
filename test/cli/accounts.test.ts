import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { type EntryPointVersion } from "../../sdk";
import { delegatedModular } from "../matrix/accounts/delegated";
import { kernel } from "../matrix/accounts/kernel";
import { openZeppelin } from "../matrix/accounts/modular";
import { nexus, nexusOf } from "../matrix/accounts/nexus";
import { referenceMsa } from "../matrix/accounts/referenceMsa";
import { ground, type AccountKind } from "../matrix/ground";
import { ownerOperation, succeed } from "../matrix/operations";
import { until } from "../runner/parts";
import { FILE, withGuest, type Guest } from "./guest";
import { runHere } from "./shell";

/** What the accounts can be, as errors name it. */
const TYPES = "modular, nexus, kernel, safe7579, referenceMsa";

describe("session-keys: sessions of other accounts than its own", function () {
  let guest: Guest;
  withGuest((opened) => (guest = opened));

  const plainNexus = nexusOf("Nexus with our owner validator", ({ ownerValidator }) => ownerValidator, "plain");
  const KINDS: readonly (readonly [AccountKind, EntryPointVersion])[] = [
    [nexus, "0.7"],
    [plainNexus, "0.8"],
    [kernel, "0.9"],
    [referenceMsa, "0.7"],
    [openZeppelin, "0.9"],
    [delegatedModular, "0.8"],
  ];
  for (const [kind, version] of KINDS) {
    it(`${kind.name} on v${version}: new, grant, send, a refusal, check, list, show, revoke`, async () => {
      const { targetAddress } = await guest.sit(kind, version);
      await guest.define();
      expect(await guest.refused(...guest.set(7))).to.equal("3 GRANT_MISSING");
      await guest.done("grant", FILE);
      await guest.done(...guest.set(7));
      expect(await guest.counter()).to.equal(7);
      expect(await guest.refused("send", FILE, "--call", `${targetAddress} increment()`)).to.equal("3 NO_PERMISSION");
      await guest.done("check", FILE, "--live", "--call", `${targetAddress} set(uint256) 8`);
      expect(await guest.list()).to.deep.equal(["enabled true"]);
      expect((await guest.done("show", FILE))["status"]).to.equal("enabled");
      await guest.done("revoke", FILE, "--by-signature");
      expect(await guest.list()).to.deep.equal(["revoked false"]);
      expect(await guest.refused(...guest.set(9))).to.equal("3 SESSION_REVOKED");
      expect(await guest.counter()).to.equal(7);
    });
  }

  it("a wrong type, or none where the account is not known, is refused by what was found and what is allowed", async () => {
    const { subject, targetAddress, owner } = await guest.sit(nexus, "0.7");
    await guest.grant();
    const { error } = await guest.ask(...guest.set(7), "--account-type", "kernel");
    expect(`${error.exitCode} ${error.code}`).to.equal("2 WRONG_ACCOUNT_TYPE");
    const found = `account ${subject.address} says that it is biconomy.nexus.1.0.0: type nexus`;
    expect(error.message).to.equal(`${found}, not kernel, of ${TYPES}`);
    const { message } = (await guest.ask(...guest.set(7), "--account-type", "metamask")).error;
    expect(message).to.equal(`--account-type is metamask, expected ${TYPES}`);
    await guest.done(...guest.set(7), "--account-type", "nexus");

    await guest.define("--account", targetAddress, "--target", owner.address, "--force");
    expect(await guest.refused("enable", FILE)).to.equal("2 UNKNOWN_ACCOUNT_TYPE");
    expect((await guest.ask("enable", FILE, "--account-type", "nexus")).code).to.equal(6);
  });

  it("doctor knows what the account is, what it needs, and how the module gets there", async () => {
    const base = await ground();
    const seat = { ...base, version: "0.7" as const, subject: await nexus.create(base, "0.7") };
    await guest.take(seat);
    const { address } = seat.subject;
    const findings = async () => {
      const { result, code } = await guest.ask("doctor", "--account", address);
      return { code, found: result["findings"] as { name: string; text: string; remedy?: string }[] };
    };
    const { code, found } = await findings();
    const names = ["node", "chain", "entryPoint", "sessionKeyValidator", "sessionLens", "bundler", "clock", "account"];
    expect(found.map(({ name }) => name)).to.deep.equal([...names, "module", "prefund"]);
    const named = (name: string) => found.find((finding) => finding.name === name)!;
    expect(named("account").text).to.equal(`${address}, nexus (biconomy.nexus.1.0.0), EntryPoint v0.7`);
    expect(code).to.equal(4);
    const [, data = ""] = /data (0x[0-9a-f]+)$/.exec(named("module").remedy!) ?? [];
    await succeed(seat, await ownerOperation(seat, data));
    expect((await findings()).code).to.equal(0);
  });

  /** `run`, until its log has that event; then it is told to stop. */
  async function running(file: string, event: string): Promise<void> {
    let log = "";
    const exit = runHere(["run", file], { ...guest.world(), err: (text) => void (log += text) });
    await until(event, () => log.includes(`"event":"${event}"`));
    process.emit("SIGTERM");
    expect((await exit).code, log).to.equal(0);
  }

  it("run acts for an account whose automation does not name the type; a wrong one is refused", async () => {
    const { targetAddress: to } = await guest.sit(nexus, "0.7");
    await guest.grant();
    const calls = [{ to, function: "set(uint256)", args: ["7"] }];
    const automation = { version: 1, name: "set", session: FILE, schedule: { every: 3_600 }, calls };
    writeFileSync(guest.path("set.json"), JSON.stringify(automation));
    expect(await guest.refused("run", "set.json", "--account-type", "kernel")).to.equal("2 WRONG_ACCOUNT_TYPE");
    await running("set.json", "done");
    expect(await guest.counter()).to.equal(7);
  });

  it("run takes automations on accounts of one EntryPoint, and not of two", async () => {
    await guest.sit(nexus, "0.7");
    const at = async (version: EntryPointVersion, out: string) => {
      const { address } = await openZeppelin.create(guest.seat, version);
      await guest.define("--account", address, "--out", out);
    };
    await guest.define();
    await at("0.7", "same.json");
    await at("0.8", "other.json");
    const required = (path: string) => `require(${JSON.stringify(join(__dirname, "../..", path))})`;
    const write = (file: string, ...sessions: string[]) => {
      const texts = sessions.map((session) => readFileSync(guest.path(session), "utf8"));
      const code = `const { defineAutomation, every } = ${required("runner")};
        const { parseSessionFile } = ${required("sdk/handover")};
        const given = { adapter: { nonceKey: () => 0n }, schedule: every(3600), calls: [] };
        module.exports = ({ key }) => ${JSON.stringify(texts)}.map((text, index) =>
          defineAutomation({ ...given, key, name: "a" + index, file: parseSessionFile(text) }));`;
      writeFileSync(guest.path(file), code);
    };
    write("two.js", FILE, "other.json");
    expect(await guest.refused("run", "two.js")).to.equal("2 SEVERAL_ENTRY_POINTS");
    write("one.js", FILE, "same.json");
    await running("one.js", "started");
  });

  it("explain finds operations of every EntryPoint by their hashes", async () => {
    const { target } = await guest.sit(kernel, "0.7");
    await guest.grant();
    const { userOpHash, transactionHash } = await guest.done(...guest.set(7));
    expect(await guest.done("explain", userOpHash as string)).to.include({ kind: "operation", failed: false });
    expect(await guest.done("explain", transactionHash as string)).to.include({ kind: "transaction", failed: false });
    const { hash } = await target.set(1);
    expect(await guest.done("explain", hash)).to.include({ kind: "transaction", failed: false });
  });
});
