// Every contract in formal/proofs is a proof, and the contract of the same name with "Broken" at its end is the same with
// one thing wrong: the first must be proved and the second refuted, or a proof would prove nothing.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkContract } from "./modelChecker.mjs";
import { loadSolver } from "./solver.mjs";

const PROOFS = "formal/proofs";
const BROKEN = "Broken";

const solver = await loadSolver();
if (solver === undefined) {
  console.error("formal: the solver is missing. It is an optional dependency: npm install --no-save z3-solver@5.2.0");
  process.exit(1);
}
console.log(solver.version);
const wanted = process.argv[2] ?? "";
const problems = [];
let proofs = 0;
for (const { file, contract } of contracts().filter(({ contract }) => contract.startsWith(wanted))) {
  const started = Date.now();
  const result = checkContract(file, contract, solver);
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  const [verdict, ok] = contract.endsWith(BROKEN) ? refutation(result) : proof(result);
  if (!contract.endsWith(BROKEN)) proofs += 1;
  if (!ok) problems.push(contract);
  console.log(`${ok ? "ok  " : "FAIL"} ${contract.padEnd(28)} ${verdict} (${seconds} s)`);
}
console.log(
  problems.length === 0 ? `formal: ${proofs} proofs, and as many refuted twins` : `formal: ${problems.join(", ")}`,
);
// The solver's threads would keep the process alive.
process.exit(problems.length === 0 ? 0 : 1);

function proof({ proved, refuted, open }) {
  if (refuted.length > 0) return [`refuted: ${refuted.join("; ")}`, false];
  if (open.length > 0) return [`not proved: ${open.join("; ")}`, false];
  return [`proved, ${proved} checks`, proved > 0];
}

function refutation({ refuted, counterexample }) {
  return refuted.length === 0 ? ["not refuted", false] : [`refuted: ${counterexample}`, true];
}

/** The contracts of all proofs, each proof with its twin. */
function contracts() {
  const found = readdirSync(PROOFS).flatMap((name) => {
    const file = join(PROOFS, name);
    const names = [...readFileSync(file, "utf8").matchAll(/^contract (\w+)/gm)].map(([, contract]) => contract);
    return names.map((contract) => ({ file, contract }));
  });
  const names = new Set(found.map(({ contract }) => contract));
  for (const name of names) {
    const twin = name.endsWith(BROKEN) ? name.slice(0, -BROKEN.length) : name + BROKEN;
    if (!names.has(twin)) throw new Error(`${name} has no ${twin}`);
  }
  return found;
}
