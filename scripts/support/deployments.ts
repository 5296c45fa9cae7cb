import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Deployment } from "../../sdk/actions/deploy";
import { UserError } from "./cli";
import { CONTRACTS, deploymentPlan, type ContractName } from "../../cli/support/system";

/** One contract of `deployments/<chainId>.json`. */
export interface DeployedContract {
  readonly address: string;
  readonly salt: string;
  /** keccak256 of the creation code with its constructor arguments. */
  readonly initCodeHash: string;
}

/** What `deployments/<chainId>.json` says. */
export interface Deployments {
  readonly chainId: string;
  readonly contracts: Readonly<Record<ContractName, DeployedContract>>;
}

/** Where the file of that chain is; tests put theirs elsewhere. */
export function deploymentsPath(chainId: bigint): string {
  return join(process.env["DEPLOYMENTS_DIR"] ?? "deployments", `${chainId}.json`);
}

/** Writes `deployments/<chainId>.json`. The same contracts make the same bytes. */
export function writeDeployments(chainId: bigint, deployed: Record<ContractName, Deployment>): string {
  const plan = deploymentPlan();
  const contracts = Object.fromEntries(
    CONTRACTS.map((name) => {
      const { address, initCodeHash } = deployed[name];
      return [name, { address, salt: plan[name].salt, initCodeHash }];
    }),
  );
  const path = deploymentsPath(chainId);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, `${JSON.stringify({ chainId: chainId.toString(), contracts }, null, 2)}\n`);
  return path;
}

/** Reads `deployments/<chainId>.json`, and says what to run if there is none. */
export function readDeployments(chainId: bigint, network: string): Deployments {
  const path = deploymentsPath(chainId);
  const deploy = `npx ts-node -T scripts/deploy.ts --network ${network}`;
  if (!existsSync(path)) throw new UserError(`missing deployment: there is no ${path}, run ${deploy}`);
  try {
    const deployments = JSON.parse(readFileSync(path, "utf8")) as Deployments;
    const missing = CONTRACTS.filter((name) => typeof deployments.contracts[name]?.address !== "string");
    if (deployments.chainId !== chainId.toString() || missing.length > 0) throw new Error(missing.join(", "));
    return deployments;
  } catch {
    throw new UserError(`wrong deployment: ${path} does not list this chain's contracts, run ${deploy}`);
  }
}
