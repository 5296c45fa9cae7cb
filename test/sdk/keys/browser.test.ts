import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";

const FOLDER = join(__dirname, "../../../sdk/keys");

describe("keys in a browser", () => {
  for (const file of readdirSync(FOLDER)) {
    it(`${file} imports nothing of Node but types`, () => {
      const source = readFileSync(join(FOLDER, file), "utf8");
      const needed = [...source.matchAll(/^(?:import|export) (?!type )[^;]*?"(node:[^"]+)"|(?:require|import)\(/gm)];
      expect(needed.map(([line]) => line)).to.deep.equal([]);
    });
  }
});
