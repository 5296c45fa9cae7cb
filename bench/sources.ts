import { artifacts } from "hardhat";

/** Where an instruction comes from. */
export interface Place {
  /** `File.function`, or `(generated)` for what the compiler adds. */
  readonly name: string;
  /** `File:line`. */
  readonly line: string;
}

interface Node {
  readonly nodeType?: string;
  readonly name?: string;
  readonly kind?: string;
  readonly src?: string;
}

interface Scope {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

const GENERATED: Place = { name: "(generated)", line: "(generated)" };

/** Maps the program counters of a contract of ours to its sources, through the compiler's source map. */
export async function placesOf(file: string, contract: string): Promise<(pc: number) => Place> {
  const info = await artifacts.getBuildInfo(`${file}:${contract}`);
  const output = info?.output.contracts[file]?.[contract]?.evm.deployedBytecode;
  if (info === undefined || output === undefined) throw new Error(`no build info of ${contract}: npm run build`);
  const sources = new Map(
    Object.entries(info.output.sources).map(([path, { id, ast }]) => [
      id,
      { path, text: Buffer.from(info.input.sources[path]!.content), scopes: scopesOf(ast as Node) },
    ]),
  );
  const indexes = instructionIndexes(Buffer.from(output.object, "hex"));
  const ranges = rangesOf(output.sourceMap);

  return (pc) => {
    const [start = -1, , id = -1] = ranges[indexes.get(pc) ?? -1] ?? [];
    const source = sources.get(id);
    if (source === undefined) return GENERATED;
    const base = source.path.split("/").pop()!.replace(".sol", "");
    const inside = source.scopes.filter((scope) => scope.start <= start && start < scope.end);
    const line = source.text.subarray(0, start).toString().split("\n").length;
    return { name: `${base}.${inside.at(-1)?.name ?? "(contract)"}`, line: `${base}:${line}` };
  };
}

/** The functions of a file. */
function scopesOf(node: unknown): Scope[] {
  if (node === null || typeof node !== "object") return [];
  const { nodeType, name, kind, src = "" } = node as Node;
  const [start = 0, length = 0] = src.split(":").map(Number);
  const own = nodeType === "FunctionDefinition" ? [{ name: name || (kind ?? ""), start, end: start + length }] : [];
  return [...own, ...Object.values(node).flatMap((child) => scopesOf(child))];
}

/** Which instruction starts at a byte of the code. */
function instructionIndexes(code: Uint8Array): Map<number, number> {
  const indexes = new Map<number, number>();
  for (let pc = 0; pc < code.length; ++pc) {
    indexes.set(pc, indexes.size);
    const op = code[pc]!;
    if (op >= 0x60 && op <= 0x7f) pc += op - 0x5f;
  }
  return indexes;
}

/** `start:length:file:…;…` for each instruction; an empty field repeats the one before. */
function rangesOf(map: string): number[][] {
  let current = [-1, -1, -1];
  return map.split(";").map((entry) => {
    const fields = entry.split(":");
    current = current.map((old, i) => (fields[i] ? Number(fields[i]) : old));
    return current;
  });
}
