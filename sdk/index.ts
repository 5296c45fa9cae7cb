export * from "./abi";
export * from "./accounts/adapter";
export * from "./accounts/kernel";
export * from "./accounts/modular";
export * from "./accounts/nexus";
export * from "./accounts/referenceMsa";
export * from "./accounts/safe7579";
export * from "./actions/account";
export * from "./actions/context";
export * from "./actions/deploy";
export * from "./actions/enable";
export * from "./actions/grant";
export * from "./actions/inspect";
export * from "./actions/operate";
export * from "./actions/owner";
export * from "./actions/revoke";
export * from "./actions/send";
export * from "./actions/use";
export * from "./argument";
export * from "./budget";
export * from "./builder";
export * from "./charge";
export * from "./check";
export * from "./constants";
export { dangerOf, type Danger, type GuardedCall } from "./danger";
export * from "./decodeError";
export * from "./describe";
export * from "./envelope";
export * from "./errors";
export * from "./execution";
export * from "./explain";
export * from "./grant";
export * from "./hex";
export * from "./judge";
export * from "./key";
export * from "./keys/erc1271";
export * from "./keys/multisig";
export * from "./keys/p256";
export * from "./keys/rsa";
export * from "./keys/verifierKey";
export * from "./keys/webAuthn";
export * from "./keys/webCrypto";
export * from "./lint";
export * from "./permission";
export { CALLS_STATUS, type CallsReceipt, type CallsStatus } from "./provider/answers";
export { PROVIDER_CODES, ProviderRpcError } from "./provider/errors";
export * from "./provider/sessionProvider";
export * from "./rule";
export * from "./serialize";
export * from "./session";
export * from "./sessionFile";
export * from "./signer/clock";
export { Operations, SessionReceipt } from "./signer/operations";
export type { SendOptions, SessionSignerOptions, Sponsor, Sponsorship } from "./signer/options";
export { SessionResponse } from "./signer/response";
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
export * from "./tree";
export * from "./typedData";
export * from "./usage";
export * from "./use";
export * from "./userOp";
