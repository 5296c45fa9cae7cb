import type { ParamType } from "ethers";
import { headSize, isDynamic, type ArrayType } from "../builder/layout";
import { wordTypeOf, type WordType } from "../builder/word";
import type { Path } from "../rule";

// The builder's way back: which argument is it that a path reads?

/**
 * The word that a path reads.
 * @example const word: LocatedWord | undefined = locateWord([ParamType.from("uint256 amount")], [0]);
 */
export interface LocatedWord {
  /** `amount`, `params.tokenIn`, `path[1]`, `path.length`, `data[0…31]`. */
  readonly name: string;
  /**
   * A value; the length of something dynamic; 32 bytes of `bytes` or `string`; or an ABI offset, which no rule should
   * ever be on.
   */
  readonly kind: "value" | "length" | "chunk" | "offset";
  /** Of a value. */
  readonly type?: WordType;
}

/**
 * The word that a path reads in calls of a function with these inputs; `undefined` if no word starts there.
 * @example locateWord(new Interface(usdc.abi).getFunction("transfer")!.inputs, [32])?.name // "amount"
 */
export function locateWord(inputs: readonly ParamType[], path: Path): LocatedWord | undefined {
  return inList(inputs, "", path, 0);
}

function nameIn(prefix: string, param: ParamType, index: number): string {
  const name = param.name || `#${index}`;
  return prefix === "" ? name : `${prefix}.${name}`;
}

/** A word of a list of values whose heads begin `shift` bytes from the base. */
function inList(
  params: readonly ParamType[],
  prefix: string,
  [at, ...rest]: Path,
  shift: number,
): LocatedWord | undefined {
  let left = (at ?? 0) - shift;
  for (const [index, param] of params.entries()) {
    const size = headSize(param);
    if (left < size) return left < 0 ? undefined : inValue(param, nameIn(prefix, param, index), left, rest, shift);
    left -= size;
  }
  return undefined;
}

/** A word of a value, `at` bytes into its head. */
function inValue(param: ParamType, name: string, at: number, rest: Path, shift: number): LocatedWord | undefined {
  if (isDynamic(param)) {
    if (at !== 0) return undefined;
    return rest.length === 0 ? { name, kind: "offset" } : inTail(param, name, rest, shift);
  }
  if (rest.length > 0) return undefined;
  if (param.isTuple()) return inList(param.components, name, [at], 0);
  if (param.isArray()) return inElements(param, name, at, rest, shift);
  const type = wordTypeOf(param);
  return at === 0 && type !== undefined ? { name, kind: "value", type } : undefined;
}

function inTail(param: ParamType, name: string, path: Path, shift: number): LocatedWord | undefined {
  if (param.isTuple()) return inList(param.components, name, path, shift);
  const [next = 0, ...rest] = path;
  const at = next - shift;
  if (param.isArray() && param.arrayLength !== -1) return inElements(param, name, at, rest, shift);
  if (at === 0 && rest.length === 0) return { name: `${name}.length`, kind: "length" };
  if (at < 32) return undefined;
  if (param.isArray()) return inElements(param, name, at - 32, rest, shift + (isDynamic(param.arrayChildren) ? 32 : 0));
  if (at % 32 !== 0 || rest.length > 0) return undefined;
  return { name: `${name}[${at - 32}…${at - 1}]`, kind: "chunk" };
}

function inElements(array: ArrayType, name: string, at: number, rest: Path, shift: number): LocatedWord | undefined {
  const size = headSize(array.arrayChildren);
  const index = Math.floor(at / size);
  if (at < 0 || (array.arrayLength !== -1 && index >= array.arrayLength)) return undefined;
  return inValue(array.arrayChildren, `${name}[${index}]`, at % size, rest, shift);
}
