// z3 from npm, on the queries that the compiler writes. The compiler has a z3 of its own built in, but that one gives up on
// shifts and masks of 256-bit words, which is what most of our types are made of.
import { createRequire } from "node:module";

/** When to give up: a count of z3's steps, so that every machine gives up on the same query. */
const STEPS = 1_000_000_000;

/** What answers an SMT-LIB query as z3 prints it: `sat` and values, `unsat`, `unknown`. `undefined` without the package. */
export async function loadSolver() {
  const package_ = load("z3-solver");
  if (package_ === undefined) return undefined;
  const { Z3, em } = await package_.init();
  // Bit vectors as integers: the compiler mixes the two in every query.
  Z3.global_param_set("smt.bv.solver", "2");
  return { version: Z3.get_full_version(), solve: (query) => solve(Z3, em, query) };
}

function load(name) {
  try {
    return createRequire(import.meta.url)(name);
  } catch (error) {
    if (error.code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

/**
 * Synchronous, as the compiler wants it. The package's own `eval_smtlib2_string` returns before a thread of z3 has read the
 * query, whose memory is given to somebody else by then.
 */
function solve(Z3, em, query) {
  const config = Z3.mk_config();
  const context = Z3.mk_context(config);
  Z3.del_config(config);
  const commands = `(set-option :rlimit ${STEPS})\n${query}`;
  const answer = em.ccall("Z3_eval_smtlib2_string", "string", ["number", "string"], [context, commands]);
  Z3.del_context(context);
  return answer;
}
