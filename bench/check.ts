import type { Results } from "./results";

/** How much worse a figure may be: signatures have more or fewer zero bytes. */
const TOLERANCE = 0.005;

/** The numbers of a tree, each with its path. */
function leaves(tree: unknown, path: string): [string, number][] {
  if (typeof tree === "number") return [[path, tree]];
  return Object.entries(tree as object).flatMap(([key, child]) => leaves(child, path ? `${path}.${key}` : key));
}

/** Our figures that are worse than the committed ones by more than the tolerance, or that one of the two does not have. */
export function complaints(measured: Partial<Results>, committed: Results): string[] {
  const { scenarios, accounts, growth } = committed;
  const known = new Map(leaves({ scenarios, accounts, growth }, ""));
  const found = new Map(leaves(measured, ""));
  const worse = [...found].flatMap(([path, figure]) => {
    const before = known.get(path);
    if (before === undefined) return [`${path}: ${figure}, and no committed figure`];
    return figure > before * (1 + TOLERANCE) ? [`${path}: ${figure}, committed ${before}`] : [];
  });
  const missing = [...known.keys()].filter((path) => !found.has(path)).map((path) => `${path}: not measured any more`);
  return [...worse, ...missing];
}
