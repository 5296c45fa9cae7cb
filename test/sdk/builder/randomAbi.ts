import { AbiCoder, getAddress, Interface, ParamType, type FunctionFragment } from "ethers";

/** A parameter of a random signature. */
export interface Param {
  readonly name: string;
  readonly type: string;
  readonly components?: readonly Param[];
}

/** One word that a decoder sees: a value, or the length of something dynamic. */
export interface Leaf {
  /** As `argumentPath` takes it: `p0.f1[2]`. */
  readonly text: string;
  /** From the arguments down: names of fields, positions of elements. */
  readonly steps: readonly (string | number)[];
  readonly type: string;
  readonly isLength: boolean;
  /** The word that the ABI gives the value. */
  readonly word: bigint;
  readonly value: unknown;
}

/** A random function and a random call of it. */
export interface RandomCall {
  readonly params: readonly Param[];
  readonly values: readonly unknown[];
  readonly fragment: FunctionFragment;
  readonly leaves: readonly Leaf[];
}

/** mulberry32: reproducible, good enough to choose shapes. */
export class Random {
  constructor(private state: number) {}

  /** 0 to `below` - 1. */
  int(below: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.int(items.length)]!;
  }

  bytes(count: number): string {
    return `0x${Array.from({ length: count }, () => this.int(256).toString(16).padStart(2, "0")).join("")}`;
  }
}

const WORDS = [
  "uint256",
  "uint8",
  "uint128",
  "int256",
  "int24",
  "int8",
  "address",
  "bool",
  "bytes1",
  "bytes4",
  "bytes32",
];

function randomParam(random: Random, name: string, depth: number): Param {
  const kind = random.int(depth === 0 ? 7 : 12);
  if (kind < 5) return { name, type: random.pick(WORDS) };
  if (kind < 7) return { name, type: random.pick(["bytes", "string"]) };
  if (kind < 9) {
    const size = 1 + random.int(3);
    const components = Array.from({ length: size }, (_, i) => randomParam(random, `f${i}`, depth - 1));
    return { name, type: "tuple", components };
  }
  const item = randomParam(random, name, depth - 1);
  return { ...item, type: `${item.type}[${random.pick(["", "", "1", "2", "3"])}]` };
}

const coder = AbiCoder.defaultAbiCoder();

function randomWord(random: Random, type: string): unknown {
  if (type === "address") return getAddress(random.bytes(20));
  if (type === "bool") return random.int(2) === 1;
  if (type.startsWith("bytes")) return random.bytes(Number(type.slice(5)));
  const signed = type.startsWith("int");
  const bits = BigInt(type.slice(signed ? 3 : 4));
  // Away from both ends, so that one step more or less is a value too.
  const magnitude = (BigInt(random.bytes(32)) % ((1n << (bits - 1n)) - 2n)) + 1n;
  return signed && random.int(2) === 1 ? -magnitude : magnitude;
}

/** Whether the type is one word. */
export function isWord(type: string): boolean {
  return WORDS.includes(type);
}

/** The value and its leaves. */
function randomValue(
  random: Random,
  param: Param,
  text: string,
  steps: readonly (string | number)[],
  leaves: Leaf[],
): unknown {
  const { type } = param;
  if (isWord(type)) {
    const value = randomWord(random, type);
    leaves.push({ text, steps, type, isLength: false, word: BigInt(coder.encode([type], [value])), value });
    return value;
  }
  if (type === "bytes" || type === "string") {
    const size = random.int(70);
    leaves.push({ text, steps, type, isLength: true, word: BigInt(size), value: size });
    return type === "bytes" ? random.bytes(size) : "x".repeat(size);
  }
  if (type === "tuple") {
    return param.components!.map((field) =>
      randomValue(random, field, `${text}.${field.name}`, [...steps, field.name], leaves),
    );
  }
  const [, item, fixed] = /^(.*)\[(\d*)\]$/.exec(type)!;
  const size = fixed === "" ? random.int(4) : Number(fixed);
  if (fixed === "") leaves.push({ text, steps, type, isLength: true, word: BigInt(size), value: size });
  return Array.from({ length: size }, (_, i) =>
    randomValue(random, { ...param, type: item! }, `${text}[${i}]`, [...steps, i], leaves),
  );
}

/** A function called `name` with 1 to 5 random parameters, and a call of it. */
export function randomCall(random: Random, name: string, depth = 3): RandomCall {
  const count = 1 + random.int(5);
  const params = Array.from({ length: count }, (_, i) => randomParam(random, `p${i}`, depth));
  const leaves: Leaf[] = [];
  const values = params.map((param) => randomValue(random, param, param.name, [param.name], leaves));
  const fragment = new Interface([{ type: "function", name, inputs: params, outputs: [] }]).getFunction(name)!;
  return { params, values, fragment, leaves };
}

/** The arguments without the selector. */
export function encodeArguments(params: readonly Param[], values: readonly unknown[]): string {
  return coder.encode(
    params.map((param) => ParamType.from(param)),
    values,
  );
}

/** The same values with another one at a leaf. */
export function withLeaf(call: RandomCall, leaf: Leaf, value: unknown): readonly unknown[] {
  return replace(call.values, call.params, leaf.steps, value);
}

function replace(
  values: readonly unknown[],
  fields: readonly Param[] | Param,
  [step, ...rest]: readonly (string | number)[],
  value: unknown,
): readonly unknown[] {
  const params = Array.isArray(fields) ? (fields as readonly Param[]) : undefined;
  const index = params === undefined ? Number(step) : params.findIndex(({ name }) => name === step);
  const child = params?.[index] ?? {
    ...(fields as Param),
    type: /^(.*)\[\d*\]$/.exec((fields as Param).type)?.[1] ?? "",
  };
  const inner = child.type === "tuple" ? child.components! : child;
  return values.map((old, i) => {
    if (i !== index) return old;
    return rest.length === 0 ? value : replace(old as readonly unknown[], inner, rest, value);
  });
}
