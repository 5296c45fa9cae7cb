import { parse, type Sources } from "./compiler";
import type { Mutant } from "./mutant";
import { below, children, range, type Node } from "./syntax";

// A test that never executes the statement of a mutant cannot kill it. Each statement tells that it is executed by a call of
// the address where Hardhat listens for console.log: that works in a call, a transaction and an estimate, and stores nothing.

const REACH_FILE = "mutation/Reach.sol";
const REACH = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;
function executed(uint256 k) pure { asPure(tell)(k); }
function tell(uint256 k) view {
    assembly ("memory-safe") {
        mstore(0, k)
        pop(staticcall(gas(), 0x000000000000000000636F6e736F6c652e6c6f67, 0, 32, 0, 0))
    }
}
function asPure(function(uint256) view f) pure returns (function(uint256) pure g) { assembly ("memory-safe") { g := f } }
`;

/** A statement of a file, in bytes. */
export interface Statement {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** Which statement was executed by which test; kept as a file, because it takes minutes to find out. */
export interface Reach {
  readonly statements: readonly Statement[];
  /** The test files that were looked at. */
  readonly files: readonly string[];
  /** For each statement the tests, as `file: title`; an empty name if the fixtures execute it, hence every test. */
  readonly tests: readonly (readonly string[])[];
}

/** The titles of the tests of the file that can kill the mutant; undefined if any of them might. */
export function titlesOf({ statements, files, tests }: Reach, mutant: Mutant, file: string): string[] | undefined {
  const around = (one: Statement) => one.file === mutant.file && one.start <= mutant.start && mutant.end <= one.end;
  // The innermost one comes last.
  const found = tests[statements.map(around).lastIndexOf(true)];
  if (!files.includes(file) || found === undefined || found.includes("")) return undefined;
  return found.filter((name) => name.startsWith(`${file}: `)).map((name) => name.slice(file.length + 2));
}

/** All statements of these files which can tell, in the order of their places. */
export function statementsOf(sources: Sources, paths: readonly string[]): Statement[] {
  const trees = parse(sources, paths) as Map<string, Node>;
  return paths.flatMap((file) => {
    const found = inBlocks(trees.get(file)!).map((node) => ({
      node,
      file,
      start: range(node)[0],
      end: range(node)[1],
    }));
    // The call would empty the return data that the next statement asks for.
    const quiet = (start: number, end: number) => sources.get(file)!.slice(start, end).includes("returnDataSize");
    return found.filter(({ start, end }) => !quiet(start, end)).map(({ start, end }) => ({ file, start, end }));
  });
}

/** The statements that stand in a block: something can stand in front of them. */
function inBlocks(node: Node): Node[] {
  const own = /^(Unchecked)?Block$/.test(node.nodeType) ? children(node, "statements") : [];
  const plain = own.filter(({ nodeType }) => !/Block$/.test(nodeType));
  return [...plain, ...below(node).flatMap(inBlocks)];
}

/** The sources in which every statement tells its number. */
export function withReach(sources: Sources, statements: readonly Statement[]): Map<string, string> {
  const changed = new Map(sources).set(REACH_FILE, REACH);
  const numbered = statements.map((statement, k) => ({ ...statement, k })).sort((a, b) => b.start - a.start);
  for (const { file, start, k } of numbered) {
    const text = changed.get(file)!;
    changed.set(file, `${text.slice(0, start)}executed(${k}); ${text.slice(start)}`);
  }
  for (const file of new Set(statements.map((statement) => statement.file))) {
    changed.set(file, changed.get(file)!.replace(/^pragma .*$/m, `$& import {executed} from "${REACH_FILE}";`));
  }
  return changed;
}
