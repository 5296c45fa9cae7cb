import { expect } from "chai";
import { concat, dataLength, dataSlice, getAddress, getBytes, hexlify, id, toBeHex, ZeroAddress } from "ethers";
import {
  ANY_PAYMASTER,
  BUDGET_KINDS,
  CHARGE_SOURCES,
  check,
  ecdsaKey,
  encodeExecute,
  FEES_SPONSORED,
  FEES_UNLIMITED,
  MAX_UINT256,
  OPS,
  packUserOp,
  PERMISSION_KINDS,
  permissionTree,
  proofFor,
  sessionId,
  signUse,
  validateSession,
  type Budget,
  type Call,
  type Charge,
  type Grant,
  type Mode,
  type PackedUserOperation,
  type Permission,
  type Rule,
  type Session,
  type SessionState,
  type Usage,
  type Verdict,
} from "../../sdk";
import { shortestPeriod } from "../../sdk/budget";
import { encodeEnvelope } from "../../sdk/envelope";
import { permissionHeight } from "../../sdk/session";
import { asAccount, GAS, grantBy } from "../helpers/operations";
import { OP_HASH, rawCall, readAnswer, validationCall } from "../helpers/validation";
import { now, world, type World } from "../helpers/world";
import { comparable } from "./comparable";

/** How many operations to compare: 100 here, 2,000 in `npm run test:parity`, 10,000 on demand; the seed by `PARITY_SEED`. */
const CASES = Number(process.env["PARITY_CASES"] ?? "100");
const SEED = Number(process.env["PARITY_SEED"] ?? "20261122");
const OPERATIONS_PER_SESSION = 6;

const TARGETS = [1, 2, 3].map((n) => getAddress(toBeHex(0xcafe00 + n, 20)));
const SELECTORS = ["a()", "b(uint256)", "c(bytes)"].map((signature) => id(signature).slice(0, 10));
const PAYMASTER = getAddress(toBeHex(0xfee, 20));
const WORDS = 6;

/** A small generator of random numbers, so that a seed says everything (mulberry32). */
class Dice {
  constructor(private state: number) {}

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }

  list<Item>(max: number, make: (index: number) => Item): Item[] {
    return Array.from({ length: this.below(max + 1) }, (_, i) => make(i));
  }

  big(bits: number): bigint {
    let value = 0n;
    for (let i = 0; i < bits; i += 32) value = (value << 32n) | BigInt(this.below(2 ** 32));
    return value & ((1n << BigInt(bits)) - 1n);
  }
}

// --------------------------------------------------------------------------------------------------- sessions

function randomPath(dice: Dice): number[] {
  const first = 32 * dice.below(WORDS);
  return dice.chance(0.8) ? [first] : [first, 32 * dice.below(3)];
}

function randomRule(dice: Dice): Rule {
  const product = dice.chance(0.15);
  return {
    op: dice.pick(Object.values(OPS)),
    path: randomPath(dice),
    other: product ? randomPath(dice) : [],
    mask: dice.chance(0.8) ? MAX_UINT256 : dice.pick([0xffn, 0n, MAX_UINT256 - 0xffn]),
    value: product ? dice.pick([10n ** 18n, 5n * 10n ** 17n, 2n * 10n ** 18n, MAX_UINT256]) : BigInt(dice.below(8)),
  };
}

function randomCharge(dice: Dice, budgets: number): Charge {
  const source = dice.pick(Object.values(CHARGE_SOURCES));
  return {
    budget: dice.below(budgets),
    source,
    path: source === CHARGE_SOURCES.argument ? [32 * dice.below(WORDS)] : [],
  };
}

function randomPermission(dice: Dice, budgets: number): Permission {
  const kind = dice.pick([0, 0, 0, 0, ...Object.values(PERMISSION_KINDS)]);
  const plain = kind === PERMISSION_KINDS.transfer;
  const hasSelector = kind === PERMISSION_KINDS.call || kind === PERMISSION_KINDS.callAnyTarget;
  return {
    kind,
    target: kind === PERMISSION_KINDS.callAnyTarget ? ZeroAddress : dice.pick(TARGETS),
    selector: hasSelector ? dice.pick(SELECTORS) : "0x00000000",
    maxValue: BigInt(dice.pick([0, 0, 3, 1_000])),
    rules: plain || dice.chance(0.4) ? [] : dice.list(2, () => randomRule(dice)),
    charges: budgets === 0 || plain ? [] : dice.list(2, () => randomCharge(dice, budgets)),
  };
}

function randomBudget(dice: Dice, window: { validAfter: number; validUntil: number }): Budget {
  const kind = dice.pick(Object.values(BUDGET_KINDS));
  const limit = dice.pick([0n, 20n, 200n, 200n, 10n ** 16n, 10n ** 18n, 2n ** 104n - 1n]);
  const period = kind === BUDGET_KINDS.total ? 0 : shortestPeriod(window) + dice.pick([0, 40, 3_600, 86_400]);
  return { kind, limit, period };
}

function randomSession(dice: Dice, w: World, start: number, epoch: bigint, salt: bigint): Session {
  const validAfter = start - dice.pick([1, 200, 5_000]);
  const window = { validAfter, validUntil: start + dice.pick([1_000, 100_000, 3_000_000]) };
  const budgets = dice.list(5, () => randomBudget(dice, window));
  const payers = [FEES_UNLIMITED, FEES_UNLIMITED, FEES_SPONSORED, ...budgets.keys()];
  const feeBudget = dice.pick(payers);
  return {
    account: w.accountAddress,
    chainId: w.chainId,
    epoch,
    salt,
    signer: w.key.address.toLowerCase(),
    ...window,
    paymaster: dice.pick(
      feeBudget === FEES_SPONSORED ? [PAYMASTER, ANY_PAYMASTER] : [ZeroAddress, ZeroAddress, PAYMASTER],
    ),
    feeBudget,
    budgets,
    permissions: Array.from({ length: 1 + dice.below(5) }, () => randomPermission(dice, budgets.length)),
  };
}

// --------------------------------------------------------------------------------------------------- operations

/** A word for which `word op value` holds, if there is one. */
function liked(op: number, value: bigint): bigint {
  if (op === OPS.neq || op === OPS.gt || op === OPS.sgt) return value + 1n;
  const below = op === OPS.lt || op === OPS.slt;
  return below && value > 0n ? value - 1n : value;
}

/** Arguments that a permission's rules mostly like. */
function argumentsFor(dice: Dice, permission: Permission): bigint[] {
  const words = Array.from({ length: dice.chance(0.96) ? WORDS + 3 : dice.below(WORDS) }, () => BigInt(dice.below(8)));
  for (const { op, path, mask, value, other } of permission.rules) {
    const place = path[0]! / 32;
    if (place >= words.length || other.length > 0 || mask !== MAX_UINT256) continue;
    if (path.length > 1) words[place] = BigInt(32 * dice.below(4));
    else if (dice.chance(0.95)) words[place] = liked(op, value);
  }
  if (words.length > 0 && dice.chance(0.05)) words[dice.below(words.length)] = dice.big(256);
  return words;
}

function callFor(dice: Dice, permission: Permission): Call {
  const target = permission.target === ZeroAddress || dice.chance(0.03) ? dice.pick(TARGETS) : permission.target;
  const value = dice.chance(0.95) ? permission.maxValue : BigInt(dice.below(5));
  if (permission.kind === PERMISSION_KINDS.transfer) {
    return { target, value, data: dice.chance(0.95) ? "0x" : dice.pick(["0x00", "0x000000", SELECTORS[0]!]) };
  }
  const named = permission.selector !== "0x00000000" && dice.chance(0.97);
  const words = argumentsFor(dice, permission).map((word) => toBeHex(word, 32));
  const data = concat([named ? permission.selector : dice.pick(SELECTORS), ...words]);
  return { target, value, data: dice.chance(0.97) ? data : dataSlice(data, 0, dice.below(dataLength(data))) };
}

interface Draft {
  readonly op: PackedUserOperation;
  readonly grantValid: boolean;
  readonly note: string;
}

interface Fields {
  callData: string;
  paymasterAndData: string;
  initCode: string;
  preVerificationGas: bigint;
  accountGasLimits?: string;
}

function randomFields(dice: Dice, session: Session, callData: string): Fields {
  const named =
    session.paymaster === ZeroAddress || session.paymaster === ANY_PAYMASTER ? PAYMASTER : session.paymaster;
  const sponsor = concat([named, toBeHex(0, 32), dice.pick(["0x", "0x1234"])]);
  const sponsored = session.paymaster !== ZeroAddress && dice.chance(session.feeBudget === FEES_SPONSORED ? 0.9 : 0.4);
  return { callData, paymasterAndData: sponsored ? sponsor : "0x", initCode: "0x", preVerificationGas: 60_000n };
}

/** One step from valid, in a field of the operation. */
function mutateFields(dice: Dice, fields: Fields): string {
  switch (dice.below(6)) {
    case 0:
      fields.paymasterAndData = dice.pick([
        concat([PAYMASTER, toBeHex(0, 31)]),
        toBeHex(0, 52),
        concat([TARGETS[0]!, toBeHex(1, 32)]),
        "0x00",
        concat([PAYMASTER, toBeHex(7, 32)]),
      ]);
      return "paymaster";
    case 1:
      fields.preVerificationGas = dice.pick([MAX_UINT256, 2n ** 128n, 2n ** 70n, 0n]);
      return "gas";
    case 2:
      fields.initCode = dice.pick([`0x7702${"00".repeat(18)}`, `0x7702${"00".repeat(18)}01`, `0x${"11".repeat(24)}`]);
      return "initCode";
    case 3:
      fields.callData = concat([fields.callData, dice.pick(["0x00", toBeHex(0, 32)])]);
      return "trailing calldata";
    default:
      fields.callData = mutateByte(dice, fields.callData, 0, dataLength(fields.callData));
      return "calldata";
  }
}

function mutateByte(dice: Dice, data: string, from: number, to: number): string {
  const bytes = getBytes(data);
  const place = from + dice.below(to - from);
  bytes[place] = dice.pick([bytes[place]! ^ (1 << dice.below(8)), 0, 0xff, dice.below(256)]);
  return hexlify(bytes);
}

/** One step from valid, in the envelope but not in its grant, whose judge is the account. */
function mutateEnvelope(dice: Dice, envelope: string, grantLength: number): string {
  const end = dataLength(envelope) - grantLength;
  return dice.chance(0.2) ? dataSlice(envelope, 0, dice.below(end)) : mutateByte(dice, envelope, 0, end);
}

async function randomOperation(dice: Dice, w: World, session: Session, grant: Grant, time: number): Promise<Draft> {
  const chosen = Array.from({ length: dice.pick([1, 1, 2, 3]) }, () => dice.below(session.permissions.length));
  const calls = chosen.map((index) => callFor(dice, session.permissions[index]!));
  const mode: Mode = dice.pick(["use", "use", "enable", "signed"]);
  const tree = permissionTree(session);
  const fields = randomFields(dice, session, encodeExecute(calls));
  const notes: string[] = [];
  if (dice.chance(0.1)) notes.push(mutateFields(dice, fields));
  const claimed = time + dice.pick([0, 0, 0, 0, 0, 0, -1, -50, 500, 2_000_000]);
  const inWindow = claimed >= session.validAfter && claimed <= session.validUntil;
  const withTime = dice.chance(session.budgets.some(({ kind }) => kind !== 0) ? 0.93 : 0.3) && inWindow;
  const signature = dice.chance(0.9) ? grant.signature : mutateByte(dice, grant.signature, 20, 84);
  let envelope = encodeEnvelope({
    mode,
    session,
    ...(withTime ? { time: claimed } : {}),
    height: permissionHeight(session),
    calls: chosen.map((index) => ({ permission: session.permissions[index]!, proof: tree.proof(index) })),
    ...(mode === "use" ? {} : { grant: { ...proofFor(grant, grant.sessions.indexOf(session)), signature } }),
  });
  if (dice.chance(0.12)) {
    const grantLength = mode === "use" ? 0 : dataLength(signature) + 2 + 1 + (grant.sessions.length > 1 ? 2 + 32 : 0);
    envelope = mutateEnvelope(dice, envelope, grantLength);
    notes.push("envelope");
  }
  const op = {
    ...packUserOp({ ...GAS, sender: session.account, nonce: 0n, callData: "0x", signature: "0x" }),
    ...fields,
  };
  const key = ecdsaKey(dice.chance(0.95) ? w.key : w.otherKey);
  const sealed = await signUse({ envelope, userOpHash: OP_HASH, validator: w.validatorAddress, key });
  return {
    op: { ...op, signature: sealed },
    grantValid: signature === grant.signature,
    note: `${mode} ${notes.join(" ")}`,
  };
}

// --------------------------------------------------------------------------------------------------- comparison

async function stateOf(w: World, session: Session): Promise<SessionState> {
  const { validator } = w;
  const { account } = session;
  const sid = sessionId(session);
  const usage = await Promise.all(session.budgets.map((_, i) => validator.budgetUsage(sid, account, i)));
  return {
    installed: await validator.isInitialized(account),
    paused: await validator.isPaused(account),
    epoch: await validator.epochOf(account),
    status: Number(await validator.sessionStatus(sid, account)),
    usage: usage.map(({ spent, period }): Usage => ({ spent, period })),
  };
}

function expected(verdict: Verdict): unknown {
  return verdict.outcome === "refused" ? comparable(verdict.name, verdict.args) : verdict.validationData;
}

/** Now and then the owner does something between two operations. */
async function interfere(dice: Dice, w: World, session: Session): Promise<void> {
  const account = await asAccount(w);
  const roll = dice.below(60);
  const installed = await w.validator.isInitialized(w.accountAddress);
  const paused = await w.validator.isPaused(w.accountAddress);
  if (!installed) return roll > 10 ? void (await account.onInstall("0x")) : undefined;
  if (paused && roll > 20) await account.unpause();
  if (roll === 0) await account.pause();
  if (roll === 1) await account.revokeSession(sessionId(session));
  if (roll === 2) await account.revokeAllSessions();
  if (roll === 3) await account.onUninstall("0x");
}

describe("parity: check and the contract give the same verdict", () => {
  it(`on ${CASES} generated operations: error, arguments, time range, usage (seed ${SEED})`, async function () {
    this.timeout(0);
    const w = await world();
    const dice = new Dice(SEED);
    const account = await asAccount(w);
    const tally: Record<string, number> = {};
    let compared = 0;
    for (let salt = 0n; compared < CASES; ++salt) {
      const start = await now();
      const epoch = await w.validator.epochOf(w.accountAddress);
      const session = randomSession(dice, w, start, epoch, salt);
      validateSession(session);
      const sibling = { ...session, salt: salt + 2n ** 63n };
      const grant = await grantBy(
        w,
        dice.chance(0.5) ? [session] : dice.chance(0.5) ? [session, sibling] : [sibling, session],
      );
      if (dice.chance(0.85) && (await w.validator.isInitialized(w.accountAddress))) {
        await account.enableSession(sessionId(session), "0x");
      }
      for (let i = 0; i < OPERATIONS_PER_SESSION && compared < CASES; ++i, ++compared) {
        await interfere(dice, w, session);
        const { op, grantValid, note } = await randomOperation(dice, w, session, grant, start + 300 * i);
        const state = await stateOf(w, session);
        const verdict = check({
          op,
          validator: w.validatorAddress,
          chainId: w.chainId,
          state,
          session,
          userOpHash: OP_HASH,
          grantValid,
        });
        const answer = readAnswer(w, await rawCall(w.validatorAddress, validationCall(w, op), op.sender));
        const found = typeof answer === "bigint" ? answer : comparable(...answer);
        const where = `case ${compared} (${note}), session ${salt}, SDK: ${verdict.outcome}`;
        expect(found, where).to.deep.equal(expected(verdict));
        const outcome = verdict.outcome === "refused" ? verdict.name : verdict.outcome;
        tally[outcome] = (tally[outcome] ?? 0) + 1;
        if (verdict.outcome === "refused") continue;
        await account.validateUserOp(op, OP_HASH);
        const after = await stateOf(w, session);
        expect({ usage: after.usage, status: after.status }, where).to.deep.equal({
          usage: [...verdict.usage],
          status: verdict.status,
        });
      }
    }
    expect(
      tally["accepted"]! / CASES,
      `${JSON.stringify(tally)}: too few operations are accepted to mean anything`,
    ).to.be.greaterThan(0.2);
    expect(Object.keys(tally).length).to.be.greaterThan(15);
  });
});
