import { paint, tableLine, type Column } from "../../scripts/support/table";
import type { Row } from "./play";

const COLUMNS: readonly Column[] = [
  { title: "", width: 7 },
  { title: "what the session key tries", width: 56 },
  { title: "refused with", width: 19 },
];
const WIDTH = 119;

export function printTitle(title: string): void {
  console.log(`\n${paint(title, "bold")}`);
}

/** The session in words, a little indented. */
export function printSession(text: string): void {
  for (const line of text.split("\n")) console.log(`  ${line}`);
}

/** A line for what was tried; for a refusal, another with its reason as the SDK tells it. */
export function printLine({ title, error }: Row, cause: string): void {
  const outcome = error === undefined ? "done" : "refused";
  console.log(tableLine(COLUMNS, [outcome, title, error ?? ""], [error === undefined ? "green" : "grey"]));
  if (cause !== "")
    console.log(paint(`         ${cause.length > WIDTH ? `${cause.slice(0, WIDTH - 1)}…` : cause}`, "grey"));
}
