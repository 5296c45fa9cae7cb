/** The colours of a chart; its background is the page's. */
export interface Theme {
  readonly ink: string;
  readonly soft: string;
  readonly grid: string;
  readonly ours: string;
  readonly others: readonly string[];
}

/** One file for a page of each kind: `<picture>` chooses. */
export const THEMES: Readonly<Record<"light" | "dark", Theme>> = {
  light: { ink: "#1f2328", soft: "#59636e", grid: "#d1d9e0", ours: "#0969da", others: ["#bc4c00", "#8250df"] },
  dark: { ink: "#f0f6fc", soft: "#9198a1", grid: "#3d444d", ours: "#4493f8", others: ["#f0883e", "#ab7df8"] },
};

/** How a text is set. */
export interface TextStyle {
  readonly fill: string;
  readonly size?: number;
  readonly anchor?: "start" | "middle" | "end";
  readonly bold?: boolean;
}

/** A line of text whose baseline is at `y`. */
export function text(x: number, y: number, content: string, style: TextStyle): string {
  const { fill, size = 12, anchor = "start", bold = false } = style;
  const weight = bold ? ' font-weight="600"' : "";
  return `<text x="${x}" y="${y}" font-size="${size}" text-anchor="${anchor}" fill="${fill}"${weight}>${content}</text>`;
}

/** A filled rectangle. */
export function rectangle(x: number, y: number, width: number, height: number, fill: string): string {
  return `<rect x="${x}" y="${y}" width="${width.toFixed(1)}" height="${height}" rx="2" fill="${fill}"/>`;
}

/** A thin horizontal line. */
export function rule(x: number, y: number, width: number, stroke: string): string {
  return `<line x1="${x}" y1="${y}" x2="${x + width}" y2="${y}" stroke="${stroke}" stroke-width="1"/>`;
}

/** A line through points, each marked. */
export function curve(points: readonly (readonly [number, number])[], stroke: string): string {
  const path = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  const marks = points.map(([x, y]) => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="2.5" fill="${stroke}"/>`);
  return `<polyline points="${path}" fill="none" stroke="${stroke}" stroke-width="2"/>${marks.join("")}`;
}

/** A whole picture; `title` is what a screen reader says. */
export function picture(width: number, height: number, title: string, parts: readonly string[]): string {
  const font = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', Arial, sans-serif";
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="${font}">`;
  return `${head}\n<title>${title}</title>\n${parts.join("\n")}\n</svg>\n`;
}

/** `12579` as `12,579`. */
export function grouped(value: number): string {
  return value.toLocaleString("en-US");
}
