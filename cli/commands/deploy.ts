import { Option } from "commander";
import { formatEther } from "ethers";
import { accountAddress, createAccount, isInstalled } from "../../sdk/actions/account";
import { transportOf } from "../connection";
import { keyOptions, Keys } from "../keys";
import { chainContext, operate } from "../owner";
import { facts } from "../render";
import { fill, parseFund } from "../support/fund";
import { CONTRACTS, deploySystem } from "../support/system";
import type { Command } from "./command";

/** `deploy`: contracts, account, module; each only if it is missing. */
export const deployCommand: Command = {
  name: "deploy",
  summary: "deploy what is missing: contracts, the owner's account, the module",
  description:
    "Deploys whatever is missing, at the same addresses on every chain: EntryPoint, validator, lens, owner validator, factory. " +
    "Then makes sure that the owner has a smart account with the session key validator installed. Twice changes nothing. " +
    "The sender pays (by default the owner); contracts and account are ordinary transactions.",
  options: [
    new Option("--fund <ether>", "fill the account up to this balance").default("0"),
    ...keyOptions("owner", "sender"),
  ],
  examples: [
    "deploy --self-bundle --fund 1",
    "deploy --rpc https://rpc.example --bundler https://bundler.example --owner-keystore owner.json --yes",
  ],
  async run(context, _args, values) {
    const wanted = parseFund(values["fund"] as string);
    const keys = new Keys(context, values);
    const owner = await keys.signer("owner");
    const sender = await keys.signer("sender", "owner");
    const transport = await transportOf(keys, "0.8", "sender", "owner");
    const connection = await context.connection();
    await context.confirm(`Deploy on chain ${connection.chainId}, paid by ${sender.address}`);
    return context.io.spin("Deploying", async () => {
      const chain = chainContext(connection, sender);
      const deployed = await deploySystem(chain.bundler);
      const request = { factory: deployed.modularAccountFactory.address, owner: owner.address };
      const account = await accountAddress(chain, request);
      const created = await createAccount(chain, request);
      await fill({ provider: connection.provider, bundler: chain.bundler }, account, wanted);
      const missing = !(await isInstalled(chain, account));
      if (missing) await operate(chain, owner, transport, account, chain.adapter.installModule(chain.validator));
      const balance = await connection.provider.getBalance(account);
      const contracts = CONTRACTS.map((name) => ({
        name,
        address: deployed[name].address,
        isNew: deployed[name].deployed,
      }));
      const state = (isNew: boolean): string => (isNew ? "new" : "there already");
      return {
        result: { chainId: connection.chainId, contracts, account, created, installed: missing, balance },
        text: facts(context, [
          ...contracts.map(({ name, address, isNew }) => [name, `${address}  ${state(isNew)}`] as const),
          ["account", `${account}  ${state(created)}`],
          ["module", missing ? "installed now" : "installed already"],
          ["balance", `${formatEther(balance)} ETH`],
        ]),
      };
    });
  },
};
