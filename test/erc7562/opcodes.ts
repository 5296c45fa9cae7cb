import { BOTH_VIEWS, delegateOf, isStaked, type Context, type Entity, type Violation } from "./context";
import { memoryAt, type Visit } from "./frames";
import { callOperands, isCall, isCreation, opcodeOf, peekAddress, type CallOperands } from "./trace";

/** One broken rule, before it is known whose. */
export interface Finding {
  readonly rule: string;
  readonly detail: string;
}

type Rule = (visit: Visit, context: Context) => Finding | undefined;

const BANNED = new Set(
  (
    "ORIGIN GASPRICE BLOCKHASH COINBASE TIMESTAMP NUMBER PREVRANDAO GASLIMIT BASEFEE BLOBHASH BLOBBASEFEE " +
    "INVALID SELFDESTRUCT"
  ).split(" "),
);

// Assigned as of Cancun. CLZ (Osaka) is left out on purpose: chains that lack it refuse the operation.
const ASSIGNED = new RegExp(
  "^(STOP|ADD|MUL|SUB|S?DIV|S?MOD|ADDMOD|MULMOD|EXP|SIGNEXTEND|S?LT|S?GT|EQ|ISZERO|AND|OR|XOR|NOT|BYTE|SHL|SHR|SAR" +
    "|KECCAK256|ADDRESS|BALANCE|CALLER|CALLVALUE|CALLDATA(LOAD|SIZE|COPY)|CODE(SIZE|COPY)|EXTCODE(SIZE|COPY|HASH)" +
    "|RETURNDATA(SIZE|COPY)|CHAINID|SELFBALANCE|POP|MLOAD|MSTORE8?|[ST]LOAD|[ST]STORE|JUMPI?|JUMPDEST|PC|MSIZE|GAS" +
    "|MCOPY|PUSH([0-9]|[12][0-9]|3[0-2])|(DUP|SWAP)([1-9]|1[0-6])|LOG[0-4]|CREATE2?|CALL|CALLCODE|DELEGATECALL" +
    "|STATICCALL|RETURN|REVERT)$",
);

function bannedOpcode({ op }: Visit): Finding | undefined {
  return BANNED.has(op) ? { rule: "OP-011", detail: op } : undefined;
}

function unassignedOpcode({ op }: Visit): Finding | undefined {
  return BANNED.has(op) || ASSIGNED.test(op) ? undefined : { rule: "OP-013", detail: op };
}

/** The value of GAS must be consumed at once, or the code could branch on it. */
function bareGas({ op, next }: Visit): Finding | undefined {
  if (op !== "GAS" || (next !== undefined && isCall(opcodeOf(next)))) return undefined;
  return { rule: "OP-012", detail: `GAS followed by ${next === undefined ? "nothing" : opcodeOf(next)}` };
}

function balance({ op, frame }: Visit, context: Context): Finding | undefined {
  if (op !== "BALANCE" && op !== "SELFBALANCE") return undefined;
  if (frame.entity !== undefined && isStaked(frame.entity, context)) return undefined;
  return { rule: "OP-080", detail: `${op} in an unstaked entity` };
}

// Out of gas

const CHANGES_STATE = /^(SSTORE|TSTORE|LOG[0-4]|CREATE2?|SELFDESTRUCT)$/;
const DYNAMIC_COST =
  /^(SSTORE|SLOAD|MLOAD|MSTORE8?|KECCAK256|EXP|LOG[0-4]|RETURN|REVERT|CREATE2?|\w*COPY|\w*CALL|CALLCODE|EXTCODE\w+)$/;

/**
 * A node does not label the step that ran out of gas: EDR even prints what was left as its cost. It is known by its
 * effect: the frame ends, the caller sees a failure and gets nothing back. Other exceptional halts look the same from
 * the caller; an opcode of fixed cost that had enough gas, or a write in a static frame, must have been one of those.
 */
function outOfGas({ op, log, exit, frame }: Visit): Finding | undefined {
  if (exit === undefined || exit.success || exit.gasReturned > 0 || bannedOrUnassigned(op)) return undefined;
  if (op === "REVERT" && log.gas === log.gasCost) return undefined;
  if (frame.isStatic && CHANGES_STATE.test(op)) return undefined;
  if (log.gasCost < log.gas && !DYNAMIC_COST.test(op)) return undefined;
  return { rule: "OP-020", detail: `out of gas at ${op}, pc ${log.pc}, with ${log.gas} gas left` };
}

function bannedOrUnassigned(op: string): boolean {
  return BANNED.has(op) || !ASSIGNED.test(op);
}

// Creation

/**
 * A factory may create the sender; so may nobody else, but for the sender's own CREATE in its first operation. "Once"
 * needs no counting: a second CREATE2 makes another address, or fails and makes none.
 */
function creation({ op, frame, created }: Visit, context: Context): Finding | undefined {
  if (!isCreation(op) || mayCreateFreely(frame, context)) return undefined;
  const isBySender = frame.storage === context.sender;
  if (op === "CREATE" && isBySender && context.factory !== undefined) return undefined; // OP-032
  if (op === "CREATE") return { rule: "OP-011", detail: "CREATE" };
  if (frame.entity === "factory" && created === context.sender) return undefined;
  return { rule: "OP-031", detail: `CREATE2 of ${created ?? "nothing"}` };
}

/** EREP-060 and EREP-061: a staked factory and whatever it calls, and the sender that it made. */
function mayCreateFreely({ entity, storage }: Visit["frame"], context: Context): boolean {
  return context.factoryStaked && (entity === "factory" || storage === context.sender);
}

// Other addresses

const PRECOMPILES_END = 0x11n;
const P256_PRECOMPILE = 0x100n;
const LOOKS_AT_CODE = /^EXTCODE(SIZE|COPY|HASH)$/;

/** The address that a step uses in the sense of ERC-7562, by *CALL or EXTCODE*. */
export function usedAddress({ op, log }: Pick<Visit, "op" | "log">): string | undefined {
  if (isCall(op)) return callOperands(log).to;
  return LOOKS_AT_CODE.test(op) ? peekAddress(log, 0) : undefined;
}

function codelessAccess(born: ReadonlySet<string>): Rule {
  return (visit, context) => {
    const address = usedAddress(visit);
    if (address === undefined || address === context.sender || born.has(address)) return undefined;
    const code = context.codeOf(address);
    if (delegateOf(code) !== undefined)
      return { rule: "AUTH-020", detail: `${visit.op} to EIP-7702 account ${address}` };
    if (code !== "0x") return undefined;
    if (isCall(visit.op)) return codelessCall(visit.op, address, context);
    return { rule: "OP-041", detail: `${visit.op} of ${address}, which has no code` };
  };
}

function codelessCall(op: string, address: string, { allowP256Precompile }: Context): Finding | undefined {
  const number = BigInt(address);
  if (number >= 1n && number <= PRECOMPILES_END) return undefined;
  if (number !== P256_PRECOMPILE) return { rule: "OP-041", detail: `${op} to ${address}, which has no code` };
  return allowP256Precompile ? undefined : { rule: "OP-062", detail: `${op} to P256VERIFY at 0x100` };
}

function value({ op, log }: Visit, context: Context): Finding | undefined {
  if (op !== "CALL" && op !== "CALLCODE") return undefined;
  const { to, value: amount } = callOperands(log);
  if (amount === 0n || to === context.entryPoint) return undefined;
  return { rule: "OP-061", detail: `${op} sends ${amount} wei to ${to}` };
}

// The EntryPoint

const DEPOSIT_TO = "b760faf9";
const INCREMENT_NONCE = "0bd28e3b";

function entryPoint(visit: Visit, context: Context): Finding | undefined {
  if (usedAddress(visit) !== context.entryPoint) return undefined;
  const { op, next } = visit;
  if (op === "EXTCODESIZE" && next?.op === "ISZERO") return undefined; // OP-051
  if (op === "CALL" && isLawfulEntryPointCall(visit, context)) return undefined;
  return { rule: "OP-054", detail: `${op} of the EntryPoint${isCall(op) ? `, selector 0x${selectorOf(visit)}` : ""}` };
}

/** OP-052, OP-053 and OP-055. */
function isLawfulEntryPointCall(visit: Visit, context: Context): boolean {
  const caller = visit.frame.storage;
  const operands = callOperands(visit.log);
  const isSender = caller === context.sender;
  if (operands.inputLength === 0) return isSender;
  if (selectorOf(visit) === INCREMENT_NONCE) return isSender;
  return (
    selectorOf(visit) === DEPOSIT_TO &&
    (isSender || caller === context.factory) &&
    isForSender(visit, operands, context)
  );
}

function isForSender(visit: Visit, { inputOffset }: CallOperands, { sender }: Context): boolean {
  return memoryAt(visit, inputOffset + 16, 20).toString("hex") === sender.slice(2);
}

function selectorOf(visit: Visit): string {
  const { inputOffset, inputLength } = callOperands(visit.log);
  return memoryAt(visit, inputOffset, Math.min(inputLength, 4)).toString("hex");
}

/** All rules about what a step does, other than its use of storage. Fresh for each operation: it remembers what was created. */
export function opcodeRules(): (visit: Visit, entity: Entity, context: Context) => Violation[] {
  const born = new Set<string>();
  const rules: Rule[] = [bannedOpcode, unassignedOpcode, bareGas, balance, outOfGas, creation, codelessAccess(born)];
  rules.push(value, entryPoint);
  return (visit, entity, context) => {
    const findings = rules.map((rule) => rule(visit, context)).filter((finding) => finding !== undefined);
    if (visit.created !== undefined) born.add(visit.created);
    const contract = visit.frame.address;
    return findings.map(({ rule, detail }) => ({ rule, entity, contract, detail, views: BOTH_VIEWS }));
  };
}
