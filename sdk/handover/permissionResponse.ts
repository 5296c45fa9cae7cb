import { hexlify, toUtf8Bytes, toUtf8String, Utf8ErrorFuncs } from "ethers";
import { SessionKeyError } from "../errors";
import { asHex, sameAddress, type Address, type Hex } from "../hex";
import type { PermissionRequest } from "./permissionRequest";
import { readRequest } from "./requestFormat";
import { parseSessionFile, stringifySessionFile, type SessionFile } from "./sessionFile";

/**
 * What a wallet answers (`wallet_requestExecutionPermissions`).
 * @example const { context }: PermissionResponse = permissionResponse(request, file);
 */
export interface PermissionResponse extends PermissionRequest {
  /** The session file, its UTF-8 bytes in hex: read it by {@link readPermissionContext}. */
  readonly context: Hex;
  /** What must be deployed before: nothing, or the account. */
  readonly dependencies: readonly { readonly factory: Address; readonly factoryData: Hex }[];
  /** The session key validator. It redeems no ERC-7710 delegations: a session is used by operations of its key. */
  readonly delegationManager: Address;
}

/**
 * The answer to a request that was granted. Raises `WRONG_RESPONSE` if the file is of another chain, account or key than
 * the request, or has no grant, and what `stringifySessionFile` raises. The file's private key is left out.
 * @example
 * const grant = await grantSession(owner, session);
 * const response = permissionResponse(request, { validator: grant.validator, session, grant: proofFor(grant, 0) });
 */
export function permissionResponse(
  request: PermissionRequest,
  file: SessionFile,
  dependencies: PermissionResponse["dependencies"] = [],
): PermissionResponse {
  const { chainId, from, to } = readRequest(request);
  const { session, validator, grant } = file;
  const { account } = session;
  const fits =
    BigInt(chainId) === session.chainId && sameAddress(from ?? account, account) && sameAddress(to, session.signer);
  if (!fits || grant === undefined) {
    const message = grant === undefined ? "the file has no grant" : "the file is of another chain, account or key";
    throw new SessionKeyError("WRONG_RESPONSE", message);
  }
  const context = hexlify(toUtf8Bytes(stringifySessionFile(file)));
  return { ...request, from: account, context, dependencies, delegationManager: validator };
}

/**
 * The session behind a permission context: for the app that got it, and for the wallet that is to revoke it. Raises
 * `INVALID_HEX` and what `parseSessionFile` raises; ask the chain by `importSession`.
 * @example const { session } = readPermissionContext(response.context)
 */
export function readPermissionContext(context: Hex): SessionFile {
  return parseSessionFile(toUtf8String(asHex(context, "context"), Utf8ErrorFuncs.replace));
}
