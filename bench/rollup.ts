import { brotliCompressSync, constants, deflateRawSync } from "node:zlib";

/**
 * Bytes of an operation that a rollup publishes: the calldata of `handleOps` with this one operation, as it is, and
 * compressed by itself with node:zlib. In a batch with others it compresses better, the more so the more they share.
 */
export interface Published {
  readonly raw: number;
  readonly deflate: number;
  readonly brotli: number;
}

/** How long the calldata is, and compressed at the highest level. */
export function published(calldata: Uint8Array): Published {
  return {
    raw: calldata.length,
    deflate: deflateRawSync(calldata, { level: 9 }).length,
    brotli: brotliCompressSync(calldata, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
  };
}
