import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { RESULTS, type Results } from "./results";
import { curve, grouped, picture, rectangle, rule, text, THEMES, type Theme } from "./svg";

const WIDTH = 760;
const TOP = 40;

// ------------------------------------------------------------------------------------------------- beside the rivals

/** The panels, in the order in which they are drawn. */
const COMPARED: readonly (readonly [string, string])[] = [
  ["call", "call: target, selector, value, window"],
  ["erc20Total", "ERC-20 transfer: recipient, total"],
  ["batch3", "batch of 3 calls"],
  ["of256", "one of 256 permissions"],
  ["enable", "enable a session"],
  ["enableAndUse", "enable and use in one operation"],
];
const [PANEL, GAP, BAR, STEP] = [370, 20, 16, 24];
const [NAMES, BARS] = [100, 150];

interface Bar {
  readonly name: string;
  /** Without one it cannot be done, or nobody said how. */
  readonly gas: number | undefined;
  readonly fill: string;
}

function barsOf({ scenarios, rivals }: Results, scenario: string, theme: Theme): Bar[] {
  return [
    { name: "this project", gas: scenarios[scenario]?.overhead, fill: theme.ours },
    { name: "Biconomy v1", gas: rivals["biconomyV1"]?.[scenario]?.overhead, fill: theme.others[0]! },
    { name: "SmartSessions", gas: rivals["smartSessions"]?.[scenario]?.overhead, fill: theme.others[1]! },
  ];
}

function drawBars(bars: readonly Bar[], x: number, y: number, { ink, soft }: Theme): string[] {
  const most = Math.max(...bars.map(({ gas = 0 }) => gas));
  const ours = bars[0]!.gas!;
  return bars.flatMap(({ name, gas, fill }, i) => {
    const [top, base] = [y + i * STEP, y + i * STEP + 13];
    const label = text(x + NAMES - 8, base, name, { fill: i === 0 ? ink : soft, anchor: "end", bold: i === 0 });
    if (gas === undefined) return [label, text(x + NAMES, base, "not possible", { fill: soft })];
    const width = Math.max(2, (gas / most) * BARS);
    const ratio = i === 0 ? "" : ` · ${(gas / ours).toFixed(gas < 10 * ours ? 1 : 0)}×`;
    const value = text(x + NAMES + width + 6, base, `${grouped(gas)}${ratio}`, { fill: ink, bold: i === 0 });
    return [label, rectangle(x + NAMES, top, width, BAR, fill), value];
  });
}

function gasChart(results: Results, theme: Theme): string {
  const title = "Gas of a session key above the account's plain ECDSA owner";
  const height = TOP + 3 * 110 + 24;
  const notes = [
    "The rivals with the cheapest parts that do the work (bench/rivals/contracts): what they cost at least.",
    "Biconomy's ERC-20 module counts no total. Its enabled root is for any number of sessions.",
  ].map((note, i) => text(0, TOP + 3 * 110 + i * 16, note, { fill: theme.soft, size: 11 }));
  const panels = COMPARED.flatMap(([scenario, words], i) => {
    const [x, y] = [(i % 2) * (PANEL + GAP), TOP + Math.floor(i / 2) * 110];
    return [
      text(x, y + 14, words, { fill: theme.ink, size: 13, bold: true }),
      ...drawBars(barsOf(results, scenario, theme), x, y + 24, theme),
    ];
  });
  return picture(WIDTH, height, title, [
    text(0, 18, title, { fill: theme.ink, size: 15, bold: true }),
    ...panels,
    ...notes,
  ]);
}

// ------------------------------------------------------------------------------------------------------ how it grows

const GROWTH: readonly { readonly name: string; readonly words: string; readonly log: boolean }[] = [
  { name: "permissions", words: "permissions, one used", log: true },
  { name: "sessions", words: "sessions in the grant", log: true },
  { name: "rules", words: "rules of the call", log: false },
  { name: "batch", words: "calls in the batch", log: false },
  { name: "budgets", words: "budgets charged", log: false },
];
const [PLOT_X, PLOT_WIDTH, PLOT_HEIGHT, COLUMN, ROW] = [48, 180, 110, 255, 185];

/** A round number of gas at or above the greatest, and half of it. */
function ticksOf(most: number): number[] {
  const step = 10 ** Math.floor(Math.log10(most));
  const top = Math.ceil((2 * most) / step) * (step / 2);
  return [0, top / 2, top];
}

function drawCurve(points: readonly (readonly [number, number])[], log: boolean, x: number, y: number, theme: Theme) {
  const scale = (size: number) => (log ? Math.log2(size) : size);
  const [first, last] = [points[0]![0], points.at(-1)![0]];
  const ticks = ticksOf(Math.max(...points.map(([, gas]) => gas)));
  const at = (size: number) => x + ((scale(size) - scale(first)) / (scale(last) - scale(first))) * PLOT_WIDTH;
  const above = (gas: number) => y + PLOT_HEIGHT * (1 - gas / ticks.at(-1)!);
  const style = { fill: theme.soft, size: 11 } as const;
  const sizes = log ? [1, 4, 16, 64, 256, 1_024] : [first, ...(last > 16 ? [8, 16, 24, 32] : [4, 8, 12, 16])];
  return [
    ...ticks.map((gas) => rule(x, above(gas), PLOT_WIDTH, theme.grid)),
    ...ticks.map((gas) =>
      text(x - 6, above(gas) + 4, gas === 0 ? "0" : `${gas / 1_000}k`, { ...style, anchor: "end" }),
    ),
    ...sizes.map((size) => text(at(size), y + PLOT_HEIGHT + 16, grouped(size), { ...style, anchor: "middle" })),
    curve(
      points.map(([size, gas]) => [at(size), above(gas)] as const),
      theme.ours,
    ),
  ];
}

function growthChart({ growth }: Results, theme: Theme): string {
  const title = "Gas above the plain owner, as the session grows";
  const panels = GROWTH.flatMap(({ name, words, log }, i) => {
    const [x, y] = [(i % 3) * COLUMN, TOP + Math.floor(i / 3) * ROW];
    const points = Object.entries(growth[name]!).map(([size, gas]) => [Number(size), gas] as const);
    return [
      text(x, y + 14, words, { fill: theme.ink, size: 13, bold: true }),
      ...drawCurve(points, log, x + PLOT_X, y + 30, theme),
    ];
  });
  const head = text(0, 18, title, { fill: theme.ink, size: 15, bold: true });
  return picture(WIDTH, TOP + 2 * ROW, title, [head, ...panels]);
}

/** Writes `results/gas-light.svg`, `gas-dark.svg`, and the same for the growth. */
export function drawCharts(results: Results): void {
  for (const [name, theme] of Object.entries(THEMES)) {
    writeFileSync(join(RESULTS, `gas-${name}.svg`), gasChart(results, theme));
    writeFileSync(join(RESULTS, `growth-${name}.svg`), growthChart(results, theme));
  }
}
