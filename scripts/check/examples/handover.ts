import { toQuantity } from "ethers";
import { proofFor, type Grant } from "../../../sdk";
import {
  permissionResponse,
  stringifySessionFile,
  type PermissionRequest,
  type SessionFile,
} from "../../../sdk/handover";

/** The session as a file, on a disk that holds nothing else, and a request of ERC-7715 with what a wallet answered. */
export function handover(grant: Grant) {
  const session = grant.sessions[0]!;
  const file: SessionFile = { validator: grant.validator, session, grant: proofFor(grant, 0) };
  const request: PermissionRequest = {
    chainId: toQuantity(session.chainId),
    from: session.account,
    to: session.signer,
    permission: {
      type: "erc20-token-allowance",
      isAdjustmentAllowed: false,
      data: { tokenAddress: `0x${"6".repeat(40)}`, allowanceAmount: "0x64" },
    },
    rules: [{ type: "expiry", data: { timestamp: session.validUntil } }],
  };
  const text = stringifySessionFile(file);
  const readFileSync: (path: string, encoding: string) => string = () => text;
  const writeFileSync: (path: string, written: string) => void = () => undefined;
  return { file, request, text, response: permissionResponse(request, file), readFileSync, writeFileSync };
}
