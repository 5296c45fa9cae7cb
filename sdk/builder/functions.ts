import { Interface, type FunctionFragment } from "ethers";
import { SessionKeyError } from "../errors";
import type { Address } from "../hex";
import type { Abi, AbiAt, FunctionSource, HasInterface } from "./abiTypes";
import { print, toAddress, type AddressInput } from "./input";

/** A function of a contract. */
export interface ContractFunction {
  readonly fragment: FunctionFragment;
  /** `undefined` for an ABI or Interface without an address. */
  readonly target: Address | undefined;
}

/**
 * The function that a name or signature names. Raises `UNKNOWN_FUNCTION` (lists the functions there are),
 * `AMBIGUOUS_FUNCTION` (lists the overloads), `NOT_A_CONTRACT`, `INVALID_ADDRESS`, `INVALID_ABI`.
 * @example findFunction(usdc, "transfer").fragment.selector // "0xa9059cbb"
 */
export function findFunction(source: FunctionSource, name: string): ContractFunction {
  const { abi, address } = open(source);
  const target = address === undefined ? undefined : toAddress(address, `target of ${name}`);
  return { fragment: pick(abi, name), target };
}

function open(source: FunctionSource): { readonly abi: Interface; readonly address: AddressInput | undefined } {
  if (isInterface(source)) return { abi: source, address: undefined };
  if (Array.isArray(source)) return { abi: toInterface(source as Abi), address: undefined };
  if (typeof source === "object" && source !== null) {
    const { abi, address } = source as Partial<AbiAt>;
    const contract = source as Partial<HasInterface>;
    if (abi !== undefined && address !== undefined) return { abi: toInterface(abi), address };
    if (isInterface(contract.interface)) return { abi: contract.interface, address: source as HasInterface };
  }
  const message = `${print(source)}: expected a contract, { address, abi }, an Interface or an ABI`;
  throw new SessionKeyError("NOT_A_CONTRACT", message);
}

/** By shape: another copy of ethers has another class. */
function isInterface(value: unknown): value is Interface {
  const found = value as Partial<Interface> | null | undefined;
  return typeof found === "object" && found !== null && Array.isArray(found.fragments) && "getFunction" in found;
}

const parsed = new WeakMap<object, Interface>();

/** An ABI as an ethers `Interface`, parsed once. Raises `INVALID_ABI`. */
export function toInterface(abi: Abi | Interface): Interface {
  if (isInterface(abi)) return abi;
  const known = parsed.get(abi);
  if (known !== undefined) return known;
  const made = Interface.from(abi);
  const given = abi.filter((item) => typeof item !== "string" || item.trim() !== "").length;
  if (made.fragments.length < given) {
    // ethers leaves out what it cannot read, and says so on the console only.
    const message = `${given - made.fragments.length} of the ${given} entries of the ABI cannot be read`;
    throw new SessionKeyError("INVALID_ABI", message, { found: made.fragments.length, expected: given });
  }
  parsed.set(abi, made);
  return made;
}

function pick(abi: Interface, name: string): FunctionFragment {
  const functions = abi.fragments.filter((fragment): fragment is FunctionFragment => fragment.type === "function");
  const wanted = name.replace(/\s+/g, "");
  const found = functions.filter((fragment) =>
    name.includes("(") ? fragment.format("sighash") === wanted : fragment.name === name,
  );
  if (found.length === 1) return found[0]!;
  const signatures = (found.length === 0 ? functions : found).map((fragment) => fragment.format("sighash"));
  if (found.length === 0) {
    const message = `no function ${print(name)}; there are: ${signatures.join(", ") || "none"}`;
    throw new SessionKeyError("UNKNOWN_FUNCTION", message, { found: name, allowed: signatures });
  }
  const message = `${found.length} functions are called ${name}; write one of: ${signatures.map(print).join(", ")}`;
  throw new SessionKeyError("AMBIGUOUS_FUNCTION", message, { found: name, allowed: signatures });
}
