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
  defineSession,
  describe as inWords,
  ecdsaKey,
  ENTRY_POINTS,
  explain,
  grantSession,
  HandleOpsTransport,
  inDays,
  installValidator,
  modularAccount,
  plainOwner,
  proofFor,
  revokeSession,
  sessionId,
  SessionSigner,
  spend,
  STATUSES,
  total,
  type Context,
} from "session-keys";
import { deployContracts, deployDeterministic } from "session-keys/deploy";
import { importSession, SESSION_FILE_SCHEMA, stringifySessionFile } from "session-keys/handover";
import { p256Key } from "session-keys/keys";
import * as presets from "session-keys/presets";
import { SessionKeyValidator__factory, type SessionKeyValidator } from "session-keys/typechain-types";

/** The salt that leads EntryPoint v0.8 to its address. */
const ENTRY_POINT_SALT = "0x0a59dbff790c23c976a548690c27297883cc66b4c67024f9117b0238995e35e9";
const ALICE = "0x00000000000000000000000000000000000A11cE";
const MALLORY = "0x0000000000000000000000000000000000000Bad";

interface Deployed {
  readonly sessionKeyValidator: { readonly address: string };
  readonly ecdsaOwnerValidator: { readonly address: string };
  readonly modularAccountFactory: { readonly address: string };
}

/** An account with the validator on it; a validator of one's own may take the place of ours. */
async function installed(bundler: Signer, wallet: Signer, ownValidator?: string): Promise<[Context, string]> {
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
  const request = { factory: deployed.modularAccountFactory.address, owner: await wallet.getAddress(), salt: ZeroHash };
  const account = await accountAddress(context, request);
  await createAccount(context, request);
  await (await bundler.sendTransaction({ to: account, value: parseEther("1") })).wait();
  await installValidator(context, { account, owner: wallet });
  return [context, account];
}

/** A JSON file of the package, or of one that is installed with it because it depends on it. */
function json<File>(path: string): File {
  const project = createRequire(join(process.cwd(), "package.json"));
  return JSON.parse(readFileSync(project.resolve(path), "utf8")) as File;
}

function entryPointInitCode(): string {
  return json<{ bytecode: string }>("@account-abstraction/contracts/artifacts/EntryPoint.json").bytecode;
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
    return explain(error).code;
  }
}

/** Grants a session, hands it over, uses it, is refused, revokes it: everything with what the package exports. */
export async function runSession(bundler: Signer, ownValidator?: string): Promise<void> {
  const provider = providerOf(bundler);
  const wallet = Wallet.createRandom(provider);
  const bot = Wallet.createRandom();
  const [context, account] = await installed(bundler, wallet, ownValidator);
  const owner = plainOwner(context, wallet);
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
  const { validator, adapter } = context;
  const file = stringifySessionFile({ validator, session, grant: proofFor(await grantSession(owner, session), 0) });
  assert.equal(json<{ $id: string }>("session-keys/session-file.schema.json").$id, SESSION_FILE_SCHEMA);
  const imported = await importSession(provider, file, { validator });
  const parts = { key: ecdsaKey(bot), transport: new HandleOpsTransport({ bundler }), provider, adapter };
  const signer = new SessionSigner({ ...imported, ...parts });
  const pay = async (to: string, value: bigint) => (await signer.sendTransaction({ to, value })).wait();

  const before = await provider.getBalance(ALICE);
  assert((await pay(ALICE, 600n)).operation.success);
  assert.equal(await provider.getBalance(ALICE), before + 600n);
  assert.equal(await refusal(pay(ALICE, 600n)), "BudgetExceeded");
  assert.equal(await refusal(pay(ALICE, 400n)), undefined);
  assert.equal(await refusal(pay(MALLORY, 1n)), "NO_PERMISSION");

  const p256 = await p256Key({ verifier: ALICE, key: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey });
  const others = defineSession({ ...terms, key: p256 });
  assert.notEqual(sessionId(others), sessionId(session));
  const rent = { account, chainId: context.chainId, key: ecdsaKey(bot), validUntil: inDays(30), fees: total(1n) };
  assert.equal(presets.subscription({ ...rent, payee: ALICE, amount: 5n, every: "month" }).budgets.length, 2);

  await revokeSession(owner, session);
  assert.equal(await refusal(pay(ALICE, 0n)), "SessionIsRevoked");
  const contract: SessionKeyValidator = SessionKeyValidator__factory.connect(validator, provider);
  assert.equal(await contract.sessionStatus(sessionId(session), account), BigInt(STATUSES.revoked));
}
