import { expect } from "chai";
import { readFileSync } from "node:fs";
import { handmade } from "./handmade";

describe("Bugs of others, made by hand", () => {
  it("are at least 30, each with an id of its own and a story", () => {
    const patches = handmade();
    expect(patches.length).to.be.at.least(30);
    expect(new Set(patches.map(({ id }) => id)).size).to.equal(patches.length);
    for (const { incident } of patches) expect(incident.length).to.be.greaterThan(40);
  });

  for (const { id, edits } of handmade()) {
    it(`${id} fits the contracts as they are`, () => {
      for (const { file, find, replace } of edits) {
        expect(readFileSync(file, "utf8").split(find).length - 1, find).to.equal(1);
        expect(replace).to.not.equal(find);
      }
    });
  }
});
