import { allow, eq, inHours, lt, type Session } from "../../sdk";
import { game, type PresetTerms } from "../../sdk/presets";

/** Who plays what. */
export interface GameJob {
  /** The game's contract. */
  readonly quest: string;
  /** The ERC-721 that walks. */
  readonly hero: bigint;
}

/** The game's functions and what a page shows of them. */
export const QUEST_ABI = [
  "function move(uint256 hero, uint8 direction)",
  "function retire(uint256 hero)",
  "function stepsOf(uint256 hero) view returns (uint256)",
] as const;

/** Moves of a session. */
export const MOVES = 7n;

/** Seven moves of one hero within two hours, without a confirmation. */
export function gameSession(terms: PresetTerms, { quest, hero }: GameJob): Session {
  const move = allow({ address: quest, abi: QUEST_ABI }, "move", { hero: eq(hero), direction: lt(4) });
  const validUntil = inHours(2, terms.validAfter);
  return game({ ...terms, validUntil, moves: [move], limit: MOVES });
}
