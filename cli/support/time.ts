/** Unix seconds as people read them, in UTC. */
export function date(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** A length of time by its two largest units: `6 d 23 h`. */
export function duration(seconds: number): string {
  const units = [
    ["d", Math.floor(seconds / 86_400)],
    ["h", Math.floor(seconds / 3600) % 24],
    ["min", Math.floor(seconds / 60) % 60],
    ["s", seconds % 60],
  ] as const;
  const first = units.findIndex(([, count]) => count > 0);
  const parts = first < 0 ? [] : units.slice(first, first + 2).filter(([, count]) => count > 0);
  return parts.map(([unit, count]) => `${count} ${unit}`).join(" ") || "0 s";
}
