import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { concat, toBeHex, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import { encodeExecute, type Call } from "../../sdk";
import { DUMMY_ECDSA_SIGNATURE } from "../../sdk/key";
import { draft } from "../../test/matrix/operations";
import { ERC20_TRANSFER, extravagant, NOTHING } from "../calls";
import { manyPermissions, scenarioOf } from "../scenarios";
import type { Work } from "../measure";
import type { System } from "../system";
import { byOwner } from "./ours";

import {
  ADDRESS,
  SESSION,
  ABI,
  abi,
  UNSAFE_ENABLE,
  type SmartSessions,
  type Session,
  buildSmartSessions,
  compress,
  sessionOf,
  callPolicy,
  sudoPolicy,
  mayIncrement,
  mayTransfer,
  callTo,
  enabling,
  idOf,
  bySession,
} from "./smartSessionsChain";

// What session keys do with SmartSessions.

async function use(sessionFor: (s: SmartSessions) => Session, scenario: string): Promise<Work> {
  const s = await loadFixture(buildSmartSessions);
  const session = sessionFor(s);
  await enableInParts(s, session);
  const permissionId = await idOf(s, session);
  const calls = scenarioOf(scenario).calls(s);
  const envelope = (signature: string) => concat(["0x00", permissionId, compress(abi.encode(["bytes"], [signature]))]);
  const work = { times: 3 as const, plain: () => byOwner(s, calls), act: () => bySession(s, calls, envelope) };
  const isSudo = session.actions[0]!.actionPolicies[0]!.policy === s.parts.SudoPolicy;
  return isSudo ? work : { ...work, forbidden: () => bySession(s, extravagant(calls), envelope) };
}

/** Some actions at a time: all of a large session do not fit into a transaction. */
async function enableInParts(s: SmartSessions, session: Session): Promise<void> {
  const account = await ethers.getImpersonatedSigner(s.subject.address);
  const size = 64;
  for (let start = 0; start < session.actions.length; start += size) {
    const part = { ...session, actions: session.actions.slice(start, start + size) };
    await (await account.sendTransaction({ to: ADDRESS, data: enabling(part).data, gasLimit: 16_000_000 })).wait();
  }
}

const ENABLE_SESSION = `tuple(uint8 chainDigestIndex,(uint64,bytes32)[] hashesAndChainIds,${SESSION} sessionToEnable,bytes permissionEnableSig)`;

/** The first operation, which enables the session by the owner's signature. */
async function enableAndUse(): Promise<Work> {
  const s = await loadFixture(buildSmartSessions);
  const session = mayIncrement(s);
  const values = [await idOf(s, session), s.subject.address, session, UNSAFE_ENABLE];
  const sessionDigest = (await s.contract.getFunction("getSessionDigest")(...values)) as string;
  const envelopeBy = (grant: string) => {
    const permissionEnableSig = concat([s.ownerValidator, grant]);
    const enable = [0, [[s.chainId, sessionDigest]], session, permissionEnableSig];
    return (signature: string) =>
      concat([toBeHex(UNSAFE_ENABLE, 1), compress(abi.encode([ENABLE_SESSION, "bytes"], [enable, signature]))]);
  };
  const digest = await digestToGrant(s, envelopeBy(DUMMY_ECDSA_SIGNATURE)(DUMMY_ECDSA_SIGNATURE));
  const envelope = envelopeBy(s.owner.signingKey.sign(digest).serialized);
  const calls = scenarioOf("call").calls(s);
  return { times: 1, plain: () => byOwner(s, calls), act: () => bySession(s, calls, envelope) };
}

/** What the owner must sign, as SmartSessions says when it refuses another signature. */
async function digestToGrant(s: SmartSessions, signature: string): Promise<string> {
  const op = await draft(s, s.subject.adapter.nonceKey(ADDRESS), encodeExecute(scenarioOf("call").calls(s)));
  const data = ABI.encodeFunctionData("validateUserOp", [{ ...op, signature }, ZeroHash]);
  try {
    await ethers.provider.call({ from: s.subject.address, to: ADDRESS, data });
  } catch (error) {
    const refusal = ABI.parseError(/return data: (0x[0-9a-f]+)/.exec(String(error))?.[1] ?? "0x");
    if (refusal?.name === "InvalidEnableSignature") return refusal.args[1] as string;
    throw error;
  }
  throw new Error("SmartSessions takes any signature for a grant");
}

/** The owner enables or removes a session. */
async function ownerWork(before: (s: SmartSessions) => Promise<void>, callOf: (s: SmartSessions) => Promise<Call>) {
  const s = await loadFixture(buildSmartSessions);
  await before(s);
  const call = await callOf(s);
  return { times: 1 as const, plain: () => byOwner(s, [NOTHING]), act: () => byOwner(s, [call]) };
}

function enable(sessionFor: (s: SmartSessions) => Session): Promise<Work> {
  return ownerWork(
    () => Promise.resolve(),
    (s) => Promise.resolve(enabling(sessionFor(s))),
  );
}

function revoke(): Promise<Work> {
  return ownerWork(
    (s) => enableInParts(s, mayIncrement(s)),
    async (s) => callTo(ABI.encodeFunctionData("removeSession", [await idOf(s, mayIncrement(s))])),
  );
}

const mayOneOf256 = (s: SmartSessions) =>
  sessionOf(
    s,
    manyPermissions(s, 256).map(({ target, selector }) => [target, selector]),
    callPolicy(s),
  );

/** With the cheapest policies that do the work (see `rivals/contracts/`). */
export const SMART_SESSIONS: System = {
  id: "smartSessions",
  name: "SmartSessions",
  works: {
    enable: () => enable(mayIncrement),
    enableAndUse,
    call: () => use(mayIncrement, "call"),
    erc20Total: () => use(mayTransfer, "erc20Total"),
    batch3: () => use(mayIncrement, "batch3"),
    batch10: () => use(mayIncrement, "batch10"),
    of256: () => use(mayOneOf256, "call"),
    revoke,
  },
};

const mayAnything = (s: SmartSessions) => mayIncrement(s, sudoPolicy(s));

/** With a policy that allows everything: nothing that SmartSessions does can cost less. */
export const SMART_SESSIONS_SUDO: System = {
  id: "smartSessionsSudo",
  name: "SmartSessions, sudo",
  works: {
    enable: () => enable(mayAnything),
    call: () => use(mayAnything, "call"),
    erc20Total: () => use((s) => sessionOf(s, [[s.tokenAddress, ERC20_TRANSFER]], sudoPolicy(s)), "erc20Total"),
    batch3: () => use(mayAnything, "batch3"),
    batch10: () => use(mayAnything, "batch10"),
  },
};
