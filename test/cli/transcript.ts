import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import type { Shell } from "./shell";

// A transcript is Markdown whose ```console blocks hold what was typed (`$ …`) and what was printed. It is replayed, and must
// print the same; UPDATE=1 writes what it prints now. ```json blocks with a file name are files.

const BLOCK = /^```(console|json)(?: (\S+))?\n([\s\S]*?)^```$/gm;

/** Replays a transcript. Anything that fails must be followed by `$ echo $?`, so that every exit code is pinned. */
export async function replay(shell: Shell, path: string): Promise<void> {
  const text = readFileSync(path, "utf8");
  const parts: string[] = [];
  let end = 0;
  for (const match of text.matchAll(BLOCK)) {
    const [block, kind, file, body = ""] = match;
    parts.push(text.slice(end, match.index));
    end = match.index + block.length;
    if (kind === "json" && file !== undefined) writeFileSync(shell.world.path(file), body);
    parts.push(kind === "console" ? `\`\`\`console\n${await replayBlock(shell, body)}\`\`\`` : block);
  }
  const replayed = parts.join("") + text.slice(end);
  if (process.env["UPDATE"] === "1") writeFileSync(path, replayed);
  expect(readFileSync(path, "utf8"), "UPDATE=1 writes it anew").to.equal(replayed);
}

async function replayBlock(shell: Shell, body: string): Promise<string> {
  let printed = "";
  let code = 0;
  for (const line of commandsOf(body)) {
    const words = wordsOf(line, shell.env);
    if (line === "echo $?") {
      printed += `$ ${line}\n${code}\n`;
      code = 0;
      continue;
    }
    expect(code, `exit code of the command before "${line}"`).to.equal(0);
    printed += `$ ${line}\n`;
    const [program, ...args] = words;
    if (program === "export") assign(shell, args);
    else if (program === "session-keys") {
      const done = await shell.run(args);
      code = done.code;
      printed += hide(done.out + done.err, shell);
    } else throw new Error(`a transcript cannot run ${line}`);
  }
  expect(code, "exit code of the last command of a block").to.equal(0);
  return printed;
}

/** Where the node listens is another place every time. */
function hide(text: string, shell: Shell): string {
  return text.replaceAll(shell.world.url, "http://127.0.0.1:8545");
}

function commandsOf(body: string): string[] {
  const commands = body.matchAll(/^\$ ((?:.*\\\n)*.*)$/gm);
  return [...commands].map(([, command = ""]) => command);
}

function assign(shell: Shell, assignments: readonly string[]): void {
  for (const assignment of assignments) {
    const [name = "", ...value] = assignment.split("=");
    shell.env[name] = value.join("=");
  }
}

/** The words of a line as a shell makes them: quotes, variables, lines that go on. */
function wordsOf(line: string, env: Readonly<Record<string, string>>): string[] {
  const joined = line.replace(/\\\n\s*/g, "");
  const pieces = joined.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g);
  return [...pieces].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'|\$(\w+)/g, (_all, double: string, single: string, name: string) => {
      if (name !== undefined) return env[name] ?? "";
      return single ?? double.replace(/\$(\w+)/g, (_variable, inner: string) => env[inner] ?? "");
    }),
  );
}
