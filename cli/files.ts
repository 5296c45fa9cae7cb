import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseSessionFile, stringifySessionFile, type SessionFile } from "../sdk/handover/sessionFile";
import type { Context } from "./context";
import { readText } from "./keys";
import { UserError } from "./support/input";

/** Reads a session file. Raises `FILE_NOT_FOUND`, and what `parseSessionFile` raises. */
export function readSession({ io }: Context, file: string): SessionFile {
  return parseSessionFile(readText(resolve(io.cwd, file), file));
}

/** Raises `FILE_EXISTS` if a file would be overwritten without `force`. */
export function assertFree({ io }: Context, file: string, force: boolean): void {
  if (force || !existsSync(resolve(io.cwd, file))) return;
  throw new UserError(`${file} exists: take another --out, or --force`, "FILE_EXISTS");
}

/** Writes a session file. A key that was in it stays in it. Raises `FILE_NOT_WRITTEN`. */
export function writeSession({ io }: Context, file: string, content: SessionFile): void {
  const text = stringifySessionFile(content, { dangerouslyWithKey: content.key !== undefined });
  try {
    writeFileSync(resolve(io.cwd, file), text);
  } catch {
    throw new UserError(`${file} cannot be written: does its folder exist?`, "FILE_NOT_WRITTEN");
  }
}
