import { expect } from "chai";
import { join } from "node:path";
import { run } from "../../cli/main";
import { terminal } from "../../cli/io";
import packageJson from "../../package.json";
import { execute } from "../scripts/node";

const BIN = join(__dirname, "../../cli/session-keys.js");

describe("session-keys, the process", () => {
  it("is the bin of the package, and starts from the sources of a clone", async () => {
    expect(packageJson.bin["session-keys"]).to.equal("cli/session-keys.js");
    expect(packageJson.files).to.include("cli/session-keys.js");
    const { code, stdout, stderr } = await execute([BIN, "--version"]);
    expect({ code, stdout, stderr }).to.deep.equal({ code: 0, stdout: `${packageJson.version}\n`, stderr: "" });
  });

  it("shows the manual without arguments, in at most 120 columns, and without colours where no terminal is", async () => {
    const { code, stdout, stderr } = await execute([BIN], { FORCE_COLOR: "", TERM: "xterm-256color" });
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: "" });
    expect(stdout)
      .to.match(/^Usage: session-keys/)
      .and.not.include("\u001b");
    for (const line of stdout.split("\n")) expect([...line].length, line).to.be.at.most(120);
  });

  it("ends with its exit code, and its errors go to stderr; with --json to stdout", async () => {
    const plain = await execute([BIN, "describe", "nowhere.json"]);
    expect(plain.code).to.equal(5);
    expect(plain.stdout).to.equal("");
    expect(plain.stderr).to.equal("error: FILE_NOT_FOUND: nowhere.json cannot be read: is it there?\n");
    const json = await execute([BIN, "describe", "nowhere.json", "--json"]);
    expect(json.code).to.equal(5);
    expect(json.stderr).to.equal("");
    expect(JSON.parse(json.stdout)).to.deep.include({ ok: false, command: "describe" });
  });

  it("shows where an error comes from, if it is asked", async () => {
    const { stderr } = await execute([BIN, "describe", "nowhere.json"], { SESSION_KEYS_DEBUG: "1" });
    expect(stderr).to.match(/^error: FILE_NOT_FOUND[^\n]*\n.*UserError|\n\s+at /s);
  });

  it("colours what a person sees, and nothing with NO_COLOR or --json", async () => {
    const help = async (colour: boolean, ...more: string[]) => {
      let out = "";
      const world = terminal({ version: "0", loadOra: () => Promise.reject(new Error("no spinner here")) }, false);
      const code = await run(["list", "--help", ...more], { ...world, colour, out: (text) => void (out += text) });
      expect(code).to.equal(0);
      return out;
    };
    expect(await help(true)).to.include("\u001b[");
    expect(await help(false)).to.not.include("\u001b");
    const { stdout } = await execute([BIN, "--help"], { NO_COLOR: "1", FORCE_COLOR: "1" });
    expect(stdout).to.not.include("\u001b");
  });
});
