import { expect } from "chai";
import { resolveAddress, type TransactionRequest } from "ethers";
import hre from "hardhat";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { ENTRY_POINTS, type PackedUserOperation } from "../../sdk";
import { ENTRY_POINT_INTERFACE } from "../../sdk/abi";
import { inspectOperation } from "../erc7562/checker";

/** Under coverage the contracts are not the ones that we ship, and ten times as long. */
const IS_INSTRUMENTED = "__SOLIDITY_COVERAGE_RUNNING" in hre;

let traced = 0;

// `npm test` adds up what its processes say here.
if (process.env["SAY_TRACED"] !== undefined) process.on("exit", () => console.log(`  ${traced} operations traced`));

const plain = new WeakMap<HardhatEthersSigner, HardhatEthersSigner>();

/**
 * The signer by which operations are sent, whoever sends them, this suite or the SDK: each that the EntryPoint accepts is
 * traced before, and its validation must obey ERC-7562.
 */
export function tracing(signer: HardhatEthersSigner): HardhatEthersSigner {
  const sendTransaction = async (request: TransactionRequest) => {
    const entryPoint =
      request.to === undefined || request.to === null ? "" : await resolveAddress(request.to, signer.provider);
    for (const op of operationsIn(entryPoint, request.data ?? "0x")) await expectLawful(signer, entryPoint, op);
    return signer.sendTransaction(request);
  };
  const proxy = new Proxy(signer, {
    get(target, name) {
      if (name === "sendTransaction") return sendTransaction;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  plain.set(proxy, signer);
  return proxy;
}

/** The same signer without the trace: for what is expected to be refused, or to break a rule. */
export function untraced(signer: HardhatEthersSigner): HardhatEthersSigner {
  return plain.get(signer) ?? signer;
}

function operationsIn(to: string, data: string): PackedUserOperation[] {
  if (!Object.values<string>(ENTRY_POINTS).includes(to)) return [];
  if (!data.startsWith(ENTRY_POINT_INTERFACE.getFunction("handleOps")!.selector)) return [];
  const [ops] = ENTRY_POINT_INTERFACE.decodeFunctionData("handleOps", data) as unknown as [PackedUserOperation[]];
  return ops;
}

/** The validation of the operation, if it is accepted, breaks these rules of ERC-7562 and no other. */
export async function expectLawful(
  bundler: HardhatEthersSigner,
  entryPoint: string,
  userOp: PackedUserOperation,
  broken: readonly string[] = [],
): Promise<void> {
  if (IS_INSTRUMENTED) return;
  const { provider, address: from } = bundler;
  // A factory whose validator writes to the new account's slots and a paymaster that reads its own need a stake: bundlers
  // know of it, this chain does not.
  const staked = { factoryStaked: true, paymasterStaked: true };
  const report = await inspectOperation({ provider, entryPoint, userOp, from, ...staked });
  if (report.rejection !== undefined) return;
  ++traced;
  const { violations } = report;
  const rules = new Set(violations.map(({ rule }) => rule));
  expect([...rules], JSON.stringify(violations)).to.have.members([...broken]);
}
