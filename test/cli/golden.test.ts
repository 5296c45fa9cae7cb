import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import hre from "hardhat";
import { parseSessionFile, stringifySessionFile, type SessionFile } from "../../sdk/handover";
import { Shell } from "./shell";
import { replay } from "./transcript";

const GOLDEN = join(__dirname, "golden");
const DOCS = join(__dirname, "../../docs");
const FILES = ["session.json", "policy.json", "other.json", "short.json", "tokens.json", "paid.json"];

describe("session-keys, word for word", function () {
  let shell: Shell;

  before(async function () {
    // Instrumented code is too large for a node without the plugin's settings.
    if ("__SOLIDITY_COVERAGE_RUNNING" in hre) this.skip();
    shell = await Shell.open();
  });

  after(() => shell?.close());

  beforeEach(() => shell.reset(...FILES));

  it("docs/walkthrough.md", () => replay(shell, join(DOCS, "walkthrough.md")));

  it("test/cli/golden/help.md", () => replay(shell, join(GOLDEN, "help.md")));

  it("test/cli/golden/json.md: one object each, whatever happens", async () => {
    await replay(shell, join(GOLDEN, "json.md"));
    const text = readFileSync(join(GOLDEN, "json.md"), "utf8");
    const objects = [...text.matchAll(/^\{\n[\s\S]*?\n\}$/gm)].map(([json]) => JSON.parse(json) as { ok: boolean });
    expect(objects).to.have.length([...text.matchAll(/^\$ session-keys /gm)].length);
    for (const object of objects) expect(object).to.have.all.keys("ok", "command", object.ok ? "result" : "error");
  });

  it("test/cli/golden/refusals.md", async () => {
    const file = sessionFile();
    const write = (name: string, text: string) => writeFileSync(shell.world.path(name), text);
    const text = stringifySessionFile(file);
    write("text.json", "{ session }");
    write("extra.json", text.replace('"version"', '"owner": "me",\n  "version"'));
    write("units.json", text.replace('"limit": "20000000000000000"', '"limit": 0.02'));
    write("altered.json", text.replace('"limit": "20000000000000000"', '"limit": "90000000000000000"'));
    write("elsewhere.json", stringifySessionFile({ ...file, session: { ...file.session, chainId: 1n } }));
    write("foreign.json", stringifySessionFile({ ...file, session: { ...file.session, account: file.validator } }));
    await replay(shell, join(GOLDEN, "refusals.md"));
  });
});

/** A session that nobody granted. */
function sessionFile(): SessionFile {
  const path = join(GOLDEN, "session.json");
  return parseSessionFile(readFileSync(path, "utf8"));
}
