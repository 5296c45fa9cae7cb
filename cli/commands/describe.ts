import { describe, lint, summarize, sessionId, type DescribeContext, type Finding, type Session } from "../../sdk";
import type { Context } from "../context";
import { readSession } from "../files";
import { namesOf, TOKEN_OPTION } from "../support/names";
import type { Command } from "./command";

/** `describe`: what a session file allows, in English, and what is risky about it. */
export const describeCommand: Command = {
  name: "describe",
  arguments: ["<file>"],
  summary: "say in English what a session allows, and what is risky about it",
  description:
    "Reads a session file and says in plain English what the key may do, then what a careful owner should know. The text is " +
    "made from the document that is signed and nothing else. Needs no chain.",
  options: [TOKEN_OPTION],
  examples: ["describe session.json", "describe session.json --token USDC=0xA0b8…eB48:6 --json"],
  run(context, [file], values) {
    const document = readSession(context, file!);
    const names = namesOf(document, values);
    const { session, label } = document;
    const findings = lint(session, names);
    return Promise.resolve({
      result: { sessionId: sessionId(session), label: label ?? null, summary: summarize(session, names), findings },
      text: descriptionOf(context, session, names, findings, label),
    });
  },
};

/** The description and the findings, for people. */
export function descriptionOf(
  context: Context,
  session: Session,
  names: DescribeContext,
  findings: readonly Finding[],
  label?: string,
): string {
  const { bold, red, yellow, dim } = context.colours;
  const colours = { high: red, medium: yellow, low: dim };
  const title = label === undefined ? [] : [bold(label)];
  const lines = findings.map(
    ({ severity, where, message, why }) =>
      `${colours[severity](`${severity.padEnd(6)}`)}  ${where}: ${message}: ${why}`,
  );
  const risks = lines.length === 0 ? ["No findings."] : ["Findings:", ...lines];
  return [...title, describe(session, names), "", ...risks].join("\n");
}
