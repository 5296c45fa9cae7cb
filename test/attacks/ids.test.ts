import { expect } from "chai";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ids from "./ids.json";

/** The catalogue that the ids come from: beside the repository, not in it. */
const THREATS = join(__dirname, "../../../shared/threats.md");

const all = ids.map(({ id }) => id);

describe("The catalogue of attacks", () => {
  it("has a test for every id, and no test for another", () => {
    const files = readdirSync(__dirname).filter((file) => file.endsWith(".test.ts"));
    const sources = files.map((file) => readFileSync(join(__dirname, file), "utf8"));
    const tested = sources.flatMap((source) => [...source.matchAll(/\battack\(\s*"(\w+)"/g)].map(([, id]) => id));
    expect([...new Set(tested)]).to.have.members(all);
  });

  it("is that of the threats, where they are at hand", () => {
    if (!existsSync(THREATS)) return;
    const [, catalogue] = readFileSync(THREATS, "utf8").split("## 2. ") as [string, string];
    const [rows] = catalogue.split("## 3. ") as [string];
    const threats = [...rows.matchAll(/^\| ([A-J]\d+) \|/gm)].map(([, id]) => id);
    expect([...threats, "K"]).to.deep.equal(all);
  });
});
