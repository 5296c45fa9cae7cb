import { swaps } from "./expressions";
import { change, child, children, isNode, range, textOf, type Change, type File, type Node } from "./syntax";
import type { Operator } from "./mutant";

/** Everything that could be wrong with this statement besides its expressions. */
export function statementChanges(file: File, node: Node): Change[] {
  return { ...STATEMENTS }[node.nodeType]?.(file, node) ?? [];
}

const STATEMENTS: Readonly<Record<string, (file: File, node: Node) => Change[]>> = {
  IfStatement: condition,
  ForStatement: loop,
  ExpressionStatement: expressionStatement,
  EmitStatement: (file, node) => [
    change(node, "statement", "dropped emit", ""),
    ...swappedIn(file, node, child(node, "eventCall")),
  ],
  RevertStatement: (file, node) => swappedIn(file, node, child(node, "errorCall")),
  Continue: (_, node) => [change(node, "statement", "deleted statement", "")],
};

/** A condition that is always false leaves out a check, if all it leads to is a refusal. */
function condition(file: File, node: Node): Change[] {
  const test = child(node, "condition");
  const refuses = /^\{?\s*(?:[\w.]+\([^;]*;\s*|\([^;]*;\s*|uint256 [^;]*;\s*)*revert /.test(
    textOf(file, child(node, "trueBody")),
  );
  return [
    change(test, "expression", refuses ? "deleted check" : "fixed condition", "false"),
    ...(refuses ? [] : [change(test, "expression", "fixed condition", "true")]),
    ...(test.nodeType === "BinaryOperation" && !/^(&&|\|\|)$/.test(test["operator"] as string)
      ? []
      : [change(test, "expression", "negated condition", `!(${textOf(file, test)})`)]),
  ];
}

/** Loops that miss their first or their last item. */
function loop(file: File, node: Node): Change[] {
  const [test, body] = [child(node, "condition"), child(node, "body")];
  const [left, right] = [textOf(file, child(test, "leftExpression")), textOf(file, child(test, "rightExpression"))];
  const step = /\+= (\d+)$/.exec(textOf(file, child(node, "loopExpression")))?.[1] ?? "1";
  const first = firstValue(file, node);
  const last = test["operator"] === "<" ? `${left} + ${step} < ${right}` : `${left} > ${right} + ${step}`;
  return [
    ...(/^[<>]$/.test(test["operator"] as string) ? [change(test, "expression", "skipped item", last)] : []),
    ...(first === undefined ? [] : [change(body, "statement", "skipped item", `if (${first}) ${textOf(file, body)}`)]),
  ];
}

/** What holds for every item but the first: `i != 0`. */
function firstValue(file: File, node: Node): string | undefined {
  const start = node["initializationExpression"];
  if (!isNode(start) || start.nodeType !== "VariableDeclarationStatement") return undefined;
  const value = start["initialValue"];
  return `${children(start, "declarations")[0]!["name"] as string} != ${isNode(value) ? textOf(file, value) : "0"}`;
}

function expressionStatement(file: File, node: Node): Change[] {
  const inner = child(node, "expression");
  const text = textOf(file, node);
  if (/^require\(/.test(text)) return [change(node, "statement", "deleted check", "")];
  const sign = inner.nodeType === "Assignment" ? (inner["operator"] as string) : "=";
  const other = OTHER_ASSIGNMENTS[sign];
  return [
    change(node, "statement", deletion(inner, text), ""),
    ...(other === undefined
      ? []
      : [change(node, "statement", /[+-]/.test(sign) ? "arithmetic" : "bits", text.replace(sign, other))]),
    ...(inner.nodeType === "FunctionCall" ? swappedIn(file, node, inner) : []),
  ];
}

const OTHER_ASSIGNMENTS: Readonly<Record<string, string>> = { "+=": "-=", "-=": "+=", "^=": "|=", ">>=": "<<=" };

function deletion(inner: Node, text: string): Operator {
  const changed = inner["leftHandSide"] ?? inner["subExpression"];
  if (isNode(changed) && /"typeString":"(mapping|[^"]* storage )/.test(JSON.stringify(changed)))
    return "dropped storage write";
  return /^_?(require|reach|envelope\.reach)/.test(text) ? "deleted check" : "deleted statement";
}

/** A call that returns nothing, as a statement with two of its arguments swapped. */
function swappedIn(file: File, node: Node, call: Node): Change[] {
  const name = textOf(file, child(call, "expression"));
  const [start] = range(node);
  const before = file.text.slice(start, range(call)[0]);
  return swaps(file, call).map((parts) => change(node, "statement", "swapped arguments", `${before}${name}(${parts})`));
}
