import { assemblyChanges } from "./assembly";
import { parse, type Sources } from "./compiler";
import { expressionChanges } from "./expressions";
import type { Mutant } from "./mutant";
import { statementChanges } from "./statements";
import { below, child, children, isNode, type Change, type File, type Node } from "./syntax";

const MAX_TEXT = 90;

/** All mutants of these files, in the order of the files and of the places in them. */
export function mutantsOf(sources: Sources, paths: readonly string[]): Mutant[] {
  const trees = parse(sources, paths) as Map<string, Node>;
  const constants = new Set(
    [...trees.values()].flatMap((tree) => find(tree, isConstant)).map((node) => node["id"] as number),
  );
  return paths.flatMap((path) => {
    const file: File = { path, text: sources.get(path)!, constants };
    return find(trees.get(path)!, (node) => node.nodeType === "FunctionDefinition").flatMap((definition) =>
      named(file, definition, changesIn(file, definition["body"])),
    );
  });
}

/** The whole numbers that have a name. A mutant changes one at a place where it is used. */
function isConstant(node: Node): boolean {
  const type = node["typeDescriptions"] as { typeString?: string } | undefined;
  return node.nodeType === "VariableDeclaration" && node["constant"] === true && type?.typeString === "uint256";
}

function find(node: Node, wanted: (node: Node) => boolean): Node[] {
  return [...(wanted(node) ? [node] : []), ...below(node).flatMap((inner) => find(inner, wanted))];
}

/** The changes of a node and of everything in it, but for what is no expression: the left side of an assignment, a type. */
function changesIn(file: File, node: unknown): Change[] {
  if (!isNode(node)) return [];
  if (node.nodeType === "InlineAssembly") return assemblyIn(file, child(node, "AST"));
  const own = [...statementChanges(file, node), ...expressionChanges(file, node)];
  return [...own, ...parts(node).flatMap((part) => changesIn(file, part))];
}

function parts(node: Node): Node[] {
  switch (node.nodeType) {
    case "Assignment":
      return [child(node, "rightHandSide")];
    case "FunctionCall":
      return partsOfCall(node);
    case "ExpressionStatement":
      // The statement speaks for a call that returns nothing.
      return child(node, "expression").nodeType === "FunctionCall"
        ? partsOfCall(child(node, "expression"))
        : below(node);
    case "EmitStatement":
      return partsOfCall(child(node, "eventCall"));
    case "RevertStatement":
      return partsOfCall(child(node, "errorCall"));
    case "ForStatement":
      return below({ ...node, loopExpression: null });
    case "UnaryOperation":
      return /^(\+\+|--|delete)$/.test(node["operator"] as string) ? [] : below(node);
    default:
      return below(node);
  }
}

/** What a method is called on is an expression, its name is none. */
function partsOfCall(node: Node): Node[] {
  const callee = child(node, "expression");
  // Of `require(condition, Error(...))` the error is no expression.
  if (callee["name"] === "require") return children(node, "arguments").slice(0, 1);
  return below({ ...node, expression: callee.nodeType === "MemberAccess" ? callee["expression"] : null });
}

function assemblyIn(file: File, node: Node): Change[] {
  const inner = node.nodeType === "YulCase" ? [child(node, "body")] : below(node);
  const kept = node.nodeType === "YulAssignment" ? [child(node, "value")] : inner;
  return [...assemblyChanges(file, node), ...kept.flatMap((part) => assemblyIn(file, part))];
}

/** Changes of one place that come out the same count once; different ones get numbers. */
function named(file: File, definition: Node, changes: readonly Change[]): Mutant[] {
  const seen = new Map<string, number>();
  const stem = file.path.replace(/^.*\/|\.sol$/g, "");
  const name = (definition["name"] as string) || (definition["kind"] as string);
  return changes.map((found) => {
    const change = found.form === "statement" ? withSemicolon(file, found) : found;
    const original = file.text.slice(change.start, change.end);
    const key = `${stem}.${name}: ${flat(original)} -> ${flat(change.mutated) || "nothing"}`;
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    const line = file.text.slice(0, change.start).split("\n").length;
    return { ...change, id: count === 1 ? key : `${key} #${count}`, file: file.path, line, original };
  });
}

/** solc's statements end before their semicolon. */
function withSemicolon(file: File, change: Change): Change {
  return file.text[change.end] === ";" ? { ...change, end: change.end + 1 } : change;
}

/** On one line, and not too long. */
function flat(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length <= MAX_TEXT ? line : `${line.slice(0, MAX_TEXT)}…`;
}
