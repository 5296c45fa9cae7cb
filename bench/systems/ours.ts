import {
  buildEnvelope,
  ecdsaKey,
  encodeExecute,
  pickTime,
  sessionId,
  proofFor,
  type Call,
  type Grant,
  type PackedUserOperation,
  type Session,
  type SessionKey,
} from "../../sdk";
import { NOTHING } from "../calls";
import type { Work } from "../measure";
import type { Home } from "../accounts";
import { scenarioOf, SCENARIOS, type Scenario, type Terms } from "../scenarios";
import { CLOCK, stage as stageOf, WINDOW, type Stage } from "../stage";
import type { System } from "../system";
import { draft, enableBy, grantOf, ownerOperation, seal, sessionOf, succeed } from "../../test/matrix/operations";

/** A session on a stage, and what holds its key. */
export interface Holder {
  readonly stage: Stage;
  readonly session: Session;
  readonly key: SessionKey;
}

/** A session with these terms; not enabled. */
export async function hold(stage: Stage, terms: Terms, key: SessionKey = ecdsaKey(stage.key)): Promise<Holder> {
  const session = await sessionOf(stage, { ...WINDOW, signer: key.signer, ...terms });
  return { stage, session, key };
}

async function sent(stage: Stage, op: PackedUserOperation): Promise<string> {
  return (await succeed(stage, op)).receipt.hash;
}

/** The plain owner's operation. */
export async function byOwner(stage: Stage, calls: readonly Call[]): Promise<string> {
  return sent(stage, await ownerOperation(stage, encodeExecute(calls)));
}

/** The session's operation; with a grant it enables the session as well. */
export async function bySession(
  { stage, session, key }: Holder,
  calls: readonly Call[],
  grant?: Grant,
): Promise<string> {
  const { adapter } = stage.subject;
  const op = await draft(stage, adapter.nonceKey(stage.validatorAddress), encodeExecute(calls));
  const time = pickTime(session, session.permissions.slice(0, 1), CLOCK);
  const envelope = buildEnvelope({
    session,
    calls,
    mode: grant === undefined ? "use" : "enable",
    ...(time === undefined ? {} : { time }),
    ...(grant === undefined ? {} : { grant: proofFor(grant, 0) }),
  });
  return sent(stage, await seal(stage, op, envelope, key));
}

/** Uses of an enabled session. */
export async function use(stage: Stage, scenario: Pick<Scenario, "calls" | "terms" | "key">): Promise<Work> {
  const holder = await hold(stage, scenario.terms(stage), await scenario.key?.(stage));
  await enableBy(stage, holder.session);
  const calls = scenario.calls(stage);
  return { times: 3, plain: () => byOwner(stage, calls), act: () => bySession(holder, calls) };
}

/** A session's first operation, which enables it by a grant of so many sessions. */
export async function enableAndUse(stage: Stage, sessions = 1): Promise<Work> {
  const { calls, terms } = scenarioOf("call");
  const holder = await hold(stage, terms(stage));
  const others = Array.from({ length: sessions - 1 }, (_, i) => ({ ...holder.session, salt: BigInt(i + 1) }));
  const grant = await grantOf(stage, holder.session, ...others);
  return {
    times: 1,
    plain: () => byOwner(stage, calls(stage)),
    act: () => bySession(holder, calls(stage), grant),
  };
}

/** What an owner does to the module, beside an operation that does nothing. */
function ownerWork(stage: Stage, callData: string): Work {
  return {
    times: 1,
    plain: () => byOwner(stage, [NOTHING]),
    act: async () => sent(stage, await ownerOperation(stage, callData)),
  };
}

type OwnerCall = "enableSession" | "revokeSession" | "revokeAllSessions";

async function ownerCall(stage: Stage, name: OwnerCall, enabled: number): Promise<Work> {
  const { session } = await hold(stage, scenarioOf("call").terms(stage));
  await enableMany(stage, session, enabled);
  const values = {
    enableSession: [sessionId(session), "0x"],
    revokeSession: [sessionId(session)],
    revokeAllSessions: [],
  };
  const data = stage.validator.interface.encodeFunctionData(name as "enableSession", values[name] as [string, string]);
  return ownerWork(stage, encodeExecute([{ target: stage.validatorAddress, value: 0n, data }]));
}

async function enableMany(stage: Stage, session: Session, count: number): Promise<void> {
  for (let salt = 0; salt < count; ++salt) await enableBy(stage, { ...session, salt: BigInt(salt) });
}

async function uninstall(stage: Stage): Promise<Work> {
  const { session } = await hold(stage, scenarioOf("call").terms(stage));
  await enableMany(stage, session, 100);
  return ownerWork(stage, stage.subject.adapter.uninstallModule(stage.validatorAddress));
}

/** What the owner does, by name. */
export const OWNER_WORK: Readonly<Record<string, (stage: Stage) => Promise<Work>>> = {
  enable: (stage) => ownerCall(stage, "enableSession", 0),
  enableAndUse: (stage) => enableAndUse(stage),
  revoke: (stage) => ownerCall(stage, "revokeSession", 1),
  revokeAll: (stage) => ownerCall(stage, "revokeAllSessions", 1),
  uninstall,
};

/** Our module on an account. */
export function oursOn({ id, name, kind, version }: Home): System {
  const onStage = (work: (stage: Stage) => Promise<Work>) => async () => work(await stageOf(kind, version));
  const uses = SCENARIOS.map((scenario) => [scenario.name, onStage((stage) => use(stage, scenario))] as const);
  const owned = Object.entries(OWNER_WORK).map(([key, work]) => [key, onStage(work)] as const);
  return { id, name, works: Object.fromEntries([...owned, ...uses]) };
}
