import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { DescribeContext } from "../sdk";
import { parseSessionFile, stringifySessionFile, type SessionFile } from "../sdk/handover/sessionFile";
import type { Context } from "./context";
import { readText } from "./keys";
import { UserError } from "./support/input";

/** Reads a session file. Raises `FILE_NOT_FOUND`, and what `parseSessionFile` raises. */
export function readSession({ io }: Context, file: string): SessionFile {
  return parseSessionFile(readText(resolve(io.cwd, file), file));
}

/** Writes a session file; over another one only if `force`. Raises `FILE_EXISTS`. A key that was in it stays in it. */
export function writeSession({ io }: Context, file: string, content: SessionFile, force: boolean): void {
  const path = resolve(io.cwd, file);
  if (existsSync(path) && !force) throw new UserError(`${file} exists: take another --out, or --force`, "FILE_EXISTS");
  const text = stringifySessionFile(content, { dangerouslyWithKey: content.key !== undefined });
  try {
    writeFileSync(path, text);
  } catch {
    throw new UserError(`${file} cannot be written: does its folder exist?`, "FILE_NOT_WRITTEN");
  }
}

/** What the file calls things, for `describe`. */
export function namesOf({ contracts = {} }: SessionFile): DescribeContext {
  const named = Object.entries(contracts).map(([address, abi]) => [address, { address, abi }] as const);
  return { contracts: Object.fromEntries(named) };
}
