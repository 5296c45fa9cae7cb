import type { Form, Operator } from "./mutant";

/** A node of solc's syntax tree. */
export interface Node {
  readonly nodeType: string;
  /** start:length:file, in bytes. */
  readonly src: string;
  readonly [key: string]: unknown;
}

/** Where a change goes, and what it is; the rest of a mutant follows from the place. */
export interface Change {
  readonly operator: Operator;
  readonly form: Form;
  readonly start: number;
  readonly end: number;
  readonly mutated: string;
}

/** What the operators need to know of the file that they look at. */
export interface File {
  readonly path: string;
  readonly text: string;
  /** Ids of the `uint256` constants of all files. */
  readonly constants: ReadonlySet<number>;
}

/** The field of a node that is a node. */
export function child(node: Node, field: string): Node {
  return node[field] as Node;
}

/** The field of a node that is a list of nodes; empty if there is none. */
export function children(node: Node, field: string): readonly Node[] {
  return (node[field] as readonly Node[] | null | undefined) ?? [];
}

/** Whether a value of the tree is a node. */
export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "nodeType" in value && "src" in value;
}

/** All that hangs below a node, one level down, in the order of the tree. */
export function below(node: Node): Node[] {
  return Object.values(node).flat().filter(isNode);
}

/** First and one past the last byte. */
export function range(node: Node): [start: number, end: number] {
  const [start, length] = node.src.split(":").map(Number) as [number, number];
  return [start, start + length];
}

/** The source of a node. */
export function textOf(file: File, node: Node): string {
  return file.text.slice(...range(node));
}

/** The type of an expression: "uint256". */
export function typeOf(node: Node): string {
  return (node["typeDescriptions"] as { typeString?: string } | undefined)?.typeString ?? "";
}

/** The change of a whole node. */
export function change(node: Node, form: Form, operator: Operator, mutated: string): Change {
  const [start, end] = range(node);
  return { operator, form, start, end, mutated };
}
