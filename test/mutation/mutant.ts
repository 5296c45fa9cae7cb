/** What a mutant changes, by kind; the rows of the table in `docs/mutation.md`. */
export type Operator =
  | "comparison"
  | "boundary"
  | "negated condition"
  | "fixed condition"
  | "deleted check"
  | "deleted statement"
  | "dropped storage write"
  | "dropped emit"
  | "swapped operands"
  | "swapped arguments"
  | "swapped names"
  | "arithmetic"
  | "bits"
  | "logic"
  | "constant"
  | "skipped item";

/** How a mutant is switched on and off in code that holds many: by `? :`, by `if`, or by arithmetic in assembly. */
export type Form = "expression" | "statement" | "yul" | "yulStatement";

/** One small change of one file. Offsets are bytes, as solc counts. */
export interface Mutant {
  /** Independent of line numbers: file, function, what becomes what, and the how manieth such change it is. */
  readonly id: string;
  readonly operator: Operator;
  readonly file: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly form: Form;
  readonly original: string;
  /** Instead of the original; "" if it is left out. */
  readonly mutated: string;
}

/** A real bug, made by hand: `find` occurs exactly once in `file`. */
export interface Patch {
  readonly id: string;
  /** What happened, and to whom. */
  readonly incident: string;
  readonly edits: readonly { readonly file: string; readonly find: string; readonly replace: string }[];
}

/** killed: a test failed. survived: none did. identical: the compiler makes the same code. invalid: does not compile. */
export type Verdict = "killed" | "survived" | "identical" | "invalid";

/** What became of a mutant or a patch. */
export interface Outcome {
  readonly id: string;
  readonly verdict: Verdict;
  /** The test that killed it. */
  readonly by?: string;
}
