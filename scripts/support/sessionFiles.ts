import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { sameAddress } from "../../sdk/hex";
import { parseSessionFile, stringifySessionFile, type SessionFile } from "../../sdk/handover/sessionFile";
import { UserError } from "./cli";
import type { Chain, Installation } from "./chain";

/** Where the scripts look for the session if `--file` does not say. */
export const DEFAULT_FILE = "session.json";

/** Writes a session file; never over another one unless `force`. */
export function writeSession(path: string, file: SessionFile, force: boolean): void {
  if (existsSync(path) && !force) throw new UserError(`${path} exists: take another --file, or --force`);
  writeFileSync(path, stringifySessionFile(file));
}

/** Reads a session file, which must be of this chain and of this chain's validator. */
export function readSession(path: string, chain: Chain, installed: Installation): SessionFile {
  if (!existsSync(path)) throw new UserError(`there is no ${path}: run scripts/grant.ts, or name the file by --file`);
  const file = parse(path);
  if (file.session.chainId !== chain.chainId) {
    const here = `${chain.network} is chain ${chain.chainId}`;
    throw new UserError(`wrong network: ${path} is for chain ${file.session.chainId}, ${here}`);
  }
  if (!sameAddress(file.validator, installed.validator)) {
    throw new UserError(`wrong validator: ${path} is for ${file.validator}, here it is ${installed.validator}`);
  }
  return file;
}

function parse(path: string): SessionFile {
  try {
    return parseSessionFile(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UserError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
