import { strict as assert } from "node:assert";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseEther, Wallet, ZeroHash, type Provider, type Signer } from "ethers";
import {
  accountAddress,
  allowTransfer,
  createAccount,
  decodeFailedOp,
  defineSession,
  describe as inWords,
  ecdsaKey,
  ENTRY_POINTS,
  grantSessions,
  inDays,
  installValidator,
  modularAccount,
  proofFor,
  revokeSession,
  SessionKeyError,
  sessionId,
  spend,
  STATUSES,
  total,
  useSession,
  type Context,
} from "session-keys";
import { deployContracts, deployDeterministic } from "session-keys/deploy";
import { p256Key } from "session-keys/keys";
import { SessionKeyValidator__factory, type SessionKeyValidator } from "session-keys/typechain-types";

/** The salt that leads EntryPoint v0.8 to its address. */
const ENTRY_POINT_SALT = "0x0a59dbff790c23c976a548690c27297883cc66b4c67024f9117b0238995e35e9";
const ALICE = "0x00000000000000000000000000000000000A11cE";
const MALLORY = "0x0000000000000000000000000000000000000BaD";

interface Deployed {
  readonly sessionKeyValidator: { readonly address: string };
  readonly ecdsaOwnerValidator: { readonly address: string };
  readonly modularAccountFactory: { readonly address: string };
}

/** An account with the validator on it; a validator of one's own may take the place of ours. */
async function installed(bundler: Signer, owner: Signer, ownValidator?: string): Promise<[Context, string]> {
  const entryPoint = await deployDeterministic(bundler, ENTRY_POINT_SALT, entryPointInitCode());
  assert.equal(entryPoint.address, ENTRY_POINTS["0.8"]);
  const deployed: Deployed = await deployContracts(bundler);
  const context: Context = {
    chainId: (await providerOf(bundler).getNetwork()).chainId,
    entryPoint: entryPoint.address,
    validator: ownValidator ?? deployed.sessionKeyValidator.address,
    ownerValidator: deployed.ecdsaOwnerValidator.address,
    adapter: modularAccount(deployed.ecdsaOwnerValidator.address),
    bundler,
  };
  const request = { factory: deployed.modularAccountFactory.address, owner: await owner.getAddress(), salt: ZeroHash };
  const account = await accountAddress(context, request);
  await createAccount(context, request);
  await (await bundler.sendTransaction({ to: account, value: parseEther("1") })).wait();
  await installValidator(context, { account, owner });
  return [context, account];
}

/** The contracts that the package depends on are installed with it. */
function entryPointInitCode(): string {
  const project = createRequire(join(process.cwd(), "package.json"));
  const artifact = project.resolve("@account-abstraction/contracts/artifacts/EntryPoint.json");
  return (JSON.parse(readFileSync(artifact, "utf8")) as { bytecode: string }).bytecode;
}

function providerOf(signer: Signer): Provider {
  assert(signer.provider);
  return signer.provider;
}

async function refusal(action: Promise<unknown>): Promise<string | undefined> {
  try {
    await action;
    return undefined;
  } catch (error) {
    return error instanceof SessionKeyError ? error.code : decodeFailedOp(error)?.name;
  }
}

/** Grants a session, uses it, is refused, revokes it: everything with what the package exports. */
export async function runSession(bundler: Signer, ownValidator?: string): Promise<void> {
  const provider = providerOf(bundler);
  const owner = Wallet.createRandom(provider);
  const bot = Wallet.createRandom();
  const [context, account] = await installed(bundler, owner, ownValidator);
  const terms = {
    account,
    chainId: context.chainId,
    validUntil: inDays(30),
    budgets: { pocket: total(1000n), fees: total(parseEther("0.5")) },
    fees: "fees",
    permissions: [allowTransfer(ALICE, spend("pocket"))],
  } as const;
  const session = defineSession({ ...terms, key: ecdsaKey(bot) });
  assert.match(`${inWords(session)}`, /together at most 0\.000000000000001 ETH/);
  const grant = proofFor(await grantSessions(context, owner, [session]), 0);
  const use = (target: string, value: bigint) => ({ session, key: bot, calls: [{ target, value, data: "0x" }] });

  const before = await provider.getBalance(ALICE);
  const { success } = await useSession(context, { ...use(ALICE, 600n), mode: "enable", grant });
  assert(success);
  assert.equal(await provider.getBalance(ALICE), before + 600n);
  assert.equal(await refusal(useSession(context, use(ALICE, 600n))), "BudgetExceeded");
  assert.equal(await refusal(useSession(context, use(ALICE, 400n))), undefined);
  assert.equal(await refusal(useSession(context, use(MALLORY, 1n))), "NO_PERMISSION");

  const p256 = await p256Key({ verifier: ALICE, key: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey });
  const others = defineSession({ ...terms, key: p256 });
  assert.notEqual(sessionId(others), sessionId(session));

  await revokeSession(context, { account, owner }, sessionId(session));
  assert.equal(await refusal(useSession(context, use(ALICE, 0n))), "SessionIsRevoked");
  const validator: SessionKeyValidator = SessionKeyValidator__factory.connect(context.validator, provider);
  assert.equal(await validator.sessionStatus(sessionId(session), account), BigInt(STATUSES.revoked));
}
