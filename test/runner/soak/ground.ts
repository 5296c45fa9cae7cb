import { writeFileSync } from "node:fs";
import { ContractFactory, id, parseEther, toQuantity, Wallet, ZeroAddress, type JsonRpcProvider } from "ethers";
import {
  argumentCharge,
  callPermission,
  chainTime,
  FEES_UNLIMITED,
  grantTypedData,
  modularAccount,
  ownerSignature,
  proofFor,
  totalBudget,
  type Session,
} from "../../../sdk";
import { stringifySessionFile } from "../../../sdk/handover";
import { deploySystem } from "../../../cli/support/system";
import { ModularAccount__factory, ModularAccountFactory__factory } from "../../../typechain-types";
import preset from "openzeppelin-4/build/contracts/ERC20PresetMinterPauser.json";

/** What is put on the chain for a soak. */
export interface Plan {
  readonly sessions: number;
  readonly periods: number;
  /** Seconds of each. */
  readonly period: number;
}

/** What the runners of a soak are told, as JSON. */
export interface Ground extends Plan {
  readonly token: string;
  /** Session files, as text; session i pays recipient i. */
  readonly files: readonly string[];
}

/** Sessions of one account share the owner's signature. */
const PER_ACCOUNT = 10;
const TRANSFER = id("transfer(address,uint256)").slice(0, 10);
/** Seconds until the first period. */
const LEAD = 5;

/** Whom session i pays. */
export function recipient(index: number): string {
  return `0x${(0x50a_0000 + index).toString(16).padStart(40, "0")}`;
}

/**
 * An account for every 10 sessions, granted by one signature and enabled by their first operations. A session ends with
 * its last period.
 */
export async function lay(provider: JsonRpcProvider, plan: Plan, path: string, key: Wallet): Promise<Ground> {
  const payer = await provider.getSigner(0);
  const system = await deploySystem(payer);
  const validator = system.sessionKeyValidator.address;
  const ownerValidator = system.ecdsaOwnerValidator.address;
  const factory = ModularAccountFactory__factory.connect(system.modularAccountFactory.address, payer);
  const token = await new ContractFactory(preset.abi, preset.bytecode, payer).deploy("Soak Dollar", "SOAK");
  const { chainId } = await provider.getNetwork();
  const owner = Wallet.createRandom();
  const accounts: string[] = [];
  for (let i = 0; i < Math.ceil(plan.sessions / PER_ACCOUNT); i++) {
    const salt = id(`soak ${i}`);
    await (await factory.createAccount(ownerValidator, owner.address, salt)).wait();
    const account = await factory.accountAddress(ownerValidator, owner.address, salt);
    await provider.send("anvil_setBalance", [account, toQuantity(parseEther("1000"))]);
    await provider.send("anvil_impersonateAccount", [account]);
    const itself = ModularAccount__factory.connect(account, await provider.getSigner(account));
    await (await itself.installModule(1, validator, "0x")).wait();
    await ((await token.getFunction("mint")(account, 10n ** 30n)) as { wait(): Promise<unknown> }).wait();
    accounts.push(account);
  }
  const validAfter = (await chainTime(provider)) + LEAD;
  const common = {
    ...{ chainId, epoch: 1n, signer: key.address.toLowerCase(), paymaster: ZeroAddress, feeBudget: FEES_UNLIMITED },
    ...{ validAfter, validUntil: validAfter + plan.periods * plan.period - 1, budgets: [totalBudget(10n ** 9n)] },
    permissions: [callPermission(await token.getAddress(), TRANSFER, { charges: [argumentCharge(0, [32])] })],
  };
  const files: string[] = [];
  for (const account of accounts) {
    const own = Math.min(PER_ACCOUNT, plan.sessions - files.length);
    const sessions: Session[] = Array.from({ length: own }, (_, i) => ({ ...common, account, salt: BigInt(i) }));
    const signature = await ownerSignature(owner, modularAccount(ownerValidator), grantTypedData(sessions, validator));
    const grant = { sessions, validator, signature };
    sessions.forEach((session, i) =>
      files.push(stringifySessionFile({ validator, session, grant: proofFor(grant, i) })),
    );
  }
  const ground = { ...plan, token: await token.getAddress(), files };
  writeFileSync(path, JSON.stringify(ground));
  return ground;
}
