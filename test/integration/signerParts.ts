import { concat, id } from "ethers";
import type { PackedUserOperation, Sponsorship, Transport } from "../../sdk";
import type { World } from "../helpers/world";
import { openZeppelinSponsor, SPONSOR_GAS } from "../matrix/sponsors";

/** The wrong signature of a stub, as long as a right one. */
const STUB_SIGNATURE = `0x${"11".repeat(65)}`;

/** OpenZeppelin's paymaster with a deposit, as a signer's sponsor. */
export async function sponsorOf(w: World) {
  const sponsor = await openZeppelinSponsor({ deployer: w.bundler, version: "0.8", chainId: w.chainId });
  const give = async (op: PackedUserOperation, stage: "stub" | "final"): Promise<Sponsorship> => ({
    paymaster: sponsor.address,
    paymasterVerificationGasLimit: SPONSOR_GAS,
    paymasterPostOpGasLimit: SPONSOR_GAS,
    paymasterData: concat([sponsor.terms, stage === "stub" ? STUB_SIGNATURE : await sponsor.sign(op)]),
  });
  return { address: sponsor.address, give };
}

/** An account of the world's owner that nobody has created, and what would create it with both validators. */
export async function unborn(w: World) {
  const validators = [
    { validator: w.ownerValidatorAddress, initData: w.owner.address },
    { validator: w.validatorAddress, initData: "0x" },
  ];
  const salt = id("unborn");
  const factoryData = w.factory.interface.encodeFunctionData("createAccountWith", [validators, salt]);
  const account = await w.factory.accountAddressWith(validators, salt);
  return { account, creation: { factory: await w.factory.getAddress(), factoryData } };
}

/** A transport that fails the test when anything gets as far as that. */
export function unreachable(transport: Transport): Transport {
  const fail = () => Promise.reject(new Error("it got as far as the transport"));
  const { version, entryPoint, opened, remaining } = transport;
  return { version, entryPoint, opened, remaining, send: fail, estimateGas: fail, receipt: fail };
}
