import { keccak256 } from "ethers";
import { SessionKeyError } from "./errors";
import { strip, type Hex } from "./hex";

/**
 * Where a leaf is in a tree, and what it takes to recompute the root from it.
 * @example const { index, siblings }: MerkleProof = permissionTree(session).proof(0);
 */
export interface MerkleProof {
  /** Position of the leaf; bit d (least significant first) set: we are the right child at level d. */
  readonly index: number;
  /** The sibling at each level, from leaf to root; as many as the tree is high. */
  readonly siblings: readonly Hex[];
}

/**
 * Height of the tree of `count` leaves: ceil(log2(count)).
 * @example treeHeight(5) // 3
 */
export function treeHeight(count: number): number {
  let height = 0;
  while (2 ** height < count) height++;
  return height;
}

/**
 * `items` padded to a power of two by repeating the last one. Raises `EMPTY_TREE`.
 * @example padToPowerOfTwo([1, 2, 3]) // [1, 2, 3, 3]
 */
export function padToPowerOfTwo<Item>(items: readonly Item[]): Item[] {
  const last = items[items.length - 1];
  if (last === undefined) throw new SessionKeyError("EMPTY_TREE", "a tree needs at least one leaf");
  const padding = 2 ** treeHeight(items.length) - items.length;
  return [...items, ...Array<Item>(padding).fill(last)];
}

/** keccak256 of two hashes of 32 bytes, one after the other. */
export function hashPair(left: Hex, right: Hex): Hex {
  return keccak256(left + strip(right));
}

/**
 * The binary tree that EIP-712 makes of nested fixed arrays (`Leaf[2][2]…`): `keccak256(left ‖ right)` at each level,
 * padded by repeating the last leaf. Unlike most Merkle trees it sorts nothing, so the index matters. A leaf may not be
 * mistaken for a node, because EIP-712 struct hashes start from a type hash.
 *
 * @example
 * const tree: MerkleTree = permissionTree(session);
 * const { index, siblings } = tree.proof(1);
 * console.log(tree.height, tree.root, index, siblings);
 */
export class MerkleTree {
  /** From the (padded) leaves up to the root. */
  private readonly levels: readonly (readonly Hex[])[];

  /** Raises `EMPTY_TREE`. */
  constructor(leaves: readonly Hex[]) {
    const levels: Hex[][] = [padToPowerOfTwo(leaves)];
    for (let level = levels[0]!; level.length > 1; level = levels[levels.length - 1]!) levels.push(parents(level));
    this.levels = levels;
  }

  /** Number of levels above the leaves: 0 for a single leaf. */
  get height(): number {
    return this.levels.length - 1;
  }

  /** The hash at the top; the leaf itself at height 0. */
  get root(): Hex {
    return this.levels[this.height]![0]!;
  }

  /** The proof of leaf `index` (padding included). Raises `InvalidLeafIndex`. */
  proof(index: number): MerkleProof {
    if (!Number.isInteger(index) || index < 0 || index >= 2 ** this.height) {
      const leaves = 2 ** this.height;
      throw new SessionKeyError("InvalidLeafIndex", `${index} of ${leaves} leaves`, { found: index, leaves });
    }
    const siblings = this.levels.slice(0, this.height).map((level, d) => level[(index >> d) ^ 1]!);
    return { index, siblings };
  }
}

function parents(level: readonly Hex[]): Hex[] {
  const above: Hex[] = [];
  for (let i = 0; i < level.length; i += 2) above.push(hashPair(level[i]!, level[i + 1]!));
  return above;
}

/** Root of the tree of `leaves`. Raises `EMPTY_TREE`. */
export function merkleRoot(leaves: readonly Hex[]): Hex {
  return new MerkleTree(leaves).root;
}

/** Proof of one leaf. For many proofs build one {@link MerkleTree}. Raises `EMPTY_TREE`, `InvalidLeafIndex`. */
export function merkleProof(leaves: readonly Hex[], index: number): MerkleProof {
  return new MerkleTree(leaves).proof(index);
}

/**
 * The root that `leaf` and `proof` make; the leaf is in the tree if it is the tree's root.
 * @example foldProof(leaf, { index: 0, siblings: [] }) // leaf
 */
export function foldProof(leaf: Hex, proof: MerkleProof): Hex {
  return proof.siblings.reduce(
    (node, sibling, d) => ((proof.index >> d) & 1 ? hashPair(sibling, node) : hashPair(node, sibling)),
    leaf,
  );
}
