import { Contract, Interface, type Provider } from "ethers";
import type { Call } from "../../sdk";

/** A human-readable ABI. */
export type TextAbi = readonly string[];

/** One call of a contract. */
export function call(target: string, abi: TextAbi, name: string, args: readonly unknown[], value = 0n): Call {
  return { target, value, data: new Interface(abi).encodeFunctionData(name, args) };
}

/** What a view answers. */
export async function view<Answer = bigint>(
  provider: Provider,
  target: string,
  signature: string,
  args: readonly unknown[],
): Promise<Answer> {
  const contract = new Contract(target, [signature], provider);
  const [fragment] = contract.interface.fragments;
  return (await contract.getFunction(fragment!.format("sighash")).staticCall(...args)) as Answer;
}

const BALANCE_OF = "function balanceOf(address owner) view returns (uint256)";

/** What somebody has of a token. */
export function balanceOf(provider: Provider, token: string, owner: string): Promise<bigint> {
  return view(provider, token, BALANCE_OF, [owner]);
}
