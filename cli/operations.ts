import { VoidSigner, ZeroAddress } from "ethers";
import { BundlerTransport, HandleOpsTransport, type OperationReceipt } from "../sdk";
import { VERSIONS } from "../sdk/actions/recognize";
import type { Context } from "./context";

/** An operation by its hash: from the bundler, or by the logs of each EntryPoint, for a hash does not tell which. */
export async function operationOf(context: Context, hash: string): Promise<OperationReceipt | undefined> {
  const { bundler } = context.settings;
  if (bundler !== undefined && bundler !== "self") return new BundlerTransport({ url: bundler }).receipt(hash);
  const { provider } = await context.connection();
  const nobody = new VoidSigner(ZeroAddress, provider);
  const asked = VERSIONS.map((version) => new HandleOpsTransport({ bundler: nobody, version }).receipt(hash));
  return (await Promise.all(asked)).find((receipt) => receipt !== undefined);
}
