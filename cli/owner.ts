import type { BaseWallet } from "ethers";
import {
  explain,
  modularAccount,
  packUserOp,
  unpackUserOp,
  waitForOperation,
  type OperationReceipt,
  type Owner,
  type Transport,
} from "../sdk";
import { accountAddress } from "../sdk/actions/account";
import type { Context as ChainContext } from "../sdk/actions/context";
import { draftUserOp } from "../sdk/actions/operate";
import { signAsOwner } from "../sdk/actions/owner";
import { encodeExecute } from "../sdk/execution";
import type { Address, Hex } from "../sdk/hex";
import { DUMMY_ECDSA_SIGNATURE } from "../sdk/key";
import { addressOf, assertDeployed, transportOf, type Connection } from "./connection";
import type { Keys } from "./keys";

/** The chain and the contracts as the SDK's actions take them; `signer` reads, and sends where something is to be sent. */
export function chainContext({ provider, chainId }: Connection, signer: BaseWallet): ChainContext {
  return {
    chainId,
    entryPoint: addressOf("entryPoint"),
    validator: addressOf("sessionKeyValidator"),
    ownerValidator: addressOf("ecdsaOwnerValidator"),
    adapter: modularAccount(addressOf("ecdsaOwnerValidator")),
    bundler: signer.connect(provider),
  };
}

/** The account of `--account`, else that of the owner's key. Raises `NO_KEY`, `NOT_DEPLOYED`. */
export async function accountOf(keys: Keys): Promise<Address> {
  const { settings } = keys.context;
  if (settings.account !== undefined) return settings.account;
  const owner = await keys.signer("owner");
  const connection = await keys.context.connection();
  await assertDeployed(connection, "modularAccountFactory", "ecdsaOwnerValidator");
  const request = { factory: addressOf("modularAccountFactory"), owner: owner.address };
  return accountAddress(chainContext(connection, owner), request);
}

/** The owner of an account as `deploy` makes them, whose operations go where the settings say. Raises what {@link transportOf} raises. */
export async function ownerOf(keys: Keys): Promise<Owner<OperationReceipt>> {
  const signer = await keys.signer("owner");
  const connection = await keys.context.connection();
  await assertDeployed(connection, "entryPoint", "sessionKeyValidator");
  const transport = await transportOf(keys, "0.8", "sender", "owner");
  const context = chainContext(connection, signer);
  return {
    signer,
    adapter: context.adapter,
    validator: context.validator,
    provider: connection.provider,
    execute: (account, calls) => operate(context, signer, transport, account, encodeExecute(calls)),
  };
}

/** One operation of the owner's, sent and waited for. Raises a `SessionFailure`, also if the calls reverted. */
export async function operate(
  context: ChainContext,
  owner: BaseWallet,
  transport: Transport,
  sender: Address,
  callData: Hex,
): Promise<OperationReceipt> {
  const draft = await draftUserOp(context, { sender, callData, validator: context.ownerValidator, calls: 1 });
  const gas = await transport.estimateGas({ ...draft, signature: DUMMY_ECDSA_SIGNATURE });
  const signed = await signAsOwner(context, owner, packUserOp({ ...unpackUserOp(draft), ...gas }));
  const receipt = await waitForOperation(transport, await transport.send(signed));
  if (!receipt.success) throw explain(receipt);
  return receipt;
}
