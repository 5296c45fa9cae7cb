import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setCode } from "@nomicfoundation/hardhat-network-helpers";
import { AbiCoder, concat, Contract, Interface, parseEther, toBeHex, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import { encodeExecute, type Call, type PackedUserOperation } from "../../sdk";
import { deploy as deployCode } from "../../test/matrix/ground";
import { draft, hashOf, ownerOperation, succeed } from "../../test/matrix/operations";
import { NEXUS } from "../accounts";
import { ALICE, ERC20_TRANSFER, INCREMENT } from "../calls";
import { compileRivals } from "../rivals/compile";
import { requireRival } from "../rivals/packages";
import { stage, WINDOW, type Stage } from "../stage";

// SmartSessions on Nexus, EntryPoint v0.7: its runtime code from npm, at the address that the package gives it.

/** Where SmartSessions is. */
export const ADDRESS = "0x0000000071727De22e5E9D8bAF0EDAc6F37da034";
/** The registry of modules that it asks about policies (ERC-7484). */
const REGISTRY = "0x000000000069E2a187AEFFb852bF3cCdC95151B2";
/** A registry that lets everything pass and costs nothing: STOP. */
const SILENT = "0x00";
/** Its session, as Solidity has it. */
export const SESSION =
  "(address sessionValidator,bytes sessionValidatorInitData,bytes32 salt,(address policy,bytes initData)[] userOpPolicies," +
  "(string[] allowedERC7739Content,(address policy,bytes initData)[] erc1271Policies) erc7739Policies," +
  "(bytes4 actionTargetSelector,address actionTarget,(address policy,bytes initData)[] actionPolicies)[] actions)";
/** What is called. */
export const ABI = new Interface([
  `function enableSessions(${SESSION}[] sessions) returns (bytes32[])`,
  `function getPermissionId(${SESSION} session) pure returns (bytes32)`,
  `function getSessionDigest(bytes32 permissionId,address account,${SESSION} data,uint8 mode) view returns (bytes32)`,
  "function removeSession(bytes32 permissionId)",
  "function validateUserOp((address sender,uint256 nonce,bytes initCode,bytes callData,bytes32 accountGasLimits,uint256 preVerificationGas,bytes32 gasFees,bytes paymasterAndData,bytes signature) userOp,bytes32 userOpHash) returns (uint256)",
  "error InvalidEnableSignature(address account,bytes32 hash)",
]);
/** ABI encoding. */
export const abi = AbiCoder.defaultAbiCoder();
/** `enable` without asking a registry about the policies: the cheaper of the two. */
export const UNSAFE_ENABLE = 2;

interface Policy {
  readonly policy: string;
  readonly initData: string;
}

/** The struct that SmartSessions enables. */
export interface Session {
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

/** A Nexus with SmartSessions installed, and the parts of its sessions. */
export interface SmartSessions extends Stage {
  readonly contract: Contract;
  readonly parts: Readonly<Record<PartName, string>>;
}

function runtimeCode(): string {
  const modulekit = dirname(require.resolve("@rhinestone/modulekit/package.json"));
  const source = readFileSync(join(modulekit, "src/deployment/precompiles/SmartSessionsPrecompiles.sol"), "utf8");
  return `0x${/hex"([0-9a-f]+)"/.exec(source)![1]!}`;
}

/** The fixture: nothing enabled yet. */
export async function buildSmartSessions(): Promise<SmartSessions> {
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
export function compress(data: string): string {
  const { LibZip } = requireRival<{ LibZip: { flzCompress(data: string): string } }>("solady");
  return LibZip.flzCompress(data);
}

const window = concat([toBeHex(WINDOW.validAfter, 6), toBeHex(WINDOW.validUntil, 6)]);

/** A session for these functions of these targets, each under one policy. */
export function sessionOf(s: SmartSessions, targets: readonly [string, string][], policy: Policy): Session {
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

/** A value cap, in the window. */
export const callPolicy = ({ parts }: SmartSessions): Policy => ({
  policy: parts.CallPolicy,
  initData: concat([window, toBeHex(parseEther("0.1"), 20)]),
});
const transferPolicy = ({ parts }: SmartSessions): Policy => ({
  policy: parts.TransferPolicy,
  initData: concat([window, ALICE, toBeHex(100_000_000, 16)]),
});
/** Everything. */
export const sudoPolicy = ({ parts }: SmartSessions): Policy => ({ policy: parts.SudoPolicy, initData: "0x" });

/** May call the target. */
export const mayIncrement = (s: SmartSessions, policy = callPolicy(s)) =>
  sessionOf(s, [[s.targetAddress, INCREMENT]], policy);
/** May pay Alice, up to a total. */
export const mayTransfer = (s: SmartSessions) => sessionOf(s, [[s.tokenAddress, ERC20_TRANSFER]], transferPolicy(s));

/** A call of SmartSessions. */
export const callTo = (data: string): Call => ({ target: ADDRESS, value: 0n, data });
/** The call that enables sessions. */
export const enabling = (...sessions: readonly Session[]) =>
  callTo(ABI.encodeFunctionData("enableSessions", [sessions]));

/** The session's id. */
export async function idOf({ contract }: SmartSessions, session: Session): Promise<string> {
  return (await contract.getFunction("getPermissionId")(session)) as string;
}

/** An operation of the session key; `envelope` makes the whole signature from the key's. */
export async function bySession(s: SmartSessions, calls: readonly Call[], envelope: (signature: string) => string) {
  const op = await draft(s, s.subject.adapter.nonceKey(ADDRESS), encodeExecute(calls), {
    verificationGasLimit: 3_000_000n,
  });
  return sent(s, { ...op, signature: envelope(s.key.signingKey.sign(await hashOf(s, op)).serialized) });
}
