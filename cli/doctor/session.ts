import { explain, SessionKeyError } from "../../sdk";
import { importSession } from "../../sdk/actions/importSession";
import type { SessionFile } from "../../sdk/handover/sessionFile";
import type { Connection } from "../connection";
import { ok, problem, type Finding } from "./finding";

/** Whether the chain agrees with a session file. */
export async function examineSession({ provider }: Connection, document: SessionFile | undefined): Promise<Finding[]> {
  if (document === undefined) return [];
  try {
    const { enabled } = await importSession(provider, document);
    return [ok("session", enabled ? "enabled" : "granted; its first operation enables it")];
  } catch (error) {
    if (!(error instanceof SessionKeyError)) throw error;
    const { code, cause, remedy } = explain(error);
    return [problem("session", `${code}: ${cause}`, REMEDIES[code] ?? remedy)];
  }
}

const REMEDIES: Readonly<Record<string, string>> = {
  GRANT_MISSING: "Let the owner sign it: session-keys grant.",
  WRONG_GRANT: "Let the account's owner sign it: session-keys grant.",
  SESSION_EXPIRED: "Make a new one: session-keys new.",
  SESSION_REVOKED: "Make a new one: session-keys new.",
  WRONG_EPOCH: "Make a new one: session-keys new.",
};
