import type { Interface } from "ethers";
import type { Condition, Elements, Prefixed, RuleInput, Sized } from "./condition";
import type { AddressInput, HasTarget, Numeric } from "./input";

// The ABI as TypeScript sees it. Names and types are known of ABIs that are `as const`: the JSON of a typechain factory
// (`Token__factory.abi`) and human-readable functions without structs. Of a typechain contract the function names are
// known, but not the argument names (labels of tuples are out of TypeScript's reach): those are checked at run time.

/**
 * A parameter of a JSON ABI.
 * @example const param: AbiParameter = { name: "to", type: "address" };
 */
export interface AbiParameter {
  readonly name?: string;
  readonly type: string;
  readonly components?: readonly AbiParameter[];
}

/**
 * A function of a JSON ABI.
 * @example const transfer: AbiFunction = { type: "function", name: "transfer", inputs: [{ name: "to", type: "address" }] };
 */
export interface AbiFunction {
  readonly type: "function";
  readonly name: string;
  readonly inputs: readonly AbiParameter[];
}

/**
 * A JSON or human-readable ABI; `as const` for types.
 * @example const abi = ["function transfer(address to, uint256 amount)"] as const satisfies Abi;
 */
export type Abi = readonly (string | { readonly type?: string })[];

/**
 * A contract: ethers' `Contract` or a typechain one.
 * @example const contract: HasInterface = new Contract(USDC, ["function transfer(address to, uint256 amount)"]);
 */
export interface HasInterface extends HasTarget {
  readonly interface: Interface;
}

/**
 * An ABI at an address.
 * @example const token = { address: USDC, abi: ["function transfer(address to, uint256 amount)"] } as const satisfies AbiAt;
 */
export interface AbiAt {
  readonly address: AddressInput;
  readonly abi: Abi | Interface;
}

/**
 * Where functions come from. The last two have no address: then the options name the `target`.
 * @example const source: FunctionSource = new Interface(["function transfer(address to, uint256 amount)"]);
 */
export type FunctionSource = HasInterface | AbiAt | Interface | Abi;

// ------------------------------------------------------------------------------------------------ the functions of it

type AbiOf<Source> = Source extends { readonly abi: infer A } ? A : Source;

type IsConst<A> = A extends readonly (infer Item)[] ? (string extends Item ? false : true) : false;

type FunctionOf<Item> = Item extends AbiFunction
  ? Item
  : Item extends `function ${infer Name}(${infer Rest}`
    ? { readonly type: "function"; readonly name: Trim<Name>; readonly inputs: ParseInputs<Rest> }
    : never;

type FunctionsOf<A> = A extends readonly (infer Item)[] ? FunctionOf<Item> : never;

type Trim<Text extends string> = Text extends ` ${infer Rest}` | `${infer Rest} ` ? Trim<Rest> : Text;

/** Of structs in human-readable ABIs nothing is known. */
type ParseInputs<Rest extends string> = Rest extends `${infer Args})${string}`
  ? Args extends `${string}(${string}`
    ? readonly AbiParameter[]
    : ParseList<Args>
  : readonly AbiParameter[];

type ParseList<Args extends string> =
  Trim<Args> extends ""
    ? readonly []
    : Args extends `${infer Head},${infer Tail}`
      ? readonly [ParseParameter<Trim<Head>>, ...ParseList<Tail>]
      : readonly [ParseParameter<Trim<Args>>];

type ParseParameter<Text extends string> = Text extends `${infer Type} ${infer Rest}`
  ? { readonly type: Type; readonly name: LastWord<Rest> }
  : { readonly type: Text };

type LastWord<Text extends string> = Text extends `${string} ${infer Rest}` ? LastWord<Rest> : Text;

/**
 * What the functions of a source are called: a name, or a whole signature where a name is not enough.
 * @example const name: FunctionName<typeof usdc> = "transfer";
 */
export type FunctionName<Source> = Source extends { readonly interface: { getFunction(name: infer Name): unknown } }
  ? Name & string
  : IsConst<AbiOf<Source>> extends true
    ? WithSignature<FunctionsOf<AbiOf<Source>>["name"]>
    : string;

type WithSignature<Name extends string> = Name | `${Name}(${string})`;

type BaseName<Name> = Name extends `${infer Base}(${string}` ? Base : Name;

/**
 * The rules of the arguments of a function.
 * @example const rules: RulesFor<typeof usdc, "transfer"> = { to: eq(alice), amount: spend("usdc") };
 */
export type RulesFor<Source, Name> =
  IsConst<AbiOf<Source>> extends true
    ? FieldRules<Extract<FunctionsOf<AbiOf<Source>>, { readonly name: BaseName<Name> }>["inputs"]>
    : UntypedRules;

/**
 * Rules of arguments of which TypeScript knows nothing; they are checked at run time.
 * @example const rules: UntypedRules = { to: eq(alice) };
 */
export type UntypedRules = Readonly<Record<string, RuleInput>>;

// ----------------------------------------------------------------------------------------------- what an argument takes

/**
 * Conditions by the names of parameters, or by their positions.
 * @example const rules: FieldRules<[{ name: "to"; type: "address" }]> = { to: eq(alice) };
 */
export type FieldRules<Params extends readonly AbiParameter[]> = Params extends readonly AbiParameter[]
  ? number extends Params["length"]
    ? UntypedRules
    : { readonly [Param in Params[number] as NameOf<Param>]?: RuleOf<Param> | undefined } & Positional
  : never;

interface Positional {
  readonly [position: `${number}`]: RuleInput;
}

type NameOf<Param> = Param extends { readonly name: infer Name extends string }
  ? Name extends ""
    ? never
    : Name
  : never;

/**
 * The condition, or dictionary of conditions, that a parameter takes.
 * @example const rule: RuleOf<{ name: "to"; type: "address" }> = oneOf(alice, bob);
 */
export type RuleOf<Param extends AbiParameter> = Param["type"] extends `${infer Item}[${infer Size}]`
  ? Size extends `${string}]${string}`
    ? Condition<readonly unknown[] | Sized | Elements<unknown>>
    : Condition<readonly ValueOfType<Param, Item>[] | Sized | Elements<RuleOf<ItemOf<Param, Item>>>>
  : Param["type"] extends "tuple"
    ? FieldRules<ComponentsOf<Param>> | Condition<ValueOfType<Param, "tuple">>
    : Param["type"] extends "bytes" | "string"
      ? Condition<string | Uint8Array | Prefixed | Sized>
      : Param["type"] extends `bytes${string}`
        ? Condition<string | Prefixed>
        : Condition<ValueOfType<Param, Param["type"]>>;

interface ItemOf<Param extends AbiParameter, Type extends string> {
  readonly type: Type;
  readonly components: ComponentsOf<Param>;
}

type ComponentsOf<Param extends AbiParameter> = Param extends {
  readonly components: infer Components extends readonly AbiParameter[];
}
  ? Components
  : readonly AbiParameter[];

type ValueOfType<Param extends AbiParameter, Type extends string> = Type extends `${string}]`
  ? readonly unknown[]
  : Type extends "tuple"
    ? StructOf<ComponentsOf<Param>> | readonly unknown[]
    : Type extends "address"
      ? AddressInput
      : Type extends "bool"
        ? boolean
        : Type extends `uint${string}` | `int${string}`
          ? Numeric
          : string;

type StructOf<Components extends readonly AbiParameter[]> = number extends Components["length"]
  ? object
  : { readonly [Field in Components[number] as NameOf<Field>]: ValueOfType<Field, Field["type"]> };
