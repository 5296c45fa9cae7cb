import { BundlerTransport, ENTRY_POINTS, VALIDATOR_INTERFACE, type EntryPointVersion } from "../../sdk";
import { chainTime } from "../../sdk/actions/context";
import { sameAddress } from "../../sdk/hex";
import { domainSeparator } from "../../sdk/typedData";
import { isOurs, type Account } from "../account";
import { addressOf, type Connection, type ContractName } from "../connection";
import type { Keys } from "../keys";
import { date, duration } from "../support/time";
import { failed, ok, problem, warning, type Finding } from "./finding";

/** What every account needs, and what those need that `deploy` makes. */
const COMMON: readonly ContractName[] = ["sessionKeyValidator", "sessionLens"];
const OURS: readonly ContractName[] = ["entryPoint", ...COMMON, "ecdsaOwnerValidator", "modularAccountFactory"];

/**
 * Whether each contract is at its canonical address. That address follows from the creation code alone (CREATE2), so
 * code there is ours; the validator is asked all the same who it is. An account of another kind has its own EntryPoint.
 */
export async function examineContracts({ provider }: Connection, account: Account | undefined): Promise<Finding[]> {
  const deploy = "session-keys deploy puts it there.";
  const ours = account === undefined || isOurs(account);
  const entryPoint = ours ? [] : [await examineEntryPoint(provider, account.version)];
  const findings = (ours ? OURS : COMMON).map(async (name) => {
    const address = addressOf(name);
    if ((await provider.getCode(address)) === "0x") return problem(name, `no code at ${address}`, deploy);
    if (name === "sessionKeyValidator" && !(await isValidator(provider, address))) {
      return problem(name, `other code at ${address}`, "This chain is not what it seems: take another node.");
    }
    return ok(name, address);
  });
  return [...entryPoint, ...(await Promise.all(findings))];
}

async function examineEntryPoint(provider: Connection["provider"], version: EntryPointVersion): Promise<Finding> {
  const address = ENTRY_POINTS[version];
  if ((await provider.getCode(address)) !== "0x") return ok("entryPoint", address);
  return problem("entryPoint", `no code at ${address}`, `This chain has no EntryPoint v${version}: take another node.`);
}

async function isValidator(provider: Connection["provider"], address: string): Promise<boolean> {
  const data = VALIDATOR_INTERFACE.encodeFunctionData("domainSeparator");
  const answer = await provider.call({ to: address, data }).catch(() => "0x");
  return answer === domainSeparator(address);
}

/** Who would send operations, and whether it knows the EntryPoint. */
export async function examineBundler({ context }: Keys, version: EntryPointVersion): Promise<Finding[]> {
  const { bundler } = context.settings;
  if (bundler === "self") return [ok("bundler", "self-bundling by EntryPoint.handleOps")];
  if (bundler === undefined) return [warning("bundler", "none was named", "Give --bundler <url> or --self-bundle.")];
  try {
    const known = await new BundlerTransport({ url: bundler }).supportedEntryPoints();
    if (known.some((address) => sameAddress(address, ENTRY_POINTS[version]))) {
      return [ok("bundler", `answers, and knows EntryPoint v${version}`)];
    }
    const found = known.join(", ") || "none";
    return [problem("bundler", `does not know EntryPoint v${version}; it knows ${found}`, "Take another bundler.")];
  } catch (error) {
    return [failed("bundler", error)];
  }
}

/** Bundlers and the EntryPoint go by the chain's clock; sessions are made by it, too. */
const TOLERATED_SECONDS = 60;

/** How far this machine's clock is from the chain's. */
export async function examineClock({ provider }: Connection, host: number): Promise<Finding> {
  const chain = await chainTime(provider);
  const skew = chain - host;
  if (Math.abs(skew) <= TOLERATED_SECONDS)
    return ok("clock", `the chain's is ${date(chain)}, and so is this machine's`);
  const text = `the chain's is ${duration(Math.abs(skew))} ${skew > 0 ? "ahead of" : "behind"} this machine's`;
  return warning("clock", text, "Correct this machine's clock; or it is a chain for tests, or one that stands still.");
}
