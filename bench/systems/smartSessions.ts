import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadFixture, setCode } from "@nomicfoundation/hardhat-network-helpers";
import { AbiCoder, concat, Contract, Interface, parseEther, toBeHex, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import { encodeExecute, type Call, type PackedUserOperation } from "../../sdk";
import { DUMMY_ECDSA_SIGNATURE } from "../../sdk/key";
import { deploy as deployCode } from "../../test/matrix/ground";
import { draft, hashOf, ownerOperation, succeed } from "../../test/matrix/operations";
import { NEXUS } from "../accounts";
import { ALICE, ERC20_TRANSFER, extravagant, INCREMENT, NOTHING } from "../calls";
import { manyPermissions, scenarioOf } from "../scenarios";
import type { Work } from "../measure";
import { compileRivals } from "../rivals/compile";
import { requireRival } from "../rivals/packages";
import { stage, WINDOW, type Stage } from "../stage";
import type { System } from "../system";
import { byOwner } from "./ours";

// SmartSessions on Nexus, EntryPoint v0.7: its runtime code from npm, at the address that the package gives it.

const ADDRESS = "0x0000000071727De22e5E9D8bAF0EDAc6F37da034";
/** The registry of modules that it asks about policies (ERC-7484). */
const REGISTRY = "0x000000000069E2a187AEFFb852bF3cCdC95151B2";
/** A registry that lets everything pass and costs nothing: STOP. */
const SILENT = "0x00";
const SESSION =
  "(address sessionValidator,bytes sessionValidatorInitData,bytes32 salt,(address policy,bytes initData)[] userOpPolicies," +
  "(string[] allowedERC7739Content,(address policy,bytes initData)[] erc1271Policies) erc7739Policies," +
  "(bytes4 actionTargetSelector,address actionTarget,(address policy,bytes initData)[] actionPolicies)[] actions)";
const ABI = new Interface([
  `function enableSessions(${SESSION}[] sessions) returns (bytes32[])`,
  `function getPermissionId(${SESSION} session) pure returns (bytes32)`,
  `function getSessionDigest(bytes32 permissionId,address account,${SESSION} data,uint8 mode) view returns (bytes32)`,
  "function removeSession(bytes32 permissionId)",
  "function validateUserOp((address sender,uint256 nonce,bytes initCode,bytes callData,bytes32 accountGasLimits,uint256 preVerificationGas,bytes32 gasFees,bytes paymasterAndData,bytes signature) userOp,bytes32 userOpHash) returns (uint256)",
  "error InvalidEnableSignature(address account,bytes32 hash)",
]);
const abi = AbiCoder.defaultAbiCoder();
/** `enable` without asking a registry about the policies: the cheaper of the two. */
const UNSAFE_ENABLE = 2;

interface Policy {
  readonly policy: string;
  readonly initData: string;
}

interface Session {
  readonly sessionValidator: string;
  readonly sessionValidatorInitData: string;
  readonly salt: string;
  readonly userOpPolicies: readonly Policy[];
  readonly erc7739Policies: { readonly allowedERC7739Content: []; readonly erc1271Policies: [] };
  readonly actions: readonly {
    readonly actionTargetSelector: string;
    readonly actionTarget: string;
    readonly actionPolicies: readonly Policy[];
  }[];
}

type PartName = "EcdsaSessionValidator" | "SudoPolicy" | "CallPolicy" | "TransferPolicy";

interface SmartSessions extends Stage {
  readonly contract: Contract;
  readonly parts: Readonly<Record<PartName, string>>;
}

function runtimeCode(): string {
  const modulekit = dirname(require.resolve("@rhinestone/modulekit/package.json"));
  const source = readFileSync(join(modulekit, "src/deployment/precompiles/SmartSessionsPrecompiles.sol"), "utf8");
  return `0x${/hex"([0-9a-f]+)"/.exec(source)![1]!}`;
}

async function buildSmartSessions(): Promise<SmartSessions> {
  const nexus = await stage(NEXUS.kind, NEXUS.version);
  await setCode(ADDRESS, runtimeCode());
  await setCode(REGISTRY, SILENT);
  const compiled = compileRivals();
  const part = (name: PartName) => deployCode(nexus, compiled[name]!.bytecode);
  const parts = {
    EcdsaSessionValidator: await part("EcdsaSessionValidator"),
    SudoPolicy: await part("SudoPolicy"),
    CallPolicy: await part("CallPolicy"),
    TransferPolicy: await part("TransferPolicy"),
  };
  const built = { ...nexus, parts, contract: new Contract(ADDRESS, ABI, ethers.provider) };
  await sent(built, await ownerOperation(built, nexus.subject.adapter.installModule(ADDRESS)));
  return built;
}

async function sent(s: Stage, op: PackedUserOperation): Promise<string> {
  return (await succeed(s, op)).receipt.hash;
}

/** FastLZ, which SmartSessions wants signatures in. */
function compress(data: string): string {
  const { LibZip } = requireRival<{ LibZip: { flzCompress(data: string): string } }>("solady");
  return LibZip.flzCompress(data);
}

const window = concat([toBeHex(WINDOW.validAfter, 6), toBeHex(WINDOW.validUntil, 6)]);

function sessionOf(s: SmartSessions, targets: readonly [string, string][], policy: Policy): Session {
  return {
    sessionValidator: s.parts.EcdsaSessionValidator,
    sessionValidatorInitData: s.key.address,
    salt: ZeroHash,
    userOpPolicies: [],
    erc7739Policies: { allowedERC7739Content: [], erc1271Policies: [] },
    actions: targets.map(([actionTarget, actionTargetSelector]) => ({
      actionTargetSelector,
      actionTarget,
      actionPolicies: [policy],
    })),
  };
}

const callPolicy = ({ parts }: SmartSessions): Policy => ({
  policy: parts.CallPolicy,
  initData: concat([window, toBeHex(parseEther("0.1"), 20)]),
});
const transferPolicy = ({ parts }: SmartSessions): Policy => ({
  policy: parts.TransferPolicy,
  initData: concat([window, ALICE, toBeHex(100_000_000, 16)]),
});
const sudoPolicy = ({ parts }: SmartSessions): Policy => ({ policy: parts.SudoPolicy, initData: "0x" });

const mayIncrement = (s: SmartSessions, policy = callPolicy(s)) => sessionOf(s, [[s.targetAddress, INCREMENT]], policy);
const mayTransfer = (s: SmartSessions) => sessionOf(s, [[s.tokenAddress, ERC20_TRANSFER]], transferPolicy(s));

const callTo = (data: string): Call => ({ target: ADDRESS, value: 0n, data });
const enabling = (...sessions: readonly Session[]) => callTo(ABI.encodeFunctionData("enableSessions", [sessions]));

async function idOf({ contract }: SmartSessions, session: Session): Promise<string> {
  return (await contract.getFunction("getPermissionId")(session)) as string;
}

/** An operation of the session key; `envelope` makes the whole signature from the key's. */
async function bySession(s: SmartSessions, calls: readonly Call[], envelope: (signature: string) => string) {
  const op = await draft(s, s.subject.adapter.nonceKey(ADDRESS), encodeExecute(calls), {
    verificationGasLimit: 3_000_000n,
  });
  return sent(s, { ...op, signature: envelope(s.key.signingKey.sign(await hashOf(s, op)).serialized) });
}

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
