import { resolveAddress, resolveProperties, type Provider, type TransactionRequest } from "ethers";
import { SessionKeyError } from "../errors";
import type { Call } from "../execution";
import { sameAddress } from "../hex";
import type { Session } from "../session";
import type { SendOptions } from "./options";

/** What an operation has no place for. */
const UNKNOWN_FIELDS = ["nonce", "accessList", "authorizationList", "blobs", "blobVersionedHashes", "kzg"] as const;

/** A call and its gas, from what ethers and wallets call a transaction. Raises `UNSUPPORTED_TRANSACTION`. */
export async function asCall(
  tx: TransactionRequest,
  { account, chainId }: Session,
  provider: Provider,
): Promise<{ call: Call; options: SendOptions }> {
  const { to, from, chainId: chain, value, data, ...fields } = await resolveProperties(tx);
  const refuse = (message: string) => new SessionKeyError("UNSUPPORTED_TRANSACTION", message, { account, chainId });
  const unknown = UNKNOWN_FIELDS.find((name) => (fields[name] ?? undefined) !== undefined);
  if (unknown !== undefined) throw refuse(`an operation has no ${unknown}`);
  if (to === undefined || to === null) throw refuse("it deploys a contract: sessions only call");
  if (from !== undefined && from !== null && !sameAddress(await resolveAddress(from, provider), account)) {
    throw refuse(`it is from another account than ${account}`);
  }
  if (chain !== undefined && chain !== null && BigInt(chain) !== chainId) {
    throw refuse(`it is for chain ${chain}, the session for ${chainId}`);
  }
  const target = await resolveAddress(to, provider);
  const call = { target, value: BigInt(value ?? 0), data: data ?? "0x" };
  return { call, options: { gas: gasOf(fields) } };
}

function gasOf({ gasLimit, gasPrice, maxFeePerGas, maxPriorityFeePerGas }: TransactionRequest): SendOptions["gas"] {
  const given = {
    callGasLimit: gasLimit,
    maxFeePerGas: maxFeePerGas ?? gasPrice,
    maxPriorityFeePerGas: maxPriorityFeePerGas ?? gasPrice,
  };
  const found = Object.entries(given).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(found.map(([name, value]) => [name, BigInt(value!)]));
}
