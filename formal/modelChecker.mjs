// The SMTChecker of the pinned compiler. It writes queries, asks a solver, and says what the answers mean.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const solc = createRequire(import.meta.url)("solc");
const TARGETS = ["assert", "overflow", "underflow", "divByZero"];

/**
 * What the model checker finds out about the assertions and the arithmetic of one contract: how many are proved, which
 * are refuted or left open, and for the first refuted one the arguments of `prove`.
 */
export function checkContract(file, contract, solver) {
  const asked = [];
  const { errors = [], sources } = compile(file, contract, (query) => {
    const answer = solver.solve(query);
    asked.push({ query, answer });
    return { contents: answer };
  });
  const failed = errors.find(({ severity }) => severity === "error");
  if (failed) throw new Error(failed.formattedMessage);
  const findings = errors.map(({ message }) => message).filter((message) => message.startsWith("BMC: "));
  const violated = asked.find(({ answer }) => answer.startsWith("sat"));
  return {
    proved: findings.filter((message) => message.includes("check is safe")).length,
    refuted: findings.filter((message) => message.includes("happens here")),
    open: findings.filter((message) => message.includes("might happen") || message.includes("could not be proved")),
    counterexample:
      violated &&
      parametersOf(sources[file].ast, contract)
        .map((one) => valueOf(one, violated))
        .join(", "),
  };
}

function compile(file, contract, smtSolver) {
  const modelChecker = {
    // Bounded, but there is no loop to bound: every function is followed to its end.
    engine: "bmc",
    solvers: ["smtlib2"],
    targets: TARGETS,
    contracts: { [file]: [contract] },
    showProvedSafe: true,
    showUnproved: true,
  };
  const input = {
    language: "Solidity",
    sources: { [file]: { content: readFileSync(file, "utf8") } },
    settings: { modelChecker, outputSelection: { [file]: { "": ["ast"] } } },
  };
  return JSON.parse(solc.compile(JSON.stringify(input), { import: readImport, smtSolver }));
}

function readImport(path) {
  const found = [path, join("node_modules", path)].find((candidate) => existsSync(candidate));
  return found === undefined ? { error: "not found" } : { contents: readFileSync(found, "utf8") };
}

function parametersOf(ast, contract) {
  const { nodes } = ast.nodes.find(({ name, nodeType }) => nodeType === "ContractDefinition" && name === contract);
  return nodes.find(({ name }) => name === "prove").parameters.parameters;
}

/** Queries end with the values that the compiler wants to print; its own message mixes up variables of the same name. */
function valueOf({ name, id }, { query, answer }) {
  const [, wanted] = query.match(new RegExp(`\\(= \\|(EVALEXPR_\\d+)\\| \\|?${name}_${id}_\\d+\\|?\\)`)) ?? [];
  const [, value = "any"] = answer.match(new RegExp(`\\(\\|${wanted}\\| ([^()]+)\\)`)) ?? [];
  return `${name} = ${value}`;
}
