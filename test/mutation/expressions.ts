import { change, child, children, textOf, typeOf, type Change, type File, type Node } from "./syntax";
import type { Operator } from "./mutant";

type Replacement = readonly [Operator, string];

/** What else could stand in the place of this operator; {@link comparisons} knows the comparisons. */
const BINARY: Readonly<Record<string, readonly Replacement[]>> = {
  "&&": [["logic", "||"]],
  "||": [["logic", "&&"]],
  "+": [["arithmetic", "-"]],
  "-": [["arithmetic", "+"]],
  "*": [["arithmetic", "/"]],
  "/": [["arithmetic", "*"]],
  "%": [["arithmetic", "/"]],
  "&": [["bits", "|"]],
  "|": [["bits", "&"]],
  "<<": [["bits", ">>"]],
  ">>": [["bits", "<<"]],
};

const COMPARISONS: Readonly<Record<string, readonly Replacement[]>> = {
  "<": [
    ["boundary", "<="],
    ["comparison", ">="],
  ],
  "<=": [
    ["boundary", "<"],
    ["comparison", ">"],
  ],
  ">": [
    ["boundary", ">="],
    ["comparison", "<="],
  ],
  ">=": [
    ["boundary", ">"],
    ["comparison", "<"],
  ],
  "==": [["comparison", "!="]],
  "!=": [
    ["comparison", "=="],
    ["boundary", ">"],
    ["boundary", "<"],
  ],
};

const UNORDERED = new Set(["+", "*", "&", "|", "^", "&&", "||", "==", "!="]);
const SHIFTS_AND_MASKS = new Set(["&", "<<", ">>"]);

/** Names that are easily taken for each other. */
const TWINS: Readonly<Record<string, string>> = {
  validAfter: "validUntil",
  validUntil: "validAfter",
  min: "max",
  max: "min",
  from: "to",
  to: "from",
  saturatingSub: "saturatingAdd",
  saturatingAdd: "saturatingSub",
};

/** Everything that could be wrong with this expression alone; its parts are asked separately. */
export function expressionChanges(file: File, node: Node): Change[] {
  const all = { ...OPERATORS }[node.nodeType]?.(file, node) ?? [];
  return all.map(([operator, mutated]) => change(node, "expression", operator, mutated));
}

const OPERATORS: Readonly<Record<string, (file: File, node: Node) => Replacement[]>> = {
  BinaryOperation: binary,
  UnaryOperation: unary,
  Conditional: conditional,
  Literal: literal,
  Identifier: (file, node) => [...constant(file, node), ...twin(file, node, node["name"] as string)],
  MemberAccess: constant,
  FunctionCall: call,
};

function binary(file: File, node: Node): Replacement[] {
  const [left, right] = [textOf(file, child(node, "leftExpression")), textOf(file, child(node, "rightExpression"))];
  const sign = node["operator"] as string;
  const found = [...(BINARY[sign] ?? []), ...comparisons(node, sign, right)].map(([operator, other]): Replacement => [
    operator,
    `(${left}) ${other} (${right})`,
  ]);
  if (!UNORDERED.has(sign)) found.push(["swapped operands", `(${right}) ${sign} (${left})`]);
  if (SHIFTS_AND_MASKS.has(sign)) found.push(["bits", left]);
  return found;
}

/** Addresses and hashes have no order, and nothing is below zero. */
function comparisons(node: Node, sign: string, right: string): readonly Replacement[] {
  const all = COMPARISONS[sign] ?? [];
  const isOrdered = typeOf(child(node, "leftExpression")).startsWith("uint") && right !== "0";
  return sign.length === 2 && !isOrdered && (sign === "==" || sign === "!=") ? all.slice(0, 1) : all;
}

function unary(file: File, node: Node): Replacement[] {
  const sign = node["operator"] as string;
  const inner = textOf(file, child(node, "subExpression"));
  if (sign === "!") return [["negated condition", inner]];
  return sign === "~" ? [["bits", inner]] : [];
}

function conditional(file: File, node: Node): Replacement[] {
  const [yes, no] = [textOf(file, child(node, "trueExpression")), textOf(file, child(node, "falseExpression"))];
  return [["negated condition", `${textOf(file, child(node, "condition"))} ? ${no} : ${yes}`]];
}

function literal(file: File, node: Node): Replacement[] {
  const text = textOf(file, node);
  if (node["kind"] === "bool") return [["logic", text === "true" ? "false" : "true"]];
  if (node["kind"] !== "number" || typeOf(node).startsWith("address")) return [];
  return Number(text) === 0 ? [["constant", "1"]] : oneMoreOrLess(text);
}

function constant(file: File, node: Node): Replacement[] {
  return file.constants.has(node["referencedDeclaration"] as number) ? oneMoreOrLess(textOf(file, node)) : [];
}

function oneMoreOrLess(text: string): Replacement[] {
  return [
    ["constant", `${text} + 1`],
    ["constant", `${text} - 1`],
  ];
}

function twin(file: File, node: Node, name: string): Replacement[] {
  const other = Object.hasOwn(TWINS, name) ? TWINS[name] : undefined;
  return other === undefined ? [] : [["swapped names", textOf(file, node).replace(new RegExp(`${name}$`), other)]];
}

function call(file: File, node: Node): Replacement[] {
  const callee = child(node, "expression");
  const parts = children(node, "arguments").map((part) => textOf(file, part));
  if (node["kind"] === "typeConversion") return widened(node, callee, parts);
  if (node["kind"] !== "functionCall") return [];
  const name = textOf(file, callee);
  const renamed = callee.nodeType === "MemberAccess" ? twin(file, callee, callee["memberName"] as string) : [];
  return [
    ...renamed.map(([operator, other]): Replacement => [operator, `${other}(${parts.join(", ")})`]),
    ...swaps(file, node).map((swapped): Replacement => ["swapped arguments", `${name}(${swapped})`]),
  ];
}

/** A mask that is left out: `uint64(x)` lets all of `x` pass. */
function widened(node: Node, callee: Node, [inner]: string[]): Replacement[] {
  const isMask = /^uint\d+$/.test(typeOf(node)) && typeOf(node) !== "uint256" && callee.nodeType !== "Identifier";
  return isMask ? [["bits", `uint256(${inner})`]] : [];
}

/** Functions that do not care about the order of their first two arguments. */
const COMMUTATIVE = /\.(min|max|saturatingAdd|saturatingMul|mul512|mulDiv)$/;

/** The arguments with two neighbours of one type swapped, for each such pair. */
export function swaps(file: File, node: Node): string[] {
  if (COMMUTATIVE.test(textOf(file, child(node, "expression")))) return [];
  const parts = children(node, "arguments");
  return parts.flatMap((part, i) => {
    const next = parts[i + 1];
    if (next === undefined || !isAlike(part, next) || textOf(file, part) === textOf(file, next)) return [];
    return [[...parts.slice(0, i), next, part, ...parts.slice(i + 2)].map((one) => textOf(file, one)).join(", ")];
  });
}

function isAlike(one: Node, other: Node): boolean {
  const plain = (node: Node) => typeOf(node).replace(/^(uint|int_const).*/, "uint");
  return plain(one) === plain(other);
}
