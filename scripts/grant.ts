/**
 * The owner (account #0) signs a session for the session key (account #1). Nothing is sent: the grant is a file.
 *
 *   # 0.05 ETH a week to one recipient, at most 0.02 ETH of fees, for 30 days
 *   npx ts-node -T scripts/grant.ts --network localhost \
 *     --recipient 0x90F79bf6EB2c4f870365E785982E1f101E93b906 --amount 0.05 --period 604800 --fees 0.02
 *
 * --recipient ADDRESS (repeatable) --amount N [--token ADDRESS] [--period SECONDS]   an allowance, in ether or in tokens
 * --target ADDRESS --function SIGNATURE (repeatable) [--max-value ETHER]             functions of a contract
 * --fees ETHER        the fees that the account may pay in all; without it they are unlimited
 * --days N            how long, 30 by default          --salt N   makes otherwise equal sessions different
 * --file PATH         session.json by default          --force    overwrite it
 */
import { defineSession, describe, inDays, lint, proofFor, sessionId } from "../sdk";
import { chainTime } from "../sdk/actions/context";
import { grantSession } from "../sdk/actions/grant";
import { inspectAccount } from "../sdk/actions/inspect";
import { date } from "../cli/support/time";
import { connect, installation, ownerOf } from "./support/chain";
import { script, wholeNumber } from "./support/cli";
import { parsePolicy, POLICY_OPTIONS } from "../cli/support/policyOptions";
import { DEFAULT_FILE, writeSession } from "./support/sessionFiles";
import { printFacts } from "./support/table";

const options = {
  ...POLICY_OPTIONS,
  days: { type: "string", default: "30" },
  salt: { type: "string", default: "0" },
  file: { type: "string", default: DEFAULT_FILE },
  force: { type: "boolean", default: false },
} as const;

script(options, async (values) => {
  const policy = await parsePolicy(values, async () => (await connect()).provider);
  const chain = await connect();
  const installed = await installation(chain);
  const now = await chainTime(chain.provider);
  const session = defineSession({
    account: installed.account,
    chainId: chain.chainId,
    key: await chain.key.getAddress(),
    epoch: (await inspectAccount(chain.provider, installed.validator, installed.account)).epoch,
    salt: BigInt(wholeNumber(values.salt, "salt", 0)),
    validUntil: inDays(wholeNumber(values.days, "days"), now),
    validator: installed.validator,
    now,
    ...policy,
  });
  const { validator } = installed;
  const grant = await grantSession(ownerOf(chain, installed), session);
  writeSession(values.file, { validator, session, grant: proofFor(grant, 0) }, values.force);
  printFacts([
    ["session", sessionId(session)],
    ["account", session.account],
    ["key", session.signer],
    ["window", `${date(session.validAfter)} to ${date(session.validUntil)}`],
    ["permissions", `${session.permissions.length}, ${session.budgets.length} budgets`],
    ["written", values.file],
  ]);
  console.log(`\n${describe(session)}`);
  const risks = lint(session).filter(({ severity }) => severity === "high");
  for (const { where, message, why } of risks) console.log(`risk: ${where}: ${message}: ${why}`);
});
