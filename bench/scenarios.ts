import { id, Interface, parseEther } from "ethers";
import {
  allow,
  argumentCharge,
  atLeastOf,
  callPermission,
  defineSession,
  exactly,
  periodicBudget,
  rule,
  self,
  spend,
  total,
  totalBudget,
  type Call,
  type Permission,
  type Session,
  type SessionKey,
} from "../sdk";
import { ALICE, ERC20_TRANSFER, INCREMENT } from "./calls";
import { p256, passkey } from "./keys";
import { CLOCK, WINDOW, type Props, type Stage } from "./stage";

const WEEK = 7 * 86_400;

/** What a session says besides whose it is and when it lives. */
export type Terms = Pick<Session, "permissions"> & Partial<Session>;

/** One kind of session and the operation that is measured with it. */
export interface Scenario {
  readonly name: string;
  /** In words, for the tables. */
  readonly work: string;
  readonly calls: (props: Stage) => Call[];
  readonly terms: (props: Stage) => Terms;
  /** The session's key; an ECDSA key without it. */
  readonly key?: (props: Props) => Promise<SessionKey>;
}

const limit = 100_000_000n;
const feeLimit = parseEther("1");

export const increment = ({ targetAddress }: Props): Call => ({ target: targetAddress, value: 0n, data: INCREMENT });
export const mayIncrement = ({ targetAddress }: Props): Permission =>
  callPermission(targetAddress, INCREMENT, { maxValue: parseEther("0.1") });

const transfer = ({ tokenAddress, token }: Props): Call => ({
  target: tokenAddress,
  value: 0n,
  data: token.interface.encodeFunctionData("transfer", [ALICE, 5n]),
});
const mayTransfer = ({ tokenAddress }: Props): Permission =>
  callPermission(tokenAddress, ERC20_TRANSFER, {
    rules: [rule("eq", [0], BigInt(ALICE))],
    charges: [argumentCharge(0, [32])],
  });

const ROUTER_ABI = [
  "function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline)",
] as const;
const ROUTER = new Interface(ROUTER_ABI);

function swap({ routerAddress, tokenAddress, otherTokenAddress, subject }: Stage): Call {
  const path = [tokenAddress, otherTokenAddress];
  const values = [1_000_000n, 950_000n, path, subject.address, CLOCK + WEEK];
  return { target: routerAddress, value: 0n, data: ROUTER.encodeFunctionData("swapExactTokensForTokens", values) };
}

/** So much in all, at a worst price, by this path, to the account itself. */
function maySwap({ routerAddress, tokenAddress, otherTokenAddress, subject, chainId, key }: Stage): Terms {
  const { budgets, permissions } = defineSession({
    account: subject.address,
    chainId,
    key: key.address,
    now: CLOCK,
    validUntil: WINDOW.validUntil,
    budgets: { tokens: total(limit), fees: total(feeLimit) },
    fees: "fees",
    permissions: [
      allow({ address: routerAddress, abi: ROUTER_ABI }, "swapExactTokensForTokens", {
        amountIn: spend("tokens"),
        amountOutMin: atLeastOf("amountIn", "0.9"),
        path: exactly([tokenAddress, otherTokenAddress]),
        to: self(),
      }),
    ],
  });
  return { budgets: budgets.slice(0, 1), permissions };
}

/** Permissions of which the one that is used is somewhere in the middle. */
export function manyPermissions(props: Props, count: number): Permission[] {
  const used = Math.floor(count / 2);
  return Array.from({ length: count }, (_, i) =>
    i === used ? mayIncrement(props) : callPermission(props.targetAddress, id(`f${i}()`).slice(0, 10)),
  );
}

const call = {
  calls: (props: Stage) => [increment(props)],
  terms: (props: Stage) => ({ permissions: [mayIncrement(props)] }),
};

/** What sessions are measured with: every operation is done by the plain owner as well. */
export const SCENARIOS: readonly Scenario[] = [
  { name: "call", work: "target, selector, value cap, window", ...call },
  {
    name: "callFees",
    work: "the same with a fee budget",
    calls: call.calls,
    terms: (props) => ({ ...call.terms(props), budgets: [totalBudget(feeLimit)], feeBudget: 0 }),
  },
  {
    name: "erc20Total",
    work: "ERC-20 transfer: recipient rule, total budget",
    calls: (props) => [transfer(props)],
    terms: (props) => ({ permissions: [mayTransfer(props)], budgets: [totalBudget(limit)] }),
  },
  {
    name: "erc20Weekly",
    work: "ERC-20 transfer: recipient rule, weekly budget",
    calls: (props) => [transfer(props)],
    terms: (props) => ({ permissions: [mayTransfer(props)], budgets: [periodicBudget(limit, WEEK)] }),
  },
  {
    name: "erc20WeeklyFees",
    work: "the same with a fee budget",
    calls: (props) => [transfer(props)],
    terms: (props) => ({
      permissions: [mayTransfer(props)],
      budgets: [periodicBudget(limit, WEEK), totalBudget(feeLimit)],
      feeBudget: 1,
    }),
  },
  {
    name: "batch3",
    work: "batch of 3 calls",
    calls: (props) => Array.from({ length: 3 }, () => increment(props)),
    terms: call.terms,
  },
  {
    name: "batch10",
    work: "batch of 10 calls",
    calls: (props) => Array.from({ length: 10 }, () => increment(props)),
    terms: call.terms,
  },
  {
    name: "of256",
    work: "one of 256 permissions",
    calls: call.calls,
    terms: (props) => ({ permissions: manyPermissions(props, 256) }),
  },
  { name: "p256", work: "call with a P-256 key (precompile)", ...call, key: p256 },
  { name: "webauthn", work: "call with a passkey (precompile)", ...call, key: passkey },
  { name: "swap", work: "swap: worst price, path, recipient, total", calls: (stage) => [swap(stage)], terms: maySwap },
];

/** The scenario of that name. */
export function scenarioOf(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`no scenario ${name}`);
  return found;
}
