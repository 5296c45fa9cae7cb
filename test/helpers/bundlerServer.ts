import type { Signer } from "ethers";
import { toQuantity } from "ethers";
import {
  encodeRpcUserOp,
  ENTRY_POINTS,
  decodeRpcUserOp,
  HandleOpsTransport,
  SessionFailure,
  type OperationReceipt,
  type PackedUserOperation,
  type RpcUserOperation,
} from "../../sdk";
import { rpcServer, type RpcAnswer, type RpcRequest, type RpcServer } from "./rpcServer";

/** The JSON of ERC-7769 for what {@link HandleOpsTransport} says: numbers in hex. */
function json(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === "bigint" || typeof part === "number" ? toQuantity(part) : part,
    ),
  );
}

/** A bundler on 127.0.0.1 that speaks ERC-7769 and sends every operation at once by `handleOps`. */
export async function bundlerServer(bundler: Signer): Promise<RpcServer> {
  const transport = new HandleOpsTransport({ bundler });
  const ops = new Map<string, PackedUserOperation>();
  const methods: Record<string, (params: [never]) => Promise<unknown>> = {
    eth_chainId: async () => (await bundler.provider!.getNetwork()).chainId,
    eth_supportedEntryPoints: () => Promise.resolve([ENTRY_POINTS["0.8"]]),
    eth_sendUserOperation: async ([op]) => {
      const packed = decodeRpcUserOp(op);
      const hash = await transport.send(packed);
      ops.set(hash, packed);
      return hash;
    },
    eth_estimateUserOperationGas: async ([op]) => transport.estimateGas(decodeRpcUserOp(op)),
    eth_getUserOperationReceipt: async ([hash]) => receiptOf(await transport.receipt(hash)),
    eth_getUserOperationByHash: async ([hash]) => knownOf(ops.get(hash), await transport.receipt(hash)),
  };
  return rpcServer(async ({ method, params }: RpcRequest): Promise<RpcAnswer> => {
    const answer = methods[method];
    if (answer === undefined) return { error: { code: -32601, message: method } };
    try {
      return { result: json((await answer(params as unknown as [never])) ?? null) };
    } catch (error) {
      return { error: refusal(error), status: 500 };
    }
  });
}

function receiptOf(receipt: OperationReceipt | undefined): unknown {
  if (receipt === undefined) return null;
  const { transactionHash, blockHash, blockNumber, revertReason, ...rest } = receipt;
  return { ...rest, reason: revertReason, receipt: { transactionHash, blockHash, blockNumber, logs: [] } };
}

function knownOf(op: PackedUserOperation | undefined, receipt: OperationReceipt | undefined): unknown {
  if (op === undefined) return null;
  const userOperation: RpcUserOperation = encodeRpcUserOp(op);
  return { userOperation, entryPoint: ENTRY_POINTS["0.8"], transactionHash: receipt?.transactionHash ?? null };
}

/** As Alto does it: the code, and the revert data in the middle of the text. */
function refusal(error: unknown): { code: number; message: string } {
  if (!(error instanceof SessionFailure)) throw error;
  const data = (error.original as { data?: string } | undefined)?.data ?? "";
  return { code: error.layer === "target" ? -32521 : -32500, message: `UserOperation reverted: AA23 reverted ${data}` };
}
