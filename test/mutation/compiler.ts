import { readFileSync } from "node:fs";
import { posix } from "node:path";

interface Solc {
  compile(input: string): string;
}

/** Path to text. Texts are latin1: one character is one byte, which is what solc counts. */
export type Sources = ReadonlyMap<string, string>;

/** An error of the compiler; `start` is a byte of `file`. */
export interface CompilerError {
  readonly severity: string;
  readonly formattedMessage: string;
  readonly sourceLocation?: { readonly file: string; readonly start: number };
}

interface Output {
  readonly errors?: readonly CompilerError[];
  readonly sources: Readonly<Record<string, { readonly ast: unknown }>>;
  readonly contracts?: Readonly<
    Record<string, Readonly<Record<string, { readonly evm: { readonly bytecode: { readonly object: string } } }>>>
  >;
}

/** The contracts that are deployed, by name: what the mutated code is compiled into. */
export const TARGETS: Readonly<Record<string, string>> = {
  SessionKeyValidator: "contracts/SessionKeyValidator.sol",
  SessionLens: "contracts/periphery/SessionLens.sol",
  ECDSAOwnerValidator: "contracts/accounts/ECDSAOwnerValidator.sol",
  ModularAccountFactory: "contracts/accounts/ModularAccountFactory.sol",
  ERC1271Verifier: "contracts/verifiers/ERC1271Verifier.sol",
  MultisigVerifier: "contracts/verifiers/MultisigVerifier.sol",
  P256Verifier: "contracts/verifiers/P256Verifier.sol",
  P256Sha256Verifier: "contracts/verifiers/P256Sha256Verifier.sol",
};

/** The compiler refused. */
export class CompileError extends Error {
  readonly code = "COMPILE_ERROR";

  constructor(readonly errors: readonly CompilerError[]) {
    super(errors.map((error) => error.formattedMessage).join("\n"));
  }
}

/** The source files that `path` consists of, itself and all that it imports. */
export function sourcesOf(paths: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    const text = readFileSync(path.startsWith("contracts/") ? path : `node_modules/${path}`, "latin1");
    found.set(path, text);
    for (const [, name = ""] of text.matchAll(/^\s*import\s+(?:[^"';]*\sfrom\s+)?["']([^"']+)["'];/gm)) {
      visit(name.startsWith(".") ? posix.join(posix.dirname(path), name) : name);
    }
  };
  paths.forEach(visit);
  return found;
}

/** The syntax trees of these files. */
export function parse(sources: Sources, paths: readonly string[]): Map<string, unknown> {
  const output = compile(sources, Object.fromEntries(paths.map((path) => [path, { "": ["ast"] }])));
  return new Map(paths.map((path) => [path, output.sources[path]!.ast]));
}

/** The creation code of these contracts of {@link TARGETS}, as the build makes it. Raises {@link CompileError}. */
export function bytecodesOf(sources: Sources, targets: readonly string[]): Map<string, string> {
  const selection = targets.map((name): [string, Record<string, string[]>] => [
    TARGETS[name]!,
    { [name]: ["evm.bytecode.object"] },
  ]);
  const { contracts } = compile(sources, Object.fromEntries(selection));
  return new Map(targets.map((name) => [name, `0x${contracts![TARGETS[name]!]![name]!.evm.bytecode.object}`]));
}

function compile(sources: Sources, selection: Record<string, Record<string, string[]>>): Output {
  const input = {
    language: "Solidity",
    sources: Object.fromEntries([...sources].map(([path, text]) => [path, { content: utf8(text) }])),
    settings: {
      viaIR: true,
      optimizer: { enabled: true, runs: 1_000_000 },
      evmVersion: "cancun",
      metadata: { bytecodeHash: "none" },
      outputSelection: selection,
    },
  };
  const output = JSON.parse(solc().compile(JSON.stringify(input))) as Output;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new CompileError(errors);
  return output;
}

let instance: Solc | undefined;

/** One instance for all: WebAssembly gets fast only after some seconds of work. */
function solc(): Solc {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return (instance ??= require("solc") as Solc);
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, "latin1").toString("utf8");
}
