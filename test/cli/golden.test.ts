import { join } from "node:path";
import hre from "hardhat";
import { Shell } from "./shell";
import { replay } from "./transcript";

const GOLDEN = join(__dirname, "golden");
const DOCS = join(__dirname, "../../docs");

describe("session-keys, word for word", function () {
  let shell: Shell;

  before(async function () {
    // Instrumented code is too large for a node without the plugin's settings.
    if ("__SOLIDITY_COVERAGE_RUNNING" in hre) this.skip();
    shell = await Shell.open();
  });

  after(() => shell?.close());

  beforeEach(() => shell.reset("session.json", "policy.json"));

  it("docs/walkthrough.md", () => replay(shell, join(DOCS, "walkthrough.md")));
});
