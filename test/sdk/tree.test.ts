import { expect } from "chai";
import * as fc from "fast-check";
import { id } from "ethers";

import { MerkleTree, foldProof, hashPair, merkleProof, merkleRoot, padToPowerOfTwo, treeHeight } from "../../sdk/tree";
import { expectCode } from "./arbitraries";

const leavesOf = (count: number) => Array.from({ length: count }, (_, i) => id(`leaf ${i}`));

describe("tree", () => {
  it("proves every leaf of every size up to 20", () => {
    for (let count = 1; count <= 20; count++) {
      const tree = new MerkleTree(leavesOf(count));
      leavesOf(count).forEach((leaf, index) => expect(foldProof(leaf, tree.proof(index))).to.equal(tree.root));
      expect(tree.height).to.equal(treeHeight(count));
    }
  });

  it("does not prove another leaf, another index or a changed sibling", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 64 }), fc.nat(), fc.nat(), (count, a, b) => {
        const tree = new MerkleTree(leavesOf(count));
        const proof = tree.proof(a % count);
        const leaf = id(`leaf ${a % count}`);
        if (a % count !== b % count) expect(foldProof(id(`leaf ${b % count}`), proof)).not.to.equal(tree.root);
        const siblings = proof.siblings.map((sibling, d) => (d === b % tree.height ? id("x") : sibling));
        expect(foldProof(leaf, { ...proof, siblings })).not.to.equal(tree.root);
      }),
    );
  });

  it("reads the index least significant bit first, set meaning right child", () => {
    const [a, b, c, d] = leavesOf(4) as [string, string, string, string];
    expect(merkleRoot([a, b, c, d])).to.equal(hashPair(hashPair(a, b), hashPair(c, d)));
    expect(merkleProof([a, b, c, d], 2)).to.deep.equal({ index: 2, siblings: [d, hashPair(a, b)] });
  });

  it("pads by repeating the last leaf", () => {
    expect(padToPowerOfTwo([1, 2, 3])).to.deep.equal([1, 2, 3, 3]);
    const leaves = leavesOf(5);
    expect(merkleRoot(leaves)).to.equal(merkleRoot([...leaves, ...Array<string>(3).fill(leaves[4]!)]));
  });

  it("refuses an empty tree and a leaf beyond the padding, and takes one in the padding", () => {
    expectCode(() => merkleRoot([]), "EMPTY_TREE");
    expectCode(() => merkleProof(leavesOf(3), 4), "InvalidLeafIndex", { found: 4, leaves: 4 });
    expect(merkleProof(leavesOf(3), 3).index).to.equal(3);
  });
});
