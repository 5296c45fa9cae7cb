import { parseEther } from "ethers";
import {
  callPermission,
  FEES_UNLIMITED,
  proofFor,
  rule,
  sessionId,
  totalBudget,
  valueCharge,
  type Call,
  type Session,
} from "../../sdk";
import { enableSession } from "../../sdk/actions/enable";
import { grantSessions } from "../../sdk/actions/grant";
import { pauseSessions, revokeAllSessions, revokeSession, unpauseSessions } from "../../sdk/actions/revoke";
import { Recorder__factory } from "../../typechain-types/factories/contracts/mocks/Recorder__factory";
import type { Attempt, Chapter } from "./step";
import type { World } from "./world";

const DAY = 86_400;
const GAME = Recorder__factory.createInterface();

/** Two functions of a game, at most 0.02 ETH a call and 0.05 ETH in all, for 90 days. */
function botSession({ common, game, now }: World, salt: bigint): Session {
  const charges = [valueCharge(0)];
  const maxValue = parseEther("0.02");
  return {
    ...common,
    salt,
    validAfter: now,
    validUntil: now + 90 * DAY,
    budgets: [totalBudget(parseEther("0.05"))],
    feeBudget: FEES_UNLIMITED,
    permissions: [
      callPermission(game, GAME.getFunction("increment").selector, { maxValue, charges }),
      callPermission(game, GAME.getFunction("set").selector, { rules: [rule("lte", [0], 1000n)] }),
    ],
  };
}

/** The bot's key plays; then the owner pauses, revokes, and revokes everything. */
export async function bot(world: World): Promise<Chapter> {
  const { installed, chain, game } = world;
  const session = botSession(world, 2n);
  const spare = botSession(world, 3n);
  const unused = botSession(world, 4n);
  const grant = await grantSessions(installed, chain.owner, [session, spare, unused]);
  const owner = { account: installed.account, owner: chain.owner };

  const increment = (value = "0"): Call => {
    return { target: game, value: parseEther(value), data: GAME.encodeFunctionData("increment") };
  };
  const set = (to: number): Call => ({ target: game, value: 0n, data: GAME.encodeFunctionData("set", [to]) });
  const fail: Call = { target: game, value: 0n, data: GAME.encodeFunctionData("fail", [1]) };
  const toSelf: Call = {
    target: installed.account,
    value: 0n,
    data: installed.adapter.uninstallModule(installed.validator),
  };
  const play = (...calls: Call[]): Attempt => ({ session, calls });
  const round = play(set(7), increment("0.01"));
  const forged = (forge: number[], ...calls: Call[]): Attempt => ({ session, calls, forge });
  const ofSpare: Attempt = { ...play(increment()), session: spare };
  const ofUnused: Attempt = { ...play(increment()), session: unused, mode: "enable", grant: proofFor(grant, 2) };

  return {
    title: "Bot: increment() and set(uint256 up to 1000) of a game, 0.02 ETH a call, 0.05 ETH in all",
    steps: [
      {
        title: "a batch of both; the owner enabled it",
        expected: "done",
        before: () => enableSession(installed, chain.owner, session),
        attempt: round,
      },
      { title: "the same batch, the 2nd use", expected: "done", attempt: round },
      { title: "one call", expected: "done", attempt: play(increment()) },
      { title: "0.03 ETH: above the cap of a call", expected: "ValueTooHigh", attempt: forged([0], increment("0.03")) },
      {
        title: "2 × 0.02 ETH: above what is left",
        expected: "BudgetExceeded",
        attempt: play(increment("0.02"), increment("0.02")),
      },
      { title: "set(1001)", expected: "RuleNotMet", attempt: forged([1], set(1001)) },
      {
        title: "a third function hidden in a batch",
        expected: "PermissionsMismatch",
        attempt: forged([0, 0], increment(), fail),
      },
      { title: "the account itself (uninstall)", expected: "ForbiddenTarget", attempt: forged([0], toSelf) },
      {
        title: "another session: the grant travels along",
        expected: "done",
        attempt: { ...ofSpare, mode: "signed", grant: proofFor(grant, 1) },
      },
      {
        title: "a relayer swaps the session",
        expected: "AA24",
        before: () => enableSession(installed, chain.owner, spare),
        attempt: { ...play(increment()), swapFor: spare },
      },
      {
        title: "while paused",
        expected: "AccountPaused",
        before: () => pauseSessions(installed, owner),
        attempt: round,
      },
      { title: "unpaused", expected: "done", before: () => unpauseSessions(installed, owner), attempt: round },
      {
        title: "after its revocation",
        expected: "SessionIsRevoked",
        before: () => revokeSession(installed, owner, sessionId(session)),
        attempt: play(increment()),
      },
      { title: "the other session goes on", expected: "done", attempt: ofSpare },
      {
        title: "the other session after revoke-all",
        expected: "SessionNotEnabled",
        before: () => revokeAllSessions(installed, owner),
        attempt: ofSpare,
      },
      { title: "a grant unused before revoke-all", expected: "BadGrant", attempt: ofUnused },
    ],
  };
}
