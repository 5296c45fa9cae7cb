/**
 * Deploys whatever is missing, at the same addresses on every chain, and writes deployments/<chainId>.json. Then makes sure
 * that account #0 has a smart account with the session key validator installed. Running it again changes nothing.
 *
 *   npx hardhat node                                                      # in another terminal
 *   npx ts-node -T scripts/deploy.ts --network localhost
 *
 * --fund ETHER   fill the account up to that balance (1 on a local chain, 0 elsewhere)
 */
import { formatEther, parseEther } from "ethers";
import { createAccount, installValidator, isInstalled } from "../sdk/actions/account";
import { connect, withAccount, type Chain, type Installation } from "./support/chain";
import { script, UserError } from "./support/cli";
import { writeDeployments } from "./support/deployments";
import { CONTRACTS, deploySystem } from "./support/system";
import { printFacts } from "./support/table";

const LOCAL_CHAIN = 31337n;

script({ fund: { type: "string" } }, async ({ fund }) => {
  const chain = await connect();
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

function parseFund(value: string): bigint {
  if (!/^\d+(\.\d{1,18})?$/.test(value)) throw new UserError(`--fund is ${value}, expected an amount in ether, as 0.5`);
  return parseEther(value);
}

async function fill({ provider, bundler }: Chain, account: Installation["account"], wanted: bigint): Promise<void> {
  const missing = wanted - (await provider.getBalance(account));
  // A second run must change nothing, so what fees have taken from a full account is left alone.
  if (missing > wanted / 2n) await (await bundler.sendTransaction({ to: account, value: missing })).wait();
}
