import {
  concat,
  getBytes,
  Interface,
  keccak256,
  parseEther,
  solidityPackedKeccak256,
  toBeHex,
  ZeroHash,
  zeroPadValue,
} from "ethers";
import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import type { Call } from "../../sdk";
import { ALICE, ERC20_TRANSFER, extravagant, INCREMENT, NOTHING } from "../calls";
import type { Work } from "../measure";
import type { System } from "../system";
import { WINDOW } from "../stage";

import { abi, buildBiconomy, byOwner, execute, forModule, send, type Biconomy } from "./biconomyChain";

// What session keys do on Biconomy v1.

/** A leaf of the tree whose root is stored: what one session key may do. */
interface Leaf {
  readonly validator: string;
  readonly data: string;
}

const { validAfter, validUntil } = WINDOW;

function leafHash({ validator, data }: Leaf): string {
  const types = ["uint48", "uint48", "address", "bytes"];
  return solidityPackedKeccak256(types, [validUntil, validAfter, validator, data]);
}

/** Root, and the path of the first leaf: OpenZeppelin's tree, in which pairs are sorted. */
function treeOf(leaves: readonly string[]): { readonly root: string; readonly proof: string[] } {
  const proof: string[] = [];
  let level = [...leaves];
  while (level.length > 1) {
    proof.push(level[1]!);
    const pairs = level.filter((_, i) => i % 2 === 0).map((left, i) => [left, level[2 * i + 1]!].sort());
    level = pairs.map((pair) => keccak256(concat(pair)));
  }
  return { root: level[0]!, proof };
}

/** An operation of the session key, through the session key manager. */
function bySession(b: Biconomy, { validator, data }: Leaf, proof: readonly string[], call: Call): Promise<string> {
  return send(b, execute([call]), (hash) => {
    const types = ["uint48", "uint48", "address", "bytes", "bytes32[]", "bytes"];
    const signature = b.key.signMessageSync(getBytes(hash));
    const values = [validUntil, validAfter, validator, data, proof, signature];
    return forModule(b, "SessionKeyManager", abi.encode(types, values));
  });
}

/** A batch of the session key, through the batched session router: each call brings its leaf. */
function batchBySession(b: Biconomy, { validator, data }: Leaf, calls: readonly Call[]): Promise<string> {
  const manager = b.modules["SessionKeyManager"];
  return send(b, execute(calls), (hash) => {
    const leaf = [validUntil, validAfter, validator, data, [], "0x"];
    const signature = b.key.signMessageSync(getBytes(solidityPackedKeccak256(["bytes32", "address"], [hash, manager])));
    const types = ["address", "tuple(uint48,uint48,address,bytes,bytes32[],bytes)[]", "bytes"];
    const values = [manager, calls.map(() => leaf), signature];
    return forModule(b, "BatchedSessionRouter", abi.encode(types, values));
  });
}

const increment = (b: Biconomy): Call => ({ target: b.targetAddress, value: 0n, data: INCREMENT });

function mayIncrement(b: Biconomy): Leaf {
  const cap = toBeHex(parseEther("0.1"), 16);
  const data = concat([b.key.address, b.targetAddress, INCREMENT, cap]);
  return { validator: b.modules["CallSessionValidationModule"]!, data };
}

function mayTransfer(b: Biconomy): Leaf {
  const types = ["address", "address", "address", "uint256"];
  const data = abi.encode(types, [b.key.address, b.tokenAddress, ALICE, 100_000_000n]);
  return { validator: b.modules["ERC20SessionValidationModule"]!, data };
}

function setRoot(b: Biconomy, root: string): Call {
  const data = new Interface(["function setMerkleRoot(bytes32)"]).encodeFunctionData("setMerkleRoot", [root]);
  return { target: b.modules["SessionKeyManager"]!, value: 0n, data };
}

/** Uses of a session whose leaf is one of so many. */
async function use(leafOf: (b: Biconomy) => Leaf, callOf: (b: Biconomy) => Call, leaves = 1): Promise<Work> {
  const b = await loadFixture(buildBiconomy);
  const [leaf, call] = [leafOf(b), callOf(b)];
  const others = Array.from({ length: leaves - 1 }, (_, i) => keccak256(toBeHex(i + 1, 32)));
  const { root, proof } = treeOf([leafHash(leaf), ...others]);
  await byOwner(b, [setRoot(b, root)]);
  return {
    times: 3,
    plain: () => byOwner(b, [call]),
    act: () => bySession(b, leaf, proof, call),
    forbidden: () => bySession(b, leaf, proof, extravagant([call])[0]!),
  };
}

async function batch(count: number): Promise<Work> {
  const b = await loadFixture(buildBiconomy);
  const leaf = mayIncrement(b);
  const calls = Array.from({ length: count }, () => increment(b));
  await byOwner(b, [setRoot(b, leafHash(leaf))]);
  return {
    times: 3,
    plain: () => byOwner(b, calls),
    act: () => batchBySession(b, leaf, calls),
    forbidden: () => batchBySession(b, leaf, extravagant(calls)),
  };
}

/** The owner replaces a root by another one. */
async function replaceRoot(before: string, after: string): Promise<Work> {
  const b = await loadFixture(buildBiconomy);
  if (before !== ZeroHash) await byOwner(b, [setRoot(b, before)]);
  return { times: 1, plain: () => byOwner(b, [NOTHING]), act: () => byOwner(b, [setRoot(b, after)]) };
}

const transfer = (b: Biconomy): Call => ({
  target: b.tokenAddress,
  value: 0n,
  data: concat([ERC20_TRANSFER, zeroPadValue(ALICE, 32), toBeHex(5, 32)]),
});

const [ROOT, OTHER_ROOT] = [keccak256("0x01"), keccak256("0x02")];

/** What npm carries of it, with a validation module of our own for calls (see `rivals/contracts/`). */
export const BICONOMY: System = {
  id: "biconomyV1",
  name: "Biconomy v1",
  works: {
    enable: () => replaceRoot(ZeroHash, ROOT),
    call: () => use(mayIncrement, increment),
    erc20Total: () => use(mayTransfer, transfer),
    batch3: () => batch(3),
    batch10: () => batch(10),
    of256: () => use(mayIncrement, increment, 256),
    revoke: () => replaceRoot(ROOT, OTHER_ROOT),
    revokeAll: () => replaceRoot(ROOT, ZeroHash),
  },
};
