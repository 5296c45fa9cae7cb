import { change, child, children, textOf, type Change, type File, type Node } from "./syntax";
import type { Operator } from "./mutant";

const OTHER: Readonly<Record<string, readonly [Operator, string]>> = {
  add: ["arithmetic", "sub"],
  sub: ["arithmetic", "add"],
  mul: ["arithmetic", "div"],
  shl: ["bits", "shr"],
  shr: ["bits", "shl"],
  or: ["bits", "and"],
  and: ["bits", "or"],
  xor: ["bits", "or"],
  eq: ["comparison", "xor"],
  lt: ["comparison", "gt"],
  gt: ["comparison", "lt"],
};

const ORDERED = new Set(["sub", "shl", "shr", "div"]);

/** Everything that could be wrong with this node of an assembly block. */
export function assemblyChanges(file: File, node: Node): Change[] {
  switch (node.nodeType) {
    case "YulFunctionCall":
      return calls(file, node);
    case "YulLiteral":
      return literals(file, node);
    case "YulExpressionStatement":
    case "YulAssignment":
      return [change(node, "yulStatement", "deleted statement", "")];
    default:
      return [];
  }
}

function calls(file: File, node: Node): Change[] {
  const name = child(node, "functionName")["name"] as string;
  const parts = children(node, "arguments").map((part) => textOf(file, part));
  const other = Object.hasOwn(OTHER, name) ? OTHER[name] : undefined;
  return [
    ...(other === undefined ? [] : [change(node, "yul", other[0], `${other[1]}(${parts.join(", ")})`)]),
    ...(ORDERED.has(name)
      ? [change(node, "yul", "swapped operands", `${name}(${[...parts].reverse().join(", ")})`)]
      : []),
    ...(name === "iszero" ? [change(node, "yul", "negated condition", parts[0]!)] : []),
  ];
}

function literals(file: File, node: Node): Change[] {
  if (node["kind"] !== "number") return [];
  const value = Number(textOf(file, node));
  const others = value === 0 ? [1] : [value + 1, value - 1];
  return others.map((other) => change(node, "yul", "constant", String(other)));
}
