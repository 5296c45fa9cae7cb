import { concat, Contract, ContractFactory, getBytes, parseEther, type Wallet } from "ethers";
import {
  buildEnvelope,
  ENTRY_POINTS,
  encodeExecute,
  type Call,
  type PackedUserOperation,
  type Session,
} from "../../sdk";
import { VerifyingPaymaster__factory } from "../../typechain-types";
import { artifact, wallet } from "../helpers/world";
import { words } from "./ground";
import { draft, seal, type Seat } from "./operations";

/** A verifying paymaster with a deposit, and whoever signs for it. */
export interface Sponsor {
  readonly address: string;
  /** `paymasterData` before the signature. */
  readonly terms: string;
  /** The signature over an operation whose `paymasterAndData` has 52 bytes at least. */
  sign(op: PackedUserOperation): Promise<string>;
  /** Wei in the EntryPoint. */
  deposit(): Promise<bigint>;
}

const REQUEST = {
  UserOperationRequest: [
    { name: "sender", type: "address" },
    { name: "nonce", type: "uint256" },
    { name: "initCode", type: "bytes" },
    { name: "callData", type: "bytes" },
    { name: "accountGasLimits", type: "bytes32" },
    { name: "preVerificationGas", type: "uint256" },
    { name: "gasFees", type: "bytes32" },
    { name: "paymasterVerificationGasLimit", type: "uint256" },
    { name: "paymasterPostOpGasLimit", type: "uint256" },
    { name: "validAfter", type: "uint48" },
    { name: "validUntil", type: "uint48" },
  ],
};

/** A year from the last block of a test chain, whatever the clock says. */
const FOREVER = 2 ** 40;
/** What the sponsors sign for, verification and post-operation each. */
export const SPONSOR_GAS = 200_000n;

/** OpenZeppelin's `PaymasterSigner`, for any EntryPoint. */
export async function openZeppelinSponsor(
  seat: Pick<Seat, "deployer" | "version" | "chainId">,
  signer: Wallet = wallet("sponsor"),
): Promise<Sponsor> {
  const entryPoint = ENTRY_POINTS[seat.version];
  const contract = await new VerifyingPaymaster__factory(seat.deployer).deploy(entryPoint, signer.address);
  const address = await contract.getAddress();
  const domain = { name: "VerifyingPaymaster", version: "1", chainId: seat.chainId, verifyingContract: address };
  const window = { validAfter: 0, validUntil: FOREVER };
  return {
    address,
    terms: `0x${"00".repeat(6)}${FOREVER.toString(16).padStart(12, "0")}`,
    sign: (op) =>
      signer.signTypedData(domain, REQUEST, {
        ...op,
        ...window,
        paymasterVerificationGasLimit: SPONSOR_GAS,
        paymasterPostOpGasLimit: SPONSOR_GAS,
      }),
    deposit: await prepaid(seat, address),
  };
}

/** The `VerifyingPaymaster` that came with EntryPoint v0.7, from npm's artifact. */
export async function verifyingPaymasterV07(seat: Seat, signer: Wallet = wallet("sponsor")): Promise<Sponsor> {
  const { abi, bytecode } = artifact("aa07/artifacts/VerifyingPaymaster.json");
  const contract = await new ContractFactory(abi, bytecode, seat.deployer).deploy(ENTRY_POINTS["0.7"], signer.address);
  const address = await contract.getAddress();
  return {
    address,
    terms: words(["uint48", "uint48"], [FOREVER, 0]),
    sign: async (op) => {
      const hash = (await contract.getFunction("getHash")(op, FOREVER, 0)) as string;
      return signer.signMessage(getBytes(hash));
    },
    deposit: await prepaid(seat, address),
  };
}

async function prepaid(seat: Pick<Seat, "deployer" | "version">, paymaster: string): Promise<() => Promise<bigint>> {
  const abi = ["function depositTo(address) payable", "function balanceOf(address) view returns (uint256)"];
  const entryPoint = new Contract(ENTRY_POINTS[seat.version], abi, seat.deployer);
  await entryPoint.getFunction("depositTo")(paymaster, { value: parseEther("10") });
  return async () => (await entryPoint.getFunction("balanceOf")(paymaster)) as bigint;
}

/** An operation of the session that the sponsor pays: the sponsor signs first, then the key. */
export async function sponsoredOperation(
  seat: Seat,
  session: Session,
  calls: readonly Call[],
  sponsor: Sponsor,
): Promise<PackedUserOperation> {
  const { op, envelope } = await offered(seat, session, calls, sponsor);
  const head = concat([op.paymasterAndData, sponsor.terms]);
  const signature = await sponsor.sign({ ...op, paymasterAndData: head });
  return seal(seat, { ...op, paymasterAndData: concat([head, signature]) }, envelope);
}

/** The same, on EntryPoint v0.9, the other way round: the key signs first, and the sponsor when it likes. */
export async function sponsoredLater(
  seat: Seat,
  session: Session,
  calls: readonly Call[],
  sponsor: Sponsor,
): Promise<{ sealed: PackedUserOperation; complete: PackedUserOperation }> {
  const { op, envelope } = await offered(seat, session, calls, sponsor);
  const head = concat([op.paymasterAndData, sponsor.terms]);
  const sealed = await seal(seat, { ...op, paymasterAndData: withSuffix(head, `0x${"00".repeat(65)}`) }, envelope);
  const signature = await sponsor.sign(sealed);
  return { sealed, complete: { ...sealed, paymasterAndData: withSuffix(head, signature) } };
}

/** `paymasterAndData` with a signature that EntryPoint v0.9 leaves out of the hash: its 65 bytes, length, magic. */
export function withSuffix(head: string, signature: string): string {
  return concat([head, signature, "0x0041", "0x22e325a297439656"]);
}

async function offered(seat: Seat, session: Session, calls: readonly Call[], { address: paymaster }: Sponsor) {
  const limits = { paymasterVerificationGasLimit: SPONSOR_GAS, paymasterPostOpGasLimit: SPONSOR_GAS };
  const nonceKey = seat.subject.adapter.nonceKey(seat.validatorAddress);
  const op = await draft(seat, nonceKey, encodeExecute(calls), { paymaster, ...limits });
  return { op, envelope: buildEnvelope({ session, calls, mode: "use" }) };
}
