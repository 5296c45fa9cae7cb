import { Interface, ZeroAddress, type Provider } from "ethers";
import { FIRST_IN_LIST } from "../accounts/adapter";
import { ENTRY_POINTS, type EntryPointVersion } from "../constants";
import { SessionKeyError } from "../errors";
import { sameAddress, type Address, type Hex } from "../hex";
import { ignoreRevert } from "./context";

// What an account says of itself. Nothing here is exported by the SDK: an app knows which accounts it works with.

const ACCOUNT = new Interface([
  "function accountId() view returns (string)",
  "function entryPoint() view returns (address)",
  "function entrypoint() view returns (address)",
  "function eip712Domain() view returns (bytes1 fields, string name, string version, uint256, address, bytes32, uint256[])",
  "function getValidatorsPaginated(address cursor, uint256 size) view returns (address[] validators, address next)",
]);

/** The EntryPoints that accounts obey. */
export const VERSIONS: readonly EntryPointVersion[] = ["0.7", "0.8", "0.9"];

/** `accountId()` of ERC-7579; `undefined` if it does not answer. */
export async function accountIdOf(provider: Provider, account: Address): Promise<string | undefined> {
  return ask<string>(provider, account, "accountId");
}

/** The version of the account's EIP-712 domain; `undefined` if it does not answer. */
export async function domainVersionOf(provider: Provider, account: Address): Promise<string | undefined> {
  return ask<string>(provider, account, "eip712Domain", [], "version");
}

/**
 * The EntryPoint that the account obeys, by `entryPoint()` or, as Kernel spells it, `entrypoint()`; `undefined` if it does
 * not answer. Raises `UNKNOWN_ENTRY_POINT`.
 */
export async function entryPointVersionOf(
  provider: Provider,
  account: Address,
): Promise<EntryPointVersion | undefined> {
  const found =
    (await ask<Address>(provider, account, "entryPoint")) ?? (await ask<Address>(provider, account, "entrypoint"));
  if (found === undefined) return undefined;
  const version = VERSIONS.find((each) => sameAddress(ENTRY_POINTS[each], found));
  if (version !== undefined) return version;
  const message = `${account} obeys the EntryPoint ${found}, and known are v${VERSIONS.join(", v")}`;
  throw new SessionKeyError("UNKNOWN_ENTRY_POINT", message, { account, found });
}

/** The installed validators of accounts that list them, newest first; `undefined` for the others. */
export async function validatorsOf(provider: Provider, account: Address): Promise<readonly Address[] | undefined> {
  const listed = await ask<Address[]>(provider, account, "getValidatorsPaginated", [FIRST_IN_LIST, 100]);
  return listed?.filter((address) => address !== ZeroAddress);
}

async function ask<Answer>(
  provider: Provider,
  account: Address,
  name: string,
  args: readonly unknown[] = [],
  field: string | number = 0,
): Promise<Answer | undefined> {
  const answer = await provider.call({ to: account, data: ACCOUNT.encodeFunctionData(name, args) }).catch(ignoreRevert);
  return answer === undefined ? undefined : decoded<Answer>(name, answer, field);
}

/** Fallbacks answer anything, or nothing. */
function decoded<Answer>(name: string, answer: Hex, field: string | number): Answer | undefined {
  try {
    return ACCOUNT.decodeFunctionResult(name, answer)[field] as Answer;
  } catch {
    return undefined;
  }
}
