import { LATEST_SECOND } from "../constants";
import { SessionKeyError } from "../errors";
import { EXPECTED, type Expectation } from "./format";

/** What zod objects to: the part of its issues that is used. */
export interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

/** The first thing that is wrong with a document, by the name of its field. */
export function complaint(document: unknown, issue: Issue): SessionKeyError {
  const { path } = issue;
  const name = nameOf(path);
  if (issue.code === "unrecognized_keys") {
    const found = issue.keys ?? [];
    return invalid("UNKNOWN_FIELD", `${name} has the unknown ${found.join(", ")}`, name, found);
  }
  const found = valueAt(document, path);
  if (found === undefined && path.length > 0) {
    const field = String(path[path.length - 1]);
    return invalid("MISSING_FIELD", `${nameOf(path.slice(0, -1))} has no ${field}`, name, field);
  }
  const expected = issue.message as Expectation;
  const shown = path[0] === "key" ? "something" : show(found);
  return invalid(codeOf(expected, found), `${name} is ${shown}, expected ${hint(expected, found)}`, name);
}

function codeOf(expected: Expectation, found: unknown): string {
  if (expected === "SECONDS" && isMilliseconds(found)) return "MILLISECONDS";
  if (expected === "AMOUNT" || expected === "QUANTITY") return "WRONG_UNIT";
  return expected === "VERSION" || expected === "SCHEMA" ? "WRONG_VERSION" : "WRONG_FIELD";
}

function hint(expected: Expectation, found: unknown): string {
  return `${EXPECTED[expected]}${expected === "SECONDS" && isMilliseconds(found) ? ", not milliseconds" : ""}`;
}

function isMilliseconds(found: unknown): boolean {
  return typeof found === "number" && found > LATEST_SECOND;
}

function nameOf(path: readonly PropertyKey[]): string {
  const parts = path.map((part, index) =>
    typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`,
  );
  return parts.join("") || "the document";
}

function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part], document);
}

function show(found: unknown): string {
  const shown = JSON.stringify(found) ?? "missing";
  return shown.length > 100 ? `${shown.slice(0, 99)}…` : shown;
}

/** An error of a session file. `where` names the field. */
export function invalid(code: string, message: string, where: string, found?: unknown): SessionKeyError {
  return new SessionKeyError(code, message, found === undefined ? { where } : { where, found });
}
