// What there is in a failure: strings, numbers and bytes, wherever nodes, bundlers and ethers have put them.

/** What was found in a failure. */
export interface Evidence {
  /** Bytes that are revert data by their place. */
  readonly data: readonly string[];
  /** Bytes in the middle of texts, where bundlers put revert data. */
  readonly hints: readonly string[];
  /** Messages, reasons, bodies. */
  readonly texts: readonly string[];
  /** JSON-RPC codes. */
  readonly rpc: readonly number[];
  /** Codes of ethers, Node.js and wallets. */
  readonly codes: readonly string[];
  /** Whether it is a receipt or result that says `success: false`. */
  readonly failed: boolean;
}

const MAX_DEPTH = 8;
const MAX_NODES = 500;

/** Not evidence: what was sent, not what came back. */
const IGNORED = new Set([
  "transaction",
  "payload",
  "request",
  "params",
  "tx",
  "fragment",
  "invocation",
  "stack",
  "logs",
  // An endpoint's address often holds an API key.
  "requestUrl",
  "url",
]);
const DATA_KEYS = new Set(["data", "revertReason", "revertData", "returnData", "result", "output", "reason"]);
/** What ethers appends to a message of what was sent; what came back stands before it. */
const SENT = /,? ?\(?\b(?:payload|transaction|request|invocation)=[\s\S]*$/;
const HEX = /^0x(?:[0-9a-f]{2})*$/i;

/**
 * Collects what there is in anything that was thrown, returned or answered. Never throws: getters and proxies may.
 * @example collect({ error: { code: -32500, message: "AA23 reverted 0x…" } }).rpc // [-32500]
 */
export function collect(failure: unknown): Evidence {
  const found = {
    data: [] as string[],
    texts: [] as string[],
    rpc: [] as number[],
    codes: [] as string[],
    failed: false,
  };
  const seen = new Set<object>();
  const visit = (value: unknown, key: string, depth: number): void => {
    if (depth > MAX_DEPTH || seen.size > MAX_NODES) return;
    if (typeof value === "string") visitText(value, key, depth);
    else if (typeof value === "number" && key === "code") (isRpc(value) ? found.rpc : found.codes).push(value as never);
    else if (value === false && key === "success") found.failed = true;
    else if (typeof value === "object" && value !== null && !seen.has(value)) {
      seen.add(value);
      for (const [name, part] of parts(value)) if (!IGNORED.has(name)) visit(part, name, depth + 1);
    }
  };
  const visitText = (whole: string, key: string, depth: number): void => {
    const text = whole.replace(SENT, "");
    if (HEX.test(text)) {
      if (text.length >= 10 && (DATA_KEYS.has(key) || depth === 0)) found.data.push(text);
      return;
    }
    if (key === "code") found.codes.push(text);
    else found.texts.push(text);
    const json = parseJson(text);
    if (json !== undefined) visit(json, key, depth + 1);
  };
  visit(failure, "", 0);
  const inTexts = found.texts.flatMap((text) => [...text.matchAll(/0x(?:[0-9a-f]{2}){4,}/gi)].map(([hex]) => hex));
  return {
    data: [...new Set(found.data)],
    hints: [...new Set(inTexts)],
    texts: [...new Set(found.texts)],
    rpc: found.rpc,
    codes: found.codes.map(String),
    failed: found.failed,
  };
}

function isRpc(code: number): boolean {
  return code <= -32_000 && code >= -32_768;
}

/** The properties of an object, those of errors too, which are not enumerable; without those that throw. */
function parts(value: object): [string, unknown][] {
  try {
    const names = new Set([
      ...Object.keys(value),
      "message",
      "shortMessage",
      "reason",
      "code",
      "data",
      "cause",
      "error",
      "info",
    ]);
    return [...names].flatMap((name): [string, unknown][] => {
      try {
        const part: unknown = (value as Record<string, unknown>)[name];
        // ethers' message is the short one and everything else once more, as text.
        if (name === "message" && typeof (value as { shortMessage?: unknown }).shortMessage === "string") return [];
        return part === undefined ? [] : [[name, part]];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

function parseJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
