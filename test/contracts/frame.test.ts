import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";

const TYPES = join(__dirname, "../../contracts/types");

/** The numeric constants of the types whose name ends so, by what comes before: `SESSION` for `SESSION_WORDS`. */
function constants(suffix: string): Map<string, number> {
  const pattern = new RegExp(`^uint256 constant (\\w+)_${suffix} = (0x[0-9a-f]+|\\d+);`, "gm");
  const sources = readdirSync(TYPES).map((file) => readFileSync(join(TYPES, file), "utf8"));
  return new Map(
    sources.flatMap((text) => [...text.matchAll(pattern)].map(([, name, value]) => [name!, Number(value)])),
  );
}

describe("The memory frame", () => {
  it("gives each noun as many words as it has, one after the other", () => {
    const words = constants("WORDS");
    const places = [...constants("PLACE")].sort(([, a], [, b]) => a - b);
    expect(places.map(([name]) => name)).to.have.members([...words.keys()].filter((name) => name !== "BUDGET"));

    const start = constants("START").get("FRAME");
    const ends = places.map(([name, place]) => place + 32 * words.get(name)!);
    expect(places.map(([, place]) => place)).to.deep.equal([start, ...ends.slice(0, -1)]);
    expect(ends.at(-1)).to.equal(constants("END").get("FRAME"));
  });
});
