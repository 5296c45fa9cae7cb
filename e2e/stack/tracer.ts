/** A piece of the bundler's tracer, and what to put in its place. */
interface Patch {
  readonly why: string;
  readonly from: string;
  readonly to: string;
}

/** Whether opcode number `op` touches nothing but the stack: arithmetic, RETURNDATASIZE, POP, jumps, PUSH, DUP, SWAP. At most 10 gas. */
const STACK_ONLY =
  "(op >= 0x5f && op <= 0x9f) || (op > 0 && op < 0x0a) || (op >= 0x10 && op <= 0x1d) || " +
  "op === 0x3d || op === 0x50 || op === 0x56 || op === 0x57 || op === 0x5b";

/**
 * What is wrong with alto 0.0.18's tracer on anvil 1.7.1: without each of these, lawful operations are refused. What ERC-7562
 * forbids stays forbidden, `e2e/test/rules.test.ts` tries.
 */
const PATCHES: readonly Patch[] = [
  {
    why:
      "anvil's `getCost()` of the first step after a call is the cost of the whole call: whenever less gas was left than " +
      "the call had used, the operation was 'out of gas'. That step is a stack-only one, whose cost is known",
    from: "log.getGas() < log.getCost()",
    to: "log.getGas() < cost",
  },
  {
    why:
      "a P-256 verification has some 100,000 steps, and the bundler waits 10 s for a trace. A stack-only step has nothing to " +
      "tell, but of the step before it: GAS must be followed by a call, EXT… by ISZERO",
    from: "stackSize = log.stack.length();",
    to: `
      before = this.stackOnly;
      op = log.op.toNumber();
      this.stackOnly = ${STACK_ONLY};
      cost = this.stackOnly ? 10 : log.getCost();
      if (this.stackOnly && before && log.getGas() >= cost) {
        this.lastOp = log.getDepth() === 3 ? "" : opcode;
        return;
      }
      stackSize = opcode.startsWith("EXT") ? log.stack.length() : 0;`,
  },
];

/** The bundler's tracer with the {@link PATCHES}. Raises an error if it is not the tracer that they are for. */
export function patchTracer(tracer: string): string {
  return PATCHES.reduce((source, { why, from, to }) => {
    if (!source.includes(from)) throw new Error(`the tracer has no \`${from}\`; to be patched because ${why}`);
    return source.replaceAll(from, () => to);
  }, tracer);
}
