import type { Counts } from "./report";

/**
 * Where the progress is shown.
 * @example const screen: Screen = { isTTY: false, write: (text) => console.log(text.trimEnd()) };
 */
export interface Screen {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/**
 * What is shown of a runner.
 * @example
 * const shown: Shown = new Runner({ automations: [automation], provider, transport, state: stateFile });
 * console.log(lineOf(shown)); // block ?: 0 in flight, 0 done, 0 elsewhere, 0 refused, 0 reverted, 0 missed, 0 faults
 */
export interface Shown {
  readonly counts: Counts;
  readonly head: { readonly number: number } | undefined;
}

/** Milliseconds between two looks: on a terminal, and where every line stays. */
const EVERY = { terminal: 500, plain: 30_000 } as const;

/**
 * Shows how a runner is getting on: one line that changes, on a terminal; elsewhere a line when something has changed.
 * Returns what ends it.
 * @example
 * const runner = new Runner({ automations: [automation], provider, transport, state: stateFile });
 * const end = showProgress(runner, { write: (line) => console.log(line) });
 * end();
 */
export function showProgress(runner: Shown, screen: Screen): () => void {
  const live = screen.isTTY === true;
  let last = "";
  const show = () => {
    const line = lineOf(runner);
    if (line === last) return;
    screen.write(live ? `\r\u001b[2K${line}` : `${line}\n`);
    last = line;
  };
  const timer = setInterval(show, live ? EVERY.terminal : EVERY.plain);
  show();
  return () => {
    clearInterval(timer);
    show();
    if (live) screen.write("\n");
  };
}

/**
 * The runner in a line.
 * @example
 * const runner = new Runner({ automations: [automation], provider, transport, state: stateFile });
 * console.log(lineOf(runner)); // block ?: 0 in flight, 0 done, …
 */
export function lineOf({ counts, head }: Shown): string {
  const { inFlight, done, elsewhere, refused, reverted, missed, faults } = counts;
  const parts = { "in flight": inFlight, done, elsewhere, refused, reverted, missed, faults };
  const shown = Object.entries(parts).map(([name, count]) => `${count} ${name}`);
  return `block ${head?.number ?? "?"}: ${shown.join(", ")}`;
}
