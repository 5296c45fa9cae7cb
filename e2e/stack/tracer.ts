/** A piece of the bundler's tracer, and what to put in its place. */
interface Patch {
  readonly why: string;
  readonly from: string;
  readonly to: string;
}

/**
 * What is wrong with alto 0.0.18's tracer on anvil 1.7.1: on each of these a lawful operation was refused. Nothing that
 * ERC-7562 forbids gets through because of them; `e2e/test/rules.test.ts` tries.
 */
const PATCHES: readonly Patch[] = [
  {
    why:
      "anvil's `memory.slice` throws beyond the memory that is in use, even for no bytes, and the traced call then reverts: " +
      "an event or a return without data looked like AA13 or AA23",
    from: "log.memory.slice(ofs, ofs + len)",
    to: "(len > 0 ? log.memory.slice(ofs, ofs + len) : log.memory.slice(0, 0))",
  },
  {
    why: "anvil's `getError()` is undefined, not null, for a frame that did not fail: every frame counted as reverted",
    from: "frame.getError() != null",
    to: "!!frame.getError()",
  },
  {
    why:
      "anvil's `getCost()` of the first step after a call is the cost of the whole call: whenever less gas was left than " +
      "the call had used, the operation was 'out of gas'. That step is one of these, and none of them costs more than 10",
    from: "log.getGas() < log.getCost() ||",
    to: "(log.getGas() < log.getCost() && !/^(POP|PUSH|DUP|SWAP|ISZERO|JUMP)/.test(opcode)) ||",
  },
  {
    why: "[OP-062] allows the P-256 precompile since EIP-7951; the tracer knows the first nine alone",
    from: "addressInt > 0 && addressInt < 10",
    to: "(addressInt > 0 && addressInt < 10) || addressInt === 0x100",
  },
];

/** The bundler's tracer with the {@link PATCHES}. Raises an error if it is not the tracer that they are for. */
export function patchTracer(tracer: string): string {
  return PATCHES.reduce((source, { why, from, to }) => {
    if (!source.includes(from)) throw new Error(`the tracer has no \`${from}\`; was to be patched because ${why}`);
    return source.replaceAll(from, to);
  }, tracer);
}
