// What the package exports as `session-keys`; everything else is internal. Deployment is in `session-keys/deploy`, keys other
// than secp256k1 in `session-keys/keys`: an app that needs neither does not load them.
export { ENTRY_POINT_INTERFACE, VALIDATOR_INTERFACE } from "./abi";
export * from "./accounts/adapter";
export * from "./accounts/kernel";
export * from "./accounts/modular";
export * from "./accounts/nexus";
export * from "./accounts/referenceMsa";
export * from "./accounts/safe7579";
export * from "./actions/account";
export * from "./actions/assertRevoked";
export { chainTime, type Context } from "./actions/context";
export * from "./actions/enable";
export * from "./actions/grant";
export * from "./actions/inspect";
export * from "./actions/list";
export {
  DEFAULT_GAS,
  hashUserOp,
  simulateUserOp,
  submitUserOp,
  type HashContext,
  type OperationOptions,
} from "./actions/operate";
export * from "./actions/owner";
export * from "./actions/revoke";
export * from "./actions/send";
export { prepareUse, useSession, type SessionUse, type UseKey } from "./actions/use";
export { periodicBudget, streamBudget, totalBudget, type Budget, type TimeWindow } from "./budget";
export * from "./builder";
export type { WordType } from "./builder/word";
export { argumentCharge, countCharge, valueCharge, type Charge } from "./charge";
export * from "./check";
export {
  ANY_PAYMASTER,
  BUDGET_KINDS,
  CHARGE_SOURCES,
  ENTRY_POINTS,
  FEES_SPONSORED,
  FEES_UNLIMITED,
  MAX_UINT256,
  MODES,
  OPS,
  PERMISSION_KINDS,
  STATUSES,
  type EntryPointVersion,
  type Mode,
  type OpName,
} from "./constants";
export { dangerOf, type Danger, type GuardedCall } from "./danger";
export * from "./decodeError";
export * from "./describe";
export {
  openEnvelope,
  type Envelope,
  type EnvelopeCall,
  type EnvelopeGrant,
  type EnvelopeHeader,
  type OpenedEnvelope,
} from "./envelope";
export { SessionKeyError, type ContractErrorArgument } from "./errors";
export * from "./exampleCall";
export { decodeExecute, encodeExecute, type Call } from "./execution";
export * from "./explain";
export * from "./grant";
export type { Address, Hex } from "./hex";
export { ecdsaKey, erc7913Key, type Erc7913KeyOptions, type SessionKey, type SigningKeyHolder } from "./key";
export type { Cost } from "./judge";
export * from "./lint";
export * from "./operationSession";
export * from "./ownerCalls";
export {
  anyCallPermission,
  callAnyTargetPermission,
  callPermission,
  transferPermission,
  type Permission,
  type PermissionBody,
  type PermissionOptions,
} from "./permission";
export * from "./prepared";
export { CALLS_STATUS, type CallsReceipt, type CallsStatus } from "./provider/answers";
export { PROVIDER_CODES, ProviderRpcError } from "./provider/errors";
export * from "./provider/sessionProvider";
export { ratioRule, rule, type Path, type Rule } from "./rule";
export * from "./serialize";
export { normalizeSession, validateSession, type Session, type SessionHeader } from "./session";
export * from "./signer/clock";
export { Operations, SessionReceipt } from "./signer/operations";
export type { SendOptions, SessionSignerOptions, Sponsor, Sponsorship } from "./signer/options";
export { SessionResponse, type SentOperation } from "./signer/response";
export * from "./signer/sessionSigner";
export { chainState } from "./signer/state";
export * from "./transport/bundler";
export * from "./transport/handleOps";
export {
  waitForOperation,
  type GasEstimate,
  type OperationLog,
  type OperationReceipt,
  type Transport,
  type WaitOptions,
} from "./transport/transport";
export { decodeRpcUserOp, encodeRpcUserOp, type KnownOperation, type RpcUserOperation } from "./transport/wire";
export type { MerkleProof, MerkleTree } from "./tree";
export {
  digest,
  permissionTree,
  sessionDomain,
  sessionId,
  sessionRevocationTypedData,
  sessionTypedData,
  sessionUseTypedData,
  type SessionDomain,
  type SessionPrimaryType,
  type TypedData,
} from "./typedData";
export { allowance, NO_USAGE, type Allowance, type Usage } from "./usage";
export {
  buildEnvelope,
  matchPermissions,
  pickTime,
  signUse,
  type TimedSession,
  type UseRequest,
  type UseToSign,
} from "./use";
export {
  packUserOp,
  unpackUserOp,
  userOpHash,
  type PackedUserOperation,
  type UserOperation,
  type UserOpGas,
  type UserOpHashContext,
} from "./userOp";
