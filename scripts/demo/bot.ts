import { parseEther } from "ethers";
import {
  all,
  allow,
  defineSession,
  describe,
  inDays,
  lte,
  proofFor,
  spend,
  total,
  type Call,
  type Session,
} from "../../sdk";
import { enableSession } from "../../sdk/actions/enable";
import { grantSessions } from "../../sdk/actions/grant";
import { pauseSessions, revokeAllSessions, revokeSession, unpauseSessions } from "../../sdk/actions/revoke";
import { Recorder__factory } from "../../typechain-types/factories/contracts/mocks/Recorder__factory";
import type { Attempt } from "../support/attempt";
import { ownerOf } from "../support/chain";
import type { Chapter } from "./step";
import type { World } from "./world";

const GAME = Recorder__factory.createInterface();

/** Two functions of a game, at most 0.02 ETH a call and 0.05 ETH in all, for 90 days. */
function botSession({ common, game, now }: World, salt: bigint): Session {
  const contract = { address: game, abi: Recorder__factory.abi };
  const stake = all(lte(parseEther("0.02")), spend("stakes"));
  return defineSession({
    ...common,
    salt,
    validUntil: inDays(90, now),
    budgets: { stakes: total(parseEther("0.05")), fees: total(parseEther("0.05")) },
    fees: "fees",
    permissions: [allow(contract, "increment", {}, { value: stake }), allow(contract, "set", { value: lte(1000n) })],
  });
}

/** The bot's key plays; then the owner pauses, revokes, and revokes everything. */
export async function bot(world: World): Promise<Chapter> {
  const { installed, chain, game } = world;
  const session = botSession(world, 2n);
  const spare = botSession(world, 3n);
  const unused = botSession(world, 4n);
  const owner = ownerOf(chain, installed);
  const { account } = installed;
  const grant = await grantSessions(owner, [session, spare, unused]);

  const increment = (value = "0"): Call => {
    return { target: game, value: parseEther(value), data: GAME.encodeFunctionData("increment") };
  };
  const set = (to: number): Call => ({ target: game, value: 0n, data: GAME.encodeFunctionData("set", [to]) });
  const fail: Call = { target: game, value: 0n, data: GAME.encodeFunctionData("fail", [1]) };
  const toSelf: Call = {
    target: account,
    value: 0n,
    data: installed.adapter.uninstallModule(installed.validator),
  };
  const play = (...calls: Call[]): Attempt => ({ session, calls });
  const round = play(set(7), increment("0.01"));
  const forged = (forge: number[], ...calls: Call[]): Attempt => ({ session, calls, forge });
  const ofSpare: Attempt = { ...play(increment()), session: spare };
  const ofUnused: Attempt = { ...play(increment()), session: unused, mode: "enable", grant: proofFor(grant, 2) };

  return {
    title: "Bot",
    terms: describe(session, {
      contracts: { "the game": { address: game, abi: Recorder__factory.abi } },
    }),
    steps: [
      {
        title: "a batch of both; the owner enabled it",
        expected: "done",
        before: () => enableSession(owner, session),
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
        before: () => enableSession(owner, spare),
        attempt: { ...play(increment()), swapFor: spare },
      },
      {
        title: "while paused",
        expected: "AccountPaused",
        before: () => pauseSessions(owner, account),
        attempt: round,
      },
      { title: "unpaused", expected: "done", before: () => unpauseSessions(owner, account), attempt: round },
      {
        title: "after its revocation",
        expected: "SessionIsRevoked",
        before: () => revokeSession(owner, session),
        attempt: play(increment()),
      },
      { title: "the other session goes on", expected: "done", attempt: ofSpare },
      {
        title: "the other session after revoke-all",
        expected: "SessionNotEnabled",
        before: () => revokeAllSessions(owner, account),
        attempt: ofSpare,
      },
      { title: "a grant unused before revoke-all", expected: "BadGrant", attempt: ofUnused },
    ],
  };
}
