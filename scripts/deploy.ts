/**
 * Deploys whatever is missing, at the same addresses on every chain, and writes deployments/<chainId>.json. Then makes sure
 * that account #0 has a smart account with the session key validator installed. Running it again changes nothing.
 *
 *   npx hardhat node                                                      # in another terminal
 *   npx ts-node -T scripts/deploy.ts --network localhost
 *
 * --fund ETHER   fill the account up to that balance (1 on a local chain, 0 elsewhere)
 * --check        send nothing: compare the code on the chain with this build, exit 1 if it is not the same
 */
import { formatEther } from "ethers";
import { createAccount, installValidator, isInstalled } from "../sdk/actions/account";
import { connect, withAccount, type Chain } from "./support/chain";
import { script, UserError } from "./support/cli";
import { writeDeployments } from "./support/deployments";
import { fill, parseFund } from "../cli/support/fund";
import { CONTRACTS, deploySystem } from "../cli/support/system";
import { printFacts } from "./support/table";
import { compareWithBuild } from "./support/verify";

const LOCAL_CHAIN = 31337n;

script({ fund: { type: "string" }, check: { type: "boolean" } }, async ({ fund, check }) => {
  const chain = await connect();
  if (check) return compare(chain);
  const wanted = parseFund(fund ?? (chain.chainId === LOCAL_CHAIN ? "1" : "0"));
  const deployed = await deploySystem(chain.bundler);
  const state = (isNew: boolean): string => (isNew ? "new" : "there already");
  printFacts(CONTRACTS.map((name) => [name, `${deployed[name].address}  ${state(deployed[name].deployed)}`]));

  const installed = await withAccount(chain, {
    entryPoint: deployed.entryPoint.address,
    validator: deployed.sessionKeyValidator.address,
    ownerValidator: deployed.ecdsaOwnerValidator.address,
    lens: deployed.sessionLens.address,
    factory: deployed.modularAccountFactory.address,
  });
  const created = await createAccount(installed, { factory: installed.factory, owner: await chain.owner.getAddress() });
  await fill(chain, installed.account, wanted);
  const missing = !(await isInstalled(installed, installed.account));
  if (missing) await installValidator(installed, { account: installed.account, owner: chain.owner });
  printFacts([
    ["account", `${installed.account}  ${state(created)}`],
    ["module", `${missing ? "installed now" : "installed already"}`],
    ["balance", `${formatEther(await chain.provider.getBalance(installed.account))} ETH`],
    ["written", writeDeployments(chain.chainId, deployed)],
  ]);
});

async function compare({ provider, chainId, network }: Chain): Promise<void> {
  const found = await compareWithBuild(provider, chainId);
  printFacts(found.map(({ name, address, state }) => [name, `${address}  ${state}`]));
  const wrong = found.filter(({ state }) => state !== "as built");
  const [first] = wrong;
  if (first)
    throw new UserError(
      `${wrong.length} of ${found.length} contracts on ${network} differ, ${first.name} is ${first.state}`,
    );
}
