import { examine } from "../doctor/examine";
import { keyOptions, Keys } from "../keys";
import { facts } from "../render";
import { EXIT } from "../support/input";
import { readSession } from "../files";
import type { Command } from "./command";

const MARKS = { ok: "ok     ", warning: "warning", problem: "PROBLEM" } as const;

/** `doctor`: what is in the way. */
export const doctorCommand: Command = {
  name: "doctor",
  arguments: ["[file]"],
  summary: "look for whatever could be in the way: node, contracts, bundler, clock, account, session",
  description:
    "Looks at the node, the chain's id, the contracts, the bundler, the clocks, the account with its module and its balance, and, with a " +
    "session file, at the session; says what is wrong and what to do. Changes nothing. Exits with 4 if there is a problem; " +
    "warnings alone exit with 0.",
  options: keyOptions("owner", "sender"),
  examples: ["doctor", "doctor session.json --bundler https://bundler.example --json"],
  async run(context, [file], values) {
    const document = file === undefined ? undefined : readSession(context, file);
    const findings = await examine(new Keys(context, values), document);
    const { green, yellow, red } = context.colours;
    const colours = { ok: green, warning: yellow, problem: red };
    const problems = findings.filter(({ state }) => state === "problem").length;
    const lines = findings.map(({ name, state, text, remedy }) => {
      const advice = remedy === undefined ? "" : `\n→ ${remedy}`;
      return [name, `${colours[state](MARKS[state])}  ${text}${advice}`] as const;
    });
    const verdict = problems === 0 ? "No problem was found." : `${problems} problem(s).`;
    return {
      result: { problems, findings },
      text: `${facts(context, lines)}\n\n${verdict}`,
      exitCode: problems === 0 ? EXIT.ok : EXIT.chain,
    };
  },
};
