import { Interface, type FunctionFragment } from "ethers";
import type { AbiAt, HasInterface } from "../builder/abiTypes";
import { toInterface } from "../builder/functions";
import { toAddress, type AddressInput } from "../builder/input";
import type { Address, Hex } from "../hex";

/**
 * An ERC-20 token.
 * @example const token: TokenInfo = { address: USDC, decimals: 6 };
 */
export interface TokenInfo {
  readonly address: AddressInput;
  readonly decimals: number;
}

/**
 * What the reader knows of the world. All of it is trusted: a wrong label makes a true description mislead.
 * @example const context: DescribeContext = { tokens: { USDC: { address: USDC, decimals: 6 } }, labels: { Alice: alice } };
 */
export interface DescribeContext {
  /** By symbol: `{ USDC: { address, decimals: 6 } }`. */
  readonly tokens?: Readonly<Record<string, TokenInfo>>;
  /** By name, for the names of functions and arguments: `{ Router: router }`. */
  readonly contracts?: Readonly<Record<string, AbiAt | HasInterface>>;
  /** By name: `{ Alice: "0x…" }`. */
  readonly labels?: Readonly<Record<string, AddressInput>>;
  /** Names of the session's budgets, in their order: they are not in the document. */
  readonly budgets?: readonly string[];
  /** Symbol of the native coin (18 decimals); by default that of the chain, if it is a known one. */
  readonly nativeSymbol?: string;
}

/**
 * A token with its symbol.
 * @example const token: Token = { symbol: "USDC", decimals: 6 };
 */
export interface Token {
  readonly symbol: string;
  readonly decimals: number;
}

/** What is known of addresses. */
export interface Book {
  /** Label, token or contract name; else the checksummed address. */
  nameOf(address: Address): string;
  tokenAt(address: Address): Token | undefined;
  functionAt(address: Address, selector: Hex): FunctionFragment | undefined;
}

/** What tokens have in common; their argument names as everybody writes them. */
const ERC20 = new Interface([
  "function transfer(address to, uint256 amount)",
  "function approve(address spender, uint256 amount)",
  "function transferFrom(address from, address to, uint256 amount)",
]);

/** Offsets of the amounts in them. */
export const ERC20_AMOUNTS: Readonly<Record<Hex, number>> = { "0xa9059cbb": 32, "0x095ea7b3": 32, "0x23b872dd": 64 };

/** The context by address. Raises `INVALID_ADDRESS`, `INVALID_ABI`. */
export function bookOf(context: DescribeContext): Book {
  const names = new Map<string, string>();
  const tokens = new Map<string, Token>();
  const abis = new Map<string, Interface>();
  const enter = (name: string, address: AddressInput): string => {
    const key = toAddress(address, name).toLowerCase();
    if (!names.has(key)) names.set(key, name);
    return key;
  };
  for (const [name, address] of Object.entries(context.labels ?? {})) enter(name, address);
  for (const [symbol, { address, decimals }] of Object.entries(context.tokens ?? {})) {
    tokens.set(enter(symbol, address), { symbol, decimals });
  }
  for (const [name, contract] of Object.entries(context.contracts ?? {})) {
    if ("abi" in contract) abis.set(enter(name, contract.address), toInterface(contract.abi));
    else abis.set(enter(name, contract), contract.interface);
  }
  return {
    nameOf: (address) => names.get(address.toLowerCase()) ?? address,
    tokenAt: (address) => tokens.get(address.toLowerCase()),
    functionAt: (address, selector) => {
      const key = address.toLowerCase();
      const own = abis.get(key)?.getFunction(selector);
      return own ?? (tokens.has(key) ? (ERC20.getFunction(selector) ?? undefined) : undefined);
    },
  };
}

const NATIVE: Readonly<Record<string, string>> = {
  1: "ETH",
  10: "ETH",
  56: "BNB",
  100: "xDAI",
  130: "ETH",
  137: "POL",
  324: "ETH",
  480: "ETH",
  8453: "ETH",
  31337: "ETH",
  42161: "ETH",
  42220: "CELO",
  43114: "AVAX",
  57073: "ETH",
  59144: "ETH",
  81457: "ETH",
  84532: "ETH",
  421614: "ETH",
  534352: "ETH",
  11155111: "ETH",
  11155420: "ETH",
};

/** The native coin of a chain; `native coin` if the chain is not known: to say ETH would be a guess. */
export function nativeToken(chainId: bigint, context: DescribeContext): Token {
  return { symbol: context.nativeSymbol ?? NATIVE[String(chainId)] ?? "of the native coin", decimals: 18 };
}
