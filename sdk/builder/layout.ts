import type { ParamType } from "ethers";
import { MAX_PATH, MAX_USER_OP_BYTES } from "../constants";
import { SessionKeyError } from "../errors";
import type { Path } from "../rule";

// Where the ABI puts what: the one place that knows about heads, tails and the offsets between them.

/**
 * The place of a value of an argument list. For a static one it is where its words are, for a dynamic one where the
 * offset is that leads to it; {@link enter} follows it.
 */
export interface Place {
  /** The offsets to follow on the way, as path elements. */
  readonly offsets: Path;
  /** Bytes from the last base that was reached. */
  readonly at: number;
  /**
   * How far the base that offsets found here count from lies behind the one that a path reaches: 32 more with each
   * array of dynamic elements, whose offsets count from after the length word.
   */
  readonly shift: number;
}

/** Where the arguments of a call begin. */
export const START: Place = { offsets: [], at: 0, shift: 0 };

/** Whether the ABI puts values of the type behind an offset. */
export function isDynamic(param: ParamType): boolean {
  if (param.isArray()) return param.arrayLength === -1 || isDynamic(param.arrayChildren);
  if (param.isTuple()) return param.components.some(isDynamic);
  return param.type === "bytes" || param.type === "string";
}

/** Bytes that a value of the type takes in the head of the list it is in. */
export function headSize(param: ParamType): number {
  if (isDynamic(param)) return 32;
  if (param.isArray()) return param.arrayLength * headSize(param.arrayChildren);
  return param.isTuple() ? sum(param.components.map(headSize)) : 32;
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}

/** `bytes` further on. */
export function advance(place: Place, bytes: number): Place {
  return { ...place, at: place.at + bytes };
}

/** The first byte of a dynamic value, whose offset is at `place`. */
export function enter({ offsets, at, shift }: Place): Place {
  return { offsets: [...offsets, at], at: shift, shift };
}

/** Where the parts of a list of values of these types are: arguments, or fields of a struct. */
export function placesIn(params: readonly ParamType[], start: Place): readonly Place[] {
  let place = start;
  return params.map((param) => {
    const here = place;
    place = advance(place, headSize(param));
    return here;
  });
}

/** Where the fields of a struct are. */
export function fieldPlaces(tuple: ParamType & { readonly components: readonly ParamType[] }, place: Place) {
  return placesIn(tuple.components, isDynamic(tuple) ? enter(place) : place);
}

/** Where element `index` of an array is. */
export function elementPlace(array: ParamType & ArrayType, place: Place, index: number): Place {
  const first = isDynamic(array) ? enter(place) : place;
  const child = array.arrayChildren;
  const skipped = index * headSize(child);
  if (array.arrayLength !== -1) return advance(first, skipped);
  const behindLength = advance(first, 32 + skipped);
  return isDynamic(child) ? { ...behindLength, shift: first.shift + 32 } : behindLength;
}

/** The array types of ethers. */
export interface ArrayType {
  readonly arrayLength: number;
  readonly arrayChildren: ParamType;
}

/**
 * The path of the word at `place`. Raises `PATH_TOO_LONG`, and `OFFSET_TOO_FAR` for a word that no operation of at most
 * 8,192 bytes reaches to.
 */
export function pathTo(place: Place, where: string): Path {
  const path = [...place.offsets, place.at];
  if (path.length > MAX_PATH) {
    const message = `${where} lies behind ${path.length - 1} ABI offsets, and a rule follows ${MAX_PATH - 1} at most`;
    throw new SessionKeyError("PATH_TOO_LONG", message, { where, found: path.length, max: MAX_PATH });
  }
  const far = path.find((element) => element + 32 > MAX_USER_OP_BYTES);
  if (far !== undefined) {
    const message = `${where} lies ${far} bytes into the arguments: operations have at most ${MAX_USER_OP_BYTES} bytes`;
    throw new SessionKeyError("OFFSET_TOO_FAR", message, { where, found: far, max: MAX_USER_OP_BYTES - 32 });
  }
  return path;
}
