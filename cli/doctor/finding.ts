import { reportOf } from "../failure";

/** One thing that was looked at. */
export interface Finding {
  readonly name: string;
  readonly state: "ok" | "warning" | "problem";
  /** What was found. */
  readonly text: string;
  /** What to do. */
  readonly remedy?: string;
}

/** As it should be. */
export function ok(name: string, text: string): Finding {
  return { name, state: "ok", text };
}

/** May be meant so. */
export function warning(name: string, text: string, remedy: string): Finding {
  return { name, state: "warning", text, remedy };
}

/** Nothing works like this. */
export function problem(name: string, text: string, remedy: string): Finding {
  return { name, state: "problem", text, remedy };
}

/** Looking at it failed. */
export function failed(name: string, error: unknown): Finding {
  const { code, message, remedy } = reportOf(error);
  return { name, state: "problem", text: `${code}: ${message}`, ...(remedy === undefined ? {} : { remedy }) };
}
