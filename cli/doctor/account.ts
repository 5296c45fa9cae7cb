import { formatEther, Interface } from "ethers";
import { inspectAccount } from "../../sdk/actions/inspect";
import { sessionAdapterOf } from "../../sdk/accounts/types";
import { DEFAULT_GAS, feesPerGas } from "../../sdk/actions/operate";
import { ENTRY_POINTS } from "../../sdk/constants";
import type { SessionFile } from "../../sdk/handover/sessionFile";
import type { Address } from "../../sdk/hex";
import { accountLine, isOurs, recognize, type Account } from "../account";
import { addressOf, type Connection } from "../connection";
import type { Keys } from "../keys";
import { accountOf } from "../owner";
import { UserError } from "../support/input";
import { failed, ok, problem, warning, type Finding } from "./finding";

/** The account, whoever it is: whether it is there, has the module, and can pay. */
export async function examineAccount(keys: Keys, document: SessionFile | undefined): Promise<Finding[]> {
  const address = document?.session.account ?? (await known(keys));
  if (address === undefined)
    return [warning("account", "none was named", "Give --account, a session file, or the owner's key.")];
  const connection = await keys.context.connection();
  if ((await connection.provider.getCode(address)) === "0x") {
    return [problem("account", `no code at ${address}`, "session-keys deploy creates the owner's account.")];
  }
  let account: Account;
  try {
    account = await recognize(keys.context, address);
  } catch (error) {
    return [failed("account", error)];
  }
  const validator = document?.validator ?? addressOf("sessionKeyValidator");
  const module = await examineModule(connection, account, validator);
  return [ok("account", accountLine(account)), module, await examineFunds(connection, account)];
}

async function known(keys: Keys): Promise<Address | undefined> {
  try {
    return await accountOf(keys);
  } catch (error) {
    if (error instanceof UserError && error.code === "NO_KEY") return undefined;
    throw error;
  }
}

async function examineModule(
  { provider, chainId }: Connection,
  account: Account,
  validator: Address,
): Promise<Finding> {
  const { installed, paused, epoch } = await inspectAccount(provider, validator, account.address);
  if (installed && !paused) return ok("module", `installed, epoch ${epoch}`);
  if (installed) {
    const text = `installed, epoch ${epoch}, but paused by the owner`;
    return problem("module", text, "The owner has to unpause the account.");
  }
  if (isOurs(account)) return problem("module", "not installed", "session-keys deploy installs it.");
  const { installModule } = sessionAdapterOf(account.type, { account: account.address, chainId });
  const remedy = `The owner's own wallet has the account call itself: target ${account.address}, value 0, data ${installModule(validator)}`;
  return problem("module", "not installed", remedy);
}

const DEPOSITS = new Interface(["function balanceOf(address account) view returns (uint256)"]);

/** What the EntryPoint sets aside before an operation comes from the deposit and the balance. */
async function examineFunds({ provider }: Connection, { address, version }: Account): Promise<Finding> {
  const data = DEPOSITS.encodeFunctionData("balanceOf", [address]);
  const deposit = BigInt(await provider.call({ to: ENTRY_POINTS[version], data }));
  const available = (await provider.getBalance(address)) + deposit;
  const { maxFeePerGas } = await feesPerGas(provider);
  const gas = DEFAULT_GAS.verificationGasLimit + DEFAULT_GAS.callGasLimit + DEFAULT_GAS.preVerificationGas;
  const text = `${formatEther(available)} ETH, ${formatEther(deposit)} of it deposited`;
  if (available >= gas * maxFeePerGas) return ok("prefund", text);
  const needed = `an operation sets aside up to ${formatEther(gas * maxFeePerGas)}`;
  return warning("prefund", `${text}; ${needed}`, "Fund the account, or use a paymaster.");
}
