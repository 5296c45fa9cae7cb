import { isWord, type Leaf, type Param, type RandomCall } from "./randomAbi";

// A decoder in Solidity for random signatures: each function returns, as the compiler's own decoder sees them, the words
// that a call's leaves have.

class Structs {
  readonly definitions: string[] = [];

  typeOf({ type, components }: Param): string {
    if (!type.startsWith("tuple")) return type;
    const fields = components!.map((field) => `${this.typeOf(field)} ${field.name};`);
    const name = `S${this.definitions.length}`;
    this.definitions.push(`struct ${name} { ${fields.join(" ")} }`);
    return name + type.slice("tuple".length);
  }
}

function expression({ text, type, isLength }: Leaf): string {
  if (isLength) return type === "string" ? `bytes(${text}).length` : `${text}.length`;
  if (type === "address") return `uint256(uint160(${text}))`;
  if (type === "bool") return `${text} ? 1 : 0`;
  if (type.startsWith("bytes")) return `uint256(bytes32(${text}))`;
  return type.startsWith("int") ? `uint256(int256(${text}))` : `uint256(${text})`;
}

function functionSource({ params, fragment, leaves }: RandomCall, structs: Structs): string {
  const inputs = params.map((param) => {
    const location = isWord(param.type) ? "" : "calldata ";
    return `${structs.typeOf(param)} ${location}${param.name}`;
  });
  const words = leaves.map((leaf, index) => `words[${index}] = ${expression(leaf)};`);
  return `function ${fragment.name}(${inputs.join(", ")}) external pure returns (uint256[] memory words) {
    words = new uint256[](${leaves.length}); ${words.join("\n    ")}
  }`;
}

/** The source of a contract `Decoder` that has every function of `calls`. */
export function decoderSource(calls: readonly RandomCall[]): string {
  const structs = new Structs();
  const functions = calls.map((call) => functionSource(call, structs));
  return [
    "// SPDX-License-Identifier: MIT",
    "pragma solidity 0.8.30;",
    ...structs.definitions,
    "contract Decoder {",
    ...functions,
    "}",
  ].join("\n");
}

interface SolcOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts: Record<
    string,
    Record<string, { readonly evm: { readonly deployedBytecode: { readonly object: string } } }>
  >;
}

/** The runtime code of {@link decoderSource}. */
export async function compileDecoder(calls: readonly RandomCall[]): Promise<string> {
  const solc = (await import("solc")) as unknown as { default: { compile(input: string): string } };
  const output = JSON.parse(
    solc.default.compile(
      JSON.stringify({
        language: "Solidity",
        sources: { "Decoder.sol": { content: decoderSource(calls) } },
        settings: { evmVersion: "cancun", outputSelection: { "*": { "*": ["evm.deployedBytecode.object"] } } },
      }),
    ),
  ) as SolcOutput;
  const errors = output.errors?.filter(({ severity }) => severity === "error") ?? [];
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  return `0x${output.contracts["Decoder.sol"]!["Decoder"]!.evm.deployedBytecode.object}`;
}
