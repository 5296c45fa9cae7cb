import { importSession } from "../../sdk/actions/importSession";
import type { SessionFile } from "../../sdk/handover/sessionFile";
import type { Connection } from "../connection";
import { failed, ok, type Finding } from "./finding";

/** Whether the chain agrees with a session file. */
export async function examineSession({ provider }: Connection, document: SessionFile | undefined): Promise<Finding[]> {
  if (document === undefined) return [];
  try {
    const { enabled } = await importSession(provider, document);
    return [ok("session", enabled ? "enabled" : "granted; its first operation enables it")];
  } catch (error) {
    return [failed("session", error)];
  }
}
