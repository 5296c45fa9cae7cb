import type { Sources } from "./compiler";
import type { Form, Mutant } from "./mutant";

// One compilation takes seconds, a test that kills takes a fraction of one. So many mutants are compiled into one code, each
// behind a switch, and which of them is on is a word in the bytecode.

/** Stands for the number of the mutant; no such word can occur by itself. */
const MAGIC = "c0dedeadbeefc0dedeadbeefc0dedeadbeefc0dedeadbeefc0dedeadbeefc0de";

/** A calldata of 2^255 bytes does not exist, but the optimizer cannot know. */
const SELECTED = `xor(0x${MAGIC}, shr(255, calldatasize()))`;

const SWITCH_FILE = "mutation/Switch.sol";
const SWITCH = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;
function mutantIs(uint256 k) pure returns (bool on) { assembly ("memory-safe") { on := eq(${SELECTED}, k) } }
`;

/** The sources with these mutants, which do not overlap; mutant i is number i + 1. */
export function withSwitches(sources: Sources, mutants: readonly Mutant[]): Map<string, string> {
  const changed = new Map(sources).set(SWITCH_FILE, SWITCH);
  // From back to front, so that the offsets of what follows stay right.
  const numbered = mutants.map((mutant, i) => ({ mutant, number: i + 1 }));
  for (const { mutant, number } of numbered.sort((a, b) => b.mutant.start - a.mutant.start)) {
    const text = changed.get(mutant.file)!;
    const replaced = `/*${number}{*/${FORMS[mutant.form](number, mutant.original, mutant.mutated)}/*}${number}*/`;
    changed.set(mutant.file, text.slice(0, mutant.start) + replaced + text.slice(mutant.end));
  }
  for (const file of new Set(mutants.map(({ file }) => file))) {
    changed.set(file, changed.get(file)!.replace(/^pragma .*$/m, `$& import {mutantIs} from "${SWITCH_FILE}";`));
  }
  return changed;
}

const FORMS: Readonly<Record<Form, (number: number, original: string, mutated: string) => string>> = {
  expression: (k, original, mutated) => `(mutantIs(${k}) ? (${mutated}) : (${original}))`,
  statement: (k, original, mutated) =>
    mutated === ""
      ? `{ if (!mutantIs(${k})) { ${ended(original)} } }`
      : `{ if (mutantIs(${k})) { ${ended(mutated)} } else { ${ended(original)} } }`,
  yul: (k, original, mutated) => `xor(${original}, mul(eq(${SELECTED}, ${k}), xor(${original}, ${mutated})))`,
  yulStatement: (k, original) => `if iszero(eq(${SELECTED}, ${k})) { ${original} }`,
};

/** A mutated statement may lack its semicolon, if there is one. */
function ended(statement: string): string {
  return /(^|[;}])\s*$/.test(statement) ? statement : `${statement};`;
}

/** The number of the mutant at this place of a file of {@link withSwitches}; undefined if there is none. */
export function numberAt(text: string, position: number): number | undefined {
  const number = [...text.slice(0, position).matchAll(/\/\*(\d+)\{\*\//g)].at(-1)?.[1];
  return number !== undefined && text.indexOf(`/*}${number}*/`) >= position ? Number(number) : undefined;
}

/** The sources with one mutant, as somebody would have written it. */
export function withMutant(sources: Sources, { file, start, end, mutated, form }: Mutant): Map<string, string> {
  const text = sources.get(file)!;
  const replaced = form === "expression" ? `(${mutated})` : form === "statement" ? `{ ${ended(mutated)} }` : mutated;
  return new Map(sources).set(file, text.slice(0, start) + replaced + text.slice(end));
}

/** The code with this mutant on; 0 for none. */
export function select(bytecode: string, number: number): string {
  return bytecode.replaceAll(MAGIC, number.toString(16).padStart(64, "0"));
}
