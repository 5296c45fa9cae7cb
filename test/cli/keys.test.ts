import { readFileSync, statSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import { encryptKeystoreJsonSync, id, Mnemonic, Wallet } from "ethers";
import hre from "hardhat";
import { parseSessionFile } from "../../sdk/handover";
import { privateKeys } from "../scripts/node";
import { Shell, type Done } from "./shell";

const ALICE = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";
const [OWNER = "", BOT = "", SENDER = ""] = privateKeys().map((key) => `0x${key}`);
const POLICY = ["--recipient", ALICE, "--amount", "0.05", "--fees", "0.02", "--salt", "1", "--force"];

describe("session-keys: keys", function () {
  let shell: Shell;
  let account: string;

  before(async function () {
    if ("__SOLIDITY_COVERAGE_RUNNING" in hre) this.skip();
    shell = await Shell.open();
    for (const [name, privateKey] of Object.entries({ owner: OWNER, bot: BOT, sender: SENDER })) {
      const { address } = new Wallet(privateKey);
      // The least that a keystore can ask for: the real thing is made below, once.
      const json = encryptKeystoreJsonSync({ address, privateKey }, `${name} secret`, { scrypt: { N: 2, r: 1, p: 1 } });
      writeFileSync(shell.world.path(`${name}.json`), json);
    }
    writeFileSync(shell.world.path("password"), "owner secret\n");
    shell.env = { SESSION_KEYS_RPC: shell.world.url };
    const env = { SESSION_KEYS_OWNER_KEY: OWNER };
    const done = await shell.run(["deploy", "--self-bundle", "--fund", "1", "--yes", "--json"], { env });
    account = (JSON.parse(done.out) as { result: { account: string } }).result.account;
    await shell.remember();
  });

  after(() => shell?.close());

  beforeEach(() => shell.reset("session.json", "new.json"));

  const list = ["list", "--json", "--owner-keystore", "owner.json"];

  function expectAccount({ code, out, err }: Done): void {
    expect(code, err + out).to.equal(0);
    expect((JSON.parse(out) as { result: { account: string } }).result.account).to.equal(account);
  }

  function expectRefused({ code, out, err }: Done, error: string): void {
    expect(err).to.match(new RegExp(`^error: ${error}: `));
    expect(out).to.equal("");
    expect(code).to.equal(2);
  }

  it("open a keystore with a password from a file, the environment, or a person, who is not shown typing it", async () => {
    expectAccount(await shell.run([...list, "--password-file", "password"]));
    expectAccount(await shell.run(list, { env: { SESSION_KEYS_PASSWORD: "owner secret" } }));
    expectAccount(
      await shell.run(list, { env: { SESSION_KEYS_OWNER_PASSWORD: "owner secret", SESSION_KEYS_PASSWORD: "" } }),
    );
    expectAccount(await shell.run(list, { answers: ["owner secret"] }));
    expect(shell.asked.pop()).to.deep.equal({ question: "Password of owner.json: ", hidden: true });
    const env = { SESSION_KEYS_OWNER_KEYSTORE: "owner.json", SESSION_KEYS_PASSWORD: "owner secret" };
    expectAccount(await shell.run(["list", "--json"], { env }));
  });

  it("are refused with a wrong password, without one, and from a file that is no keystore", async () => {
    expectRefused(
      await shell.run(list.slice(0, 1).concat(list.slice(2)), { answers: ["bot secret"] }),
      "WRONG_PASSWORD",
    );
    expectRefused(await shell.run(["list", "--owner-keystore", "owner.json"]), "NO_PASSWORD");
    expectRefused(await shell.run(["list", "--owner-keystore", "password"]), "INVALID_KEYSTORE");
    expect(await shell.run(["list", "--owner-keystore", "nowhere"])).to.include({ code: 5 });
  });

  it("work together from three keystores with three passwords, each opened once", async () => {
    const env = {
      SESSION_KEYS_OWNER_PASSWORD: "owner secret",
      SESSION_KEYS_SESSION_PASSWORD: "bot secret",
      SESSION_KEYS_SENDER_PASSWORD: "sender secret",
    };
    const steps = [
      ["new", ...POLICY, "--account", account, "--session-keystore", "bot.json"],
      ["grant", "session.json", "--yes", "--owner-keystore", "owner.json"],
      [...["send", "session.json", "--self-bundle", "--yes", "--call", `${ALICE} value=0.01`]].concat([
        ...["--session-keystore", "bot.json", "--sender-keystore", "sender.json"],
      ]),
      ["revoke", "session.json", "--self-bundle", "--yes", "--owner-keystore", "owner.json"],
    ];
    for (const argv of steps) {
      const { code, err } = await shell.run(argv, { env });
      expect(code, err).to.equal(0);
    }
  });

  it("are made by new, into a keystore that only its owner reads and that is never overwritten", async () => {
    const env = { SESSION_KEYS_SESSION_PASSWORD: "a new secret" };
    const argv = ["new", ...POLICY, "--account", account, "--new-key", "new.json"];
    const made = await shell.run(argv, { env });
    expect(made.code, made.err).to.equal(0);
    const path = shell.world.path("new.json");
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    const wallet = await Wallet.fromEncryptedJson(readFileSync(path, "utf8"), "a new secret");
    const file = readFileSync(shell.world.path("session.json"), "utf8");
    expect(parseSessionFile(file).session.signer).to.equal(wallet.address.toLowerCase());
    expect(file + made.out + made.err).to.not.include(wallet.privateKey.slice(2));
    expect(JSON.parse(readFileSync(path, "utf8"))).to.have.property("Crypto");
    expectRefused(await shell.run(argv, { env }), "FILE_EXISTS");
    expectRefused(await shell.run(argv.map((word) => (word === "new.json" ? "more.json" : word))), "NO_PASSWORD");
    const bare = argv.map((word) => (word === "new.json" ? "more.json" : word));
    expectRefused(await shell.run(bare, { answers: [""] }), "NO_PASSWORD");
  });

  it("in arguments are refused and not repeated, wherever they stand", async () => {
    const bare = OWNER.slice(2);
    const phrase = Mnemonic.fromEntropy(id("phrase").slice(0, 34)).phrase;
    const secrets = [OWNER, bare, OWNER.toUpperCase().replace("0X", "0x"), phrase, `${phrase} ${phrase}`];
    const places: ((secret: string) => string[])[] = [
      (secret) => ["list", "--owner-keystore", secret],
      (secret) => ["list", `--owner-keystore=${secret}`],
      (secret) => ["list", "--account", secret],
      (secret) => ["describe", secret],
      (secret) => [secret],
      (secret) => ["show", "--from-block", secret],
      (secret) => ["new", "--label", secret],
    ];
    for (const secret of secrets) {
      for (const place of places) {
        const done = await shell.run([...place(secret), "--json"]);
        expect(done.code).to.equal(2);
        expect(done.out).to.include("SECRET_IN_ARGUMENTS").and.not.include(secret).and.not.include(bare);
      }
    }
    expectRefused(await shell.run(["show", bare]), "SECRET_IN_ARGUMENTS");
    expectRefused(await shell.run(["send", "session.json", "--private-key", "x"]), "SECRET_IN_ARGUMENTS");
    expectRefused(await shell.run(["list", "--owner-key=x"]), "SECRET_IN_ARGUMENTS");
    expectRefused(await shell.run(["list", "--password", "x"]), "SECRET_IN_ARGUMENTS");
  });

  it("are not seen in ids, hashes, and the arguments of calls", async () => {
    const hash = id("hash");
    const env = { SESSION_KEYS_OWNER_KEY: OWNER };
    expect(await shell.run(["show", hash, "--account", account])).to.include({ code: 5 });
    expect(await shell.run(["revoke", "--by-signature", hash, "--yes"], { env })).to.include({ code: 0 });
    const call = ["--call", `${ALICE} set(bytes32) ${hash}`];
    await shell.run(["new", ...POLICY, "--account", account, "--for", ALICE]);
    expect((await shell.run(["check", "session.json", ...call])).err).to.match(/^error: NO_PERMISSION/);
  });

  it("were in nothing that was printed or written", () => {
    for (const key of privateKeys()) expect(shell.printed + shell.world.written()).to.not.include(key);
    for (const word of ["owner secret", "bot secret"]) expect(shell.printed).to.not.include(word);
  });
});
