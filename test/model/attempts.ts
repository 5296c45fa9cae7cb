import * as fc from "fast-check";
import { concat, dataLength, getBytes, hexlify, toBeHex } from "ethers";
import {
  ecdsaKey,
  encodeExecute,
  packUserOp,
  pickTime,
  signUse,
  STATUSES,
  type Call,
  type EnvelopeGrant,
  type Mode,
} from "../../sdk";
import { BATCH_MODE } from "../../sdk/constants";
import { encodeEnvelope } from "../../sdk/envelope";
import { permissionHeight } from "../../sdk/session";
import { adapter, hashOf } from "../helpers/operations";
import { callOf, deed, DEEDS, deviate, DEVIATIONS, type Deed, type Deviation } from "./deeds";
import type { Attempted, Granted, Reference } from "./reference";
import { MODEL_GAS } from "./sessions";

const FLAWS = [
  "wrong key",
  "grant by key",
  "calldata byte",
  "envelope byte",
  "key signature byte",
  "try mode",
  "delegatecall",
  "other sender",
  "replay",
  "fee",
] as const;

/** What is wrong with an operation, if anything; a deviation is wrong with its last call. */
export type Flaw = "none" | Deviation | (typeof FLAWS)[number];

/** What a key tries, as data: what it means depends on the sessions that there are then. */
export interface Attempt {
  readonly session: number;
  readonly deeds: readonly Deed[];
  /** `auto`: what an app would do. */
  readonly mode: Mode | "auto";
  /** Seconds between the claimed time and the one that an app would claim; left out: no claim. */
  readonly claim: number | undefined;
  readonly flaw: Flaw;
  /** Which byte, which forbidden target: whatever the flaw leaves open. */
  readonly choice: number;
}

export const attempt: fc.Arbitrary<Attempt> = fc.record({
  // The youngest sessions most of the time: the others are dead more often than not.
  session: fc.constantFrom(0, 0, 0, 0, 0, 1, 1, 1, 2, 4),
  deeds: fc.array(deed, { minLength: 1, maxLength: 3 }),
  mode: fc.constantFrom<Attempt["mode"]>(
    "auto",
    "auto",
    "auto",
    "auto",
    "auto",
    "auto",
    "auto",
    "use",
    "enable",
    "signed",
  ),
  claim: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 0, -70, 70, undefined),
  flaw: fc.oneof(
    { weight: 9, arbitrary: fc.constant<Flaw>("none") },
    { weight: 1, arbitrary: fc.constantFrom<Flaw>(...DEVIATIONS) },
    { weight: 2, arbitrary: fc.constantFrom<Flaw>(...FLAWS) },
  ),
  choice: fc.nat(2 ** 24),
});

/** The operation of an attempt for the block of time `now`. */
export async function build(reference: Reference, attempted: Attempt, now: number): Promise<Attempted> {
  const { flaw, choice, claim } = attempted;
  const replayed = reference.accepted[choice % Math.max(1, reference.accepted.length)];
  if (flaw === "replay" && replayed !== undefined) return { ...replayed, note: "replay" };
  const granted = reference.pick(attempted.session);
  const mode = modeOf(granted, attempted.mode);
  const grant = mode === "use" ? undefined : grantOf(reference, granted, flaw);
  const time = claim === undefined ? undefined : timeOf(granted, attempted.deeds, now, claim);
  const envelope = encodeEnvelope({
    mode,
    session: granted.session,
    ...(time === undefined ? {} : { time }),
    height: permissionHeight(granted.session),
    calls: attempted.deeds.map(({ what }) => {
      const index = DEEDS.indexOf(what);
      return { permission: granted.session.permissions[index]!, proof: granted.tree.proof(index) };
    }),
    ...(grant === undefined ? {} : { grant }),
  });
  const grantValid = grant !== undefined && flaw !== "grant by key";
  return { ...(await seal(reference, granted, attempted, envelope, grant)), granted, grantValid, note: flaw };
}

function modeOf({ status }: Granted, mode: Attempt["mode"]): Mode {
  if (mode !== "auto") return mode;
  return status === STATUSES.enabled ? "use" : "enable";
}

function grantOf(reference: Reference, { grant, id }: Granted, flaw: Flaw): EnvelopeGrant {
  if (flaw !== "grant by key") return grant;
  const signature = reference.world.key.signingKey.sign(id).serialized;
  return { ...grant, signature: concat([reference.world.ownerValidatorAddress, signature]) };
}

function timeOf({ session }: Granted, deeds: readonly Deed[], now: number, claim: number): number | undefined {
  const inside = (time: number): number => Math.min(Math.max(time, session.validAfter), session.validUntil);
  const permissions = deeds.map(({ what }) => session.permissions[DEEDS.indexOf(what)]!);
  const time = pickTime(session, permissions, inside(now));
  return time === undefined ? undefined : inside(time + claim);
}

async function seal(
  reference: Reference,
  { session, actor, number }: Granted,
  { flaw, deeds, choice }: Attempt,
  envelope: string,
  grant: EnvelopeGrant | undefined,
): Promise<Pick<Attempted, "op" | "userOpHash">> {
  const { world, actors } = reference;
  const calls = deeds.map((one) => callOf(world, number, one));
  const sender = flaw === "other sender" ? actors.find((other) => other !== actor)!.address : session.account;
  const op = packUserOp({
    ...MODEL_GAS,
    ...(flaw === "fee" ? { preVerificationGas: 10_000_000n } : {}),
    sender,
    nonce: adapter(world).nonceKey(world.validatorAddress, ++reference.nonces) << 64n,
    callData: callDataOf(reference, sender, calls, flaw, choice),
    signature: "0x",
  });
  const userOpHash = hashOf(world, op);
  const key = ecdsaKey(flaw === "wrong key" ? world.otherKey : world.key);
  const sealed = await signUse({ envelope, userOpHash, validator: world.validatorAddress, key });
  return { op: { ...op, signature: bend(sealed, dataLength(envelope), grant, flaw, choice) }, userOpHash };
}

function callDataOf(reference: Reference, account: string, calls: readonly Call[], flaw: Flaw, choice: number): string {
  const isDeviation = (DEVIATIONS as readonly Flaw[]).includes(flaw);
  const bent = isDeviation ? deviate(reference.world, account, calls, flaw as Deviation, choice) : calls;
  const data = encodeExecute(bent);
  const mode = bent.length > 1 ? BATCH_MODE : toBeHex(0, 32);
  switch (flaw) {
    case "calldata byte":
      return flip(data, 0, dataLength(data), choice);
    case "try mode":
      return withMode(data, `${mode.slice(0, 4)}01${mode.slice(6)}`);
    case "delegatecall":
      return withMode(data, `0xff${mode.slice(4)}`);
    default:
      return data;
  }
}

function withMode(data: string, mode: string): string {
  return data.slice(0, 10) + mode.slice(2) + data.slice(74);
}

/** The sealed envelope, perhaps with another byte. Not within the grant: what the account says to that is not modelled. */
function bend(sealed: string, length: number, grant: EnvelopeGrant | undefined, flaw: Flaw, choice: number): string {
  if (flaw === "key signature byte") return flip(sealed, length, dataLength(sealed), choice);
  return flaw === "envelope byte" ? flip(sealed, 0, length - grantLength(grant), choice) : sealed;
}

/** height 1 | index 2 and siblings, if any | length 2 | signature */
function grantLength(grant: EnvelopeGrant | undefined): number {
  if (grant === undefined) return 0;
  const { proof, signature } = grant;
  return 1 + (proof.siblings.length === 0 ? 0 : 2 + 32 * proof.siblings.length) + 2 + dataLength(signature);
}

function flip(data: string, from: number, to: number, choice: number): string {
  const bytes = getBytes(data);
  const place = from + ((choice >> 3) % (to - from));
  bytes[place] = bytes[place]! ^ (1 << (choice & 7));
  return hexlify(bytes);
}
