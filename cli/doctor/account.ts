import { formatEther, Interface } from "ethers";
import { inspectAccount } from "../../sdk/actions/inspect";
import { DEFAULT_GAS, feesPerGas } from "../../sdk/actions/operate";
import type { SessionFile } from "../../sdk/handover/sessionFile";
import type { Address } from "../../sdk/hex";
import { addressOf, type Connection } from "../connection";
import type { Keys } from "../keys";
import { accountOf } from "../owner";
import { UserError } from "../support/input";
import { ok, problem, warning, type Finding } from "./finding";

/** The account: whether it is there, has the module, and can pay. */
export async function examineAccount(
  keys: Keys,
  connection: Connection,
  document: SessionFile | undefined,
): Promise<Finding[]> {
  const account = document?.session.account ?? (await known(keys));
  if (account === undefined)
    return [warning("account", "none was named", "Give --account, a session file, or the owner's key.")];
  const { provider } = connection;
  if ((await provider.getCode(account)) === "0x") {
    return [problem("account", `no code at ${account}`, "session-keys deploy creates the owner's account.")];
  }
  const validator = document?.validator ?? addressOf("sessionKeyValidator");
  const { installed, paused, epoch } = await inspectAccount(provider, validator, account);
  const module = !installed
    ? problem("module", "not installed", "session-keys deploy installs it.")
    : paused
      ? problem("module", `installed, epoch ${epoch}, but paused by the owner`, "The owner has to unpause the account.")
      : ok("module", `installed, epoch ${epoch}`);
  return [ok("account", account), module, await examineFunds(connection, account)];
}

async function known(keys: Keys): Promise<Address | undefined> {
  try {
    return await accountOf(keys);
  } catch (error) {
    if (error instanceof UserError && error.code === "NO_KEY") return undefined;
    throw error;
  }
}

const DEPOSITS = new Interface(["function balanceOf(address account) view returns (uint256)"]);

/** What the EntryPoint sets aside before an operation comes from the deposit and the balance. */
async function examineFunds({ provider }: Connection, account: Address): Promise<Finding> {
  const data = DEPOSITS.encodeFunctionData("balanceOf", [account]);
  const deposit = BigInt(await provider.call({ to: addressOf("entryPoint"), data }));
  const available = (await provider.getBalance(account)) + deposit;
  const { maxFeePerGas } = await feesPerGas(provider);
  const gas = DEFAULT_GAS.verificationGasLimit + DEFAULT_GAS.callGasLimit + DEFAULT_GAS.preVerificationGas;
  const text = `${formatEther(available)} ETH, ${formatEther(deposit)} of it deposited`;
  if (available >= gas * maxFeePerGas) return ok("prefund", text);
  const needed = `an operation sets aside up to ${formatEther(gas * maxFeePerGas)}`;
  return warning("prefund", `${text}; ${needed}`, "Fund the account, or use a paymaster.");
}
