import { expect } from "chai";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { examples } from "../../examples";
import { keepDocuments, tableOf } from "../../examples/support/documents";
import type { Outcome } from "../../examples/support/example";
import { execute, HARDHAT } from "../scripts/node";

// On a chain of their own: they turn the clock to 2030, and what they print has the addresses of a fresh chain in it.
const hardhat = (path: string) => execute([HARDHAT, "run", "--no-compile", path], { UPDATE: undefined });

describe("examples", function () {
  // Two processes, one of which plays all seven use cases: ten seconds of work each.
  this.timeout(120_000);

  it("do all jobs, are refused everything else, and are what the documents say", async () => {
    const { code, stdout, stderr } = await hardhat("scripts/examples.ts");
    expect(stderr).to.equal("");
    expect(code).to.equal(0);
    const [last] = stdout.trim().split("\n").slice(-1);
    expect(last).to.match(/^7 use cases: \d+ jobs done, \d+ attempts refused$/);
    const count = (word: string) => stdout.split("\n").filter((line) => line.startsWith(`${word} `)).length;
    expect(last).to.equal(`7 use cases: ${count("done")} jobs done, ${count("refused")} attempts refused`);
  });

  it("end at the first surprise", async () => {
    const { code, stdout } = await hardhat("test/examples/surprises.ts");
    expect(code).to.equal(0);
    const surprises = JSON.parse(stdout.trim().split("\n").at(-1)!) as Record<string, string>;
    const { ["done but refused"]: refusal, ["refused for another reason"]: other, ...rest } = surprises;
    expect(refusal).to.match(/^NO_PERMISSION: /);
    expect(other).to.match(/^theft: expected BudgetExceeded, got RuleNotMet /);
    expect(rest).to.deep.include({
      "refused before anything was done": "theft: nothing was done before",
      "nothing to do": "payment: there is nothing to do",
      done: "none",
      refused: "none",
      "refused but allowed": "payment: the SDK does not refuse it",
      "another balance": "balance: expected 2, found 1",
      "the same balance": "none",
    });
  });

  it("are all in the list, each with its documents", () => {
    const folders = readdirSync("examples", { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const names = folders.map(({ name }) => name).filter((name) => name !== "support");
    expect(examples.map(({ name }) => name).sort()).to.deep.equal(names.sort());
    for (const name of names) {
      const files = readdirSync(join("examples", name));
      expect(files, name).to.include.members(["README.md", "automation.ts", "calls.ts", "main.ts", "session.ts"]);
      expect(readFileSync(join("examples", name, "README.md"), "utf8")).to.contain(
        `npx hardhat run examples/${name}/main.ts`,
      );
    }
  });

  it("keep session.ts and calls.ts free of the local chain", () => {
    for (const { name } of examples) {
      for (const file of ["session.ts", "calls.ts"]) {
        const text = readFileSync(join("examples", name, file), "utf8");
        const imports = [...text.matchAll(/from "([^"]+)"/g)].map(([, path]) => path!);
        const allowed = /^(ethers|\.\.\/\.\.\/sdk(\/presets)?|\.\.\/support\/calls|\.\/session)$/;
        expect(
          imports.filter((path) => !allowed.test(path)),
          `${name}/${file}`,
        ).to.deep.equal([]);
      }
    }
  });
});

describe("documents of the examples", () => {
  const [example] = examples;
  const outcome = (title: string): Outcome => ({
    example: example!,
    texts: ["may do this"],
    rows: [{ title: "this" }, { title, error: "RuleNotMet" }],
  });
  let root: string;

  before(() => {
    root = mkdtempSync(join(tmpdir(), "examples-"));
    cpSync("README.md", join(root, "README.md"));
    cpSync("examples", join(root, "examples"), { recursive: true });
  });
  after(() => rmSync(root, { recursive: true }));

  it("have a row for each use case", () => {
    expect(tableOf([outcome("that")]).split("\n")[2]).to.equal(
      `| [${example!.title}](${example!.name}/README.md)<br>on ${example!.on} | this | that (\`RuleNotMet\`) |`,
    );
  });

  it("are out of date when something else was done", () => {
    expect(() => keepDocuments([outcome("that")], root, true)).not.to.throw();
    expect(() => keepDocuments([outcome("that")], root, false)).not.to.throw();
    expect(() => keepDocuments([outcome("else")], root, false)).to.throw(/^out of date: .*README\.md/);
    const own = join(root, "examples", example!.name, "README.md");
    expect(readFileSync(own, "utf8")).to.contain("```text\nmay do this\n```");
    expect(readFileSync(join(root, "README.md"), "utf8")).to.contain(`](examples/${example!.name}/README.md)`);
    writeFileSync(join(root, "README.md"), "without markers\n");
    expect(() => keepDocuments([outcome("that")], root, false)).to.throw(/README\.md/);
  });
});
