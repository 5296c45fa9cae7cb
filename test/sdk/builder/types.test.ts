import { expect } from "chai";
import { Interface, parseUnits } from "ethers";
import {
  all,
  allow,
  between,
  count,
  defineSession,
  element,
  elements,
  eq,
  exactly,
  length,
  lte,
  not,
  oneOf,
  prefix,
  self,
  spend,
  sponsoredBy,
  total,
} from "../../../sdk";
import { Recorder__factory, type Recorder } from "../../../typechain-types";
import { ACCOUNT, ALICE, TOKEN } from "../arbitraries";

// What TypeScript refuses: `npm run typecheck` fails if a line marked with @ts-expect-error compiles.

const ERC20 = [
  "function transfer(address to, uint256 amount) returns (bool)",
  "function mint(bytes32 id, bool soulbound, int24 tick, uint256[] amounts, bytes data)",
] as const;
const usdc = { address: TOKEN, abi: ERC20 };

const ROUTER = [
  {
    type: "function",
    name: "swap",
    stateMutability: "payable",
    inputs: [
      {
        name: "params",
        type: "tuple",
        components: [
          { name: "tokenIn", type: "address" },
          { name: "fee", type: "uint24" },
          { name: "path", type: "address[]" },
        ],
      },
    ],
    outputs: [],
  },
] as const;
const router = { address: TOKEN, abi: ROUTER };

/** Never run: compiled only. */
export function compiled(contract: Recorder, wallet: { address: string }) {
  allow(usdc, "transfer", { to: oneOf(ALICE, wallet), amount: spend("usdc") });
  allow(usdc, "transfer(address,uint256)", { to: self(), amount: all(lte(5), spend("usdc")) });
  allow(usdc, "transfer", { "0": eq(ALICE), 1: spend("usdc") });
  allow(ERC20, "transfer", { to: eq(wallet) }, { target: contract });
  allow(usdc, "mint", { id: prefix("0xab"), soulbound: not(true), tick: between(-5, 5n), amounts: length(lte(3)) });
  allow(usdc, "mint", { amounts: element(0, lte(5n)), data: exactly("0x1234") });
  allow(usdc, "mint", { amounts: elements([lte(5n), eq(1)]) });
  allow(router, "swap", { params: { tokenIn: eq(TOKEN), path: exactly([TOKEN, wallet]) } }, { value: lte(1n) });
  allow(router, "swap", { params: exactly({ tokenIn: TOKEN, fee: 500, path: [TOKEN, ALICE] }) });
  allow(contract, "set", { value: lte(5n) }, { calls: count("sets") });
  allow(new Interface(ERC20), "transfer", { to: eq(ALICE) }, { target: TOKEN });

  // @ts-expect-error no such function
  allow(usdc, "transferr", {});
  // @ts-expect-error no such argument
  allow(usdc, "transfer", { recipient: eq(ALICE), amount: spend("usdc") });
  // @ts-expect-error a number is no address
  allow(usdc, "transfer", { to: eq(5n) });
  // @ts-expect-error an address is no amount
  allow(usdc, "transfer", { amount: eq(ALICE) });
  // @ts-expect-error a value is no condition
  allow(usdc, "transfer", { to: ALICE });
  // @ts-expect-error an amount is not the account
  allow(usdc, "transfer", { amount: self() });
  // @ts-expect-error an address has no length
  allow(usdc, "transfer", { to: length(5) });
  // @ts-expect-error an address has no order
  allow(usdc, "transfer", { to: lte(5n) });
  // @ts-expect-error a bool is no number
  allow(usdc, "mint", { soulbound: eq(1) });
  // @ts-expect-error no such field
  allow(router, "swap", { params: { tokenOut: eq(TOKEN) } });
  // @ts-expect-error the elements are addresses
  allow(router, "swap", { params: { path: exactly([1n, 2n]) } });
  // @ts-expect-error the elements are numbers
  allow(usdc, "mint", { amounts: element(0, eq("0x12")) });
  // @ts-expect-error no such function of the typechain contract
  allow(contract, "sett", {});
  // @ts-expect-error an ABI has no address
  allow(ERC20, "transfer", { to: eq(ALICE) });
  // @ts-expect-error an Interface has no address
  allow(new Interface(ERC20), "transfer", { to: eq(ALICE) });
  const fees = sponsoredBy(ALICE);
  // @ts-expect-error a Date or seconds
  defineSession({ account: ACCOUNT, chainId: 1, key: ALICE, fees, validUntil: "tomorrow", permissions: [] });
  // @ts-expect-error the end is mandatory
  defineSession({ account: ACCOUNT, chainId: 1, key: ALICE, fees, permissions: [] });
  // @ts-expect-error somebody pays
  defineSession({ account: ACCOUNT, chainId: 1, key: ALICE, validUntil: 5, permissions: [] });
  const budgets = { usdc: total(5n) };
  // @ts-expect-error no such budget
  defineSession({ account: ACCOUNT, chainId: 1, key: ALICE, validUntil: 5, budgets, fees: "fee", permissions: [] });
}

describe("types of the builder", () => {
  it("work with a typechain factory's ABI", () => {
    const recorder = { address: TOKEN, abi: Recorder__factory.abi };
    expect(allow(recorder, "set", { value: lte(parseUnits("5", 6)) }).selector).to.equal("0x60fe47b1");
    // @ts-expect-error no such argument
    expect(() => allow(recorder, "set", { valeu: lte(5n) })).to.throw("UNKNOWN_ARGUMENT");
  });
});
