import type { Counts } from "./report";

/** Where the progress is shown. */
export interface Screen {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** What is shown of a runner. */
export interface Shown {
  readonly counts: Counts;
  readonly head: { readonly number: number } | undefined;
}

/** Milliseconds between two looks: on a terminal, and where every line stays. */
const EVERY = { terminal: 500, plain: 30_000 } as const;

/**
 * Shows how a runner is getting on: one line that changes, on a terminal; elsewhere a line when something has changed.
 * Returns what ends it.
 * @example const end = showProgress(runner, process.stdout);
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

/** The runner in a line. */
export function lineOf({ counts, head }: Shown): string {
  const { inFlight, done, elsewhere, refused, reverted, missed, faults } = counts;
  const parts = { "in flight": inFlight, done, elsewhere, refused, reverted, missed, faults };
  const shown = Object.entries(parts).map(([name, count]) => `${count} ${name}`);
  return `block ${head?.number ?? "?"}: ${shown.join(", ")}`;
}
