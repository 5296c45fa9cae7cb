import { parseEther, type Provider, type Signer } from "ethers";
import { UserError } from "./input";

/** An amount in ether, as `--fund` takes it. */
export function parseFund(value: string): bigint {
  if (!/^\d+(\.\d{1,18})?$/.test(value)) throw new UserError(`--fund is ${value}, expected an amount in ether, as 0.5`);
  return parseEther(value);
}

/** Who pays, and where. */
interface Funder {
  readonly provider: Provider;
  readonly bundler: Signer;
}

/** Fills the account up to `wanted` wei. A second run must change nothing, so what fees have taken is left alone. */
export async function fill({ provider, bundler }: Funder, account: string, wanted: bigint): Promise<void> {
  const missing = wanted - (await provider.getBalance(account));
  if (missing > wanted / 2n) await (await bundler.sendTransaction({ to: account, value: missing })).wait();
}
