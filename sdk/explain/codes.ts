import type { FailureLayer } from "./failure";
import type { Explanation } from "./validatorErrors";

/** An explanation, and who refused. */
export interface Coded extends Explanation {
  readonly layer: FailureLayer;
}

const of = (layer: FailureLayer, cause: string, remedy: string): Coded => ({ layer, cause, remedy });

/** The EntryPoint's codes, v0.6 to v0.9. */
export const AA_CODES: Readonly<Record<string, Coded>> = {
  AA10: of(
    "entryPoint",
    "The account exists already, and the operation has initCode.",
    "Leave out factory and factoryData.",
  ),
  AA13: of(
    "account",
    "Creating the account failed or ran out of gas.",
    "Check factory, factoryData (or the EIP-7702 authorization) and verificationGasLimit.",
  ),
  AA14: of(
    "account",
    "The factory made an account at another address than the sender.",
    "Compute the sender with the same factory, data and salt.",
  ),
  AA15: of("account", "The factory made no account.", "Check factory and factoryData."),
  AA20: of("account", "The account is not deployed.", "Deploy it, or give factory and factoryData."),
  AA21: of(
    "account",
    "The account has too little ether (or deposit) for the greatest fee of the operation.",
    "Fund it, lower the gas limits or maxFeePerGas, or use a paymaster.",
  ),
  AA22: of(
    "validator",
    "The operation is expired or not due: the block's time is outside of the session's window, or of the claimed period.",
    "Claim the present time and sign again; near the end of a period wait for the next; after validUntil grant a new session.",
  ),
  AA23: of(
    "account",
    "The account or its validator reverted, without an error that is known here, or ran out of gas.",
    "Check that the module is installed and that verificationGasLimit suffices: estimate it with a dummy signature of the right length.",
  ),
  AA24: of(
    "validator",
    "The key's signature is wrong.",
    "Sign with the session's key, over this userOpHash (right EntryPoint and chain, no field changed after signing) and the whole envelope.",
  ),
  AA25: of(
    "account",
    "The nonce is wrong: used already, or another operation comes first.",
    "Ask the EntryPoint for the nonce with the validator's nonce key, and sign again.",
  ),
  AA26: of(
    "account",
    "Validation used more than verificationGasLimit.",
    "Raise verificationGasLimit: the first use and enabling cost more.",
  ),
  AA27: of(
    "validator",
    "The block is outside of the range of blocks that the account returned.",
    "Sessions do not use block ranges: another validator did this.",
  ),
  AA30: of("paymaster", "The paymaster is not deployed.", "Check its address and the chain."),
  AA31: of(
    "paymaster",
    "The paymaster's deposit at the EntryPoint is too low.",
    "Let its operator top it up, or use a fee budget.",
  ),
  AA32: of("paymaster", "The paymaster's approval is expired or not due.", "Ask it for fresh data and sign again."),
  AA33: of(
    "paymaster",
    "The paymaster reverted or ran out of gas.",
    "Ask its operator; check paymasterVerificationGasLimit and that its data is for this operation.",
  ),
  AA34: of(
    "paymaster",
    "The paymaster's own signature is wrong.",
    "Ask it for fresh data after the last change of the operation, then sign with the key.",
  ),
  AA35: of("paymaster", "The paymaster's data is malformed.", "Ask it for fresh data."),
  AA36: of("paymaster", "The paymaster used more than paymasterVerificationGasLimit.", "Raise that limit."),
  AA37: of(
    "paymaster",
    "The block is outside of the paymaster's range of blocks.",
    "Ask it for fresh data and sign again.",
  ),
  AA40: of(
    "account",
    "Validation used more than verificationGasLimit (EntryPoint v0.6).",
    "Raise verificationGasLimit.",
  ),
  AA41: of("account", "verificationGasLimit is too low (EntryPoint v0.6).", "Raise verificationGasLimit."),
  AA50: of(
    "paymaster",
    "The paymaster's postOp reverted.",
    "Ask its operator; a token paymaster may lack balance or allowance.",
  ),
  AA51: of(
    "entryPoint",
    "The operation cost more than was set aside for it.",
    "Raise preVerificationGas and the gas limits.",
  ),
  AA90: of("bundler", "The bundler names no beneficiary.", "Give handleOps an address to pay to."),
  AA91: of("bundler", "The beneficiary does not take the fees.", "Give handleOps an address that accepts ether."),
  AA92: of("entryPoint", "An internal function of the EntryPoint was called from outside.", "Call handleOps."),
  AA93: of(
    "paymaster",
    "paymasterAndData is malformed.",
    "Leave it empty, or give 52 bytes at least: address and two gas limits.",
  ),
  AA94: of(
    "entryPoint",
    "A gas limit or fee is too great (above 2^120).",
    "Check the units: gas in units, fees in wei.",
  ),
  AA95: of("bundler", "The bundle has too little gas for the operation.", "Send handleOps with a higher gas limit."),
  AA96: of("bundler", "The aggregator is not one.", "Sessions use none: send the operation by itself."),
  AA97: of("entryPoint", "A function that only the EntryPoint may call was called by another.", "Call handleOps."),
  AA98: of("paymaster", "The paymaster's address is invalid.", "Check paymasterAndData."),
  AA99: of("account", "The initCode is too short.", "It needs the 20 bytes of a factory, or of the EIP-7702 marker."),
};

/** The bundlers' JSON-RPC codes (ERC-7769), and those of JSON-RPC itself. */
export const RPC_CODES: Readonly<Record<number, Coded & { readonly code: string }>> = {
  [-32500]: {
    code: "ENTRY_POINT_REJECTED",
    ...of("entryPoint", "The EntryPoint refused the operation.", "Read the AA code in the message."),
  },
  [-32501]: {
    code: "PAYMASTER_REJECTED",
    ...of("paymaster", "The paymaster refused the operation.", "Ask it for fresh data, or use a fee budget."),
  },
  [-32502]: {
    code: "BUNDLER_RULES",
    ...of(
      "bundler",
      "Validation breaks the rules of the mempool (ERC-7562): a forbidden opcode or storage access.",
      "The validator keeps to them; look at the account, the paymaster, and a contract owner's ERC-1271.",
    ),
  },
  [-32503]: {
    code: "TIME_RANGE",
    ...of(
      "bundler",
      "The operation is not valid yet, or not for long enough.",
      "Bundlers want some 30 seconds of life and a validAfter some seconds ago: wait for the next period, or grant a longer session.",
    ),
  },
  [-32504]: {
    code: "THROTTLED",
    ...of(
      "bundler",
      "The bundler throttles or bans the account, paymaster or factory.",
      "Wait, or use another bundler; too many operations failed after they were taken.",
    ),
  },
  [-32505]: {
    code: "STAKE_TOO_LOW",
    ...of("bundler", "The stake of the paymaster, factory or aggregator is too low.", "Let its operator add stake."),
  },
  [-32506]: {
    code: "UNSUPPORTED_AGGREGATOR",
    ...of("bundler", "The bundler does not know the aggregator.", "Sessions use none: send the operation without one."),
  },
  [-32507]: {
    code: "SIGNATURE_REJECTED",
    ...of(
      "validator",
      "The key's signature is wrong, or the paymaster's.",
      "Sign with the session's key, over this userOpHash and the whole envelope, after the last change of the operation.",
    ),
  },
  [-32508]: {
    code: "PAYMASTER_BALANCE",
    ...of(
      "paymaster",
      "The paymaster's deposit is too low for all its pending operations.",
      "Wait, or let its operator top it up.",
    ),
  },
  [-32521]: {
    code: "EXECUTION_REVERTED",
    ...of("target", "The calls would revert.", "Look at the revert data; the permission is fine, the target refuses."),
  },
  [-32602]: {
    code: "INVALID_FIELDS",
    ...of(
      "bundler",
      "A field of the operation is missing or malformed.",
      "Send hex strings, the fields of ERC-7769, and this EntryPoint's version.",
    ),
  },
  [-32601]: {
    code: "METHOD_NOT_FOUND",
    ...of(
      "bundler",
      "The endpoint does not know the method.",
      "Ask a bundler for eth_…UserOperation…, a node for the rest.",
    ),
  },
  [-32603]: { code: "INTERNAL_ERROR", ...of("node", "The endpoint failed.", "Try again, or use another one.") },
};

const UNREACHABLE = of("node", "The endpoint cannot be reached.", "Check its address, and try again.");
const BROKEN = of(
  "node",
  "The connection broke before an answer came.",
  "Look whether the operation was included before you send it again.",
);
const LATE = of("node", "No answer came in time.", "Look whether the operation was included before you send it again.");

/** Codes of ethers, of wallets (EIP-1193) and of Node.js. */
export const CLIENT_CODES: Readonly<Record<string, Coded & { readonly code: string }>> = {
  ACTION_REJECTED: {
    code: "ACTION_REJECTED",
    ...of("wallet", "The user declined in the wallet.", "Ask again when the user is ready."),
  },
  "4001": {
    code: "ACTION_REJECTED",
    ...of("wallet", "The user declined in the wallet.", "Ask again when the user is ready."),
  },
  "4100": {
    code: "WALLET_UNAUTHORIZED",
    ...of("wallet", "The wallet has not authorised that method or account.", "Connect the account first."),
  },
  "4200": {
    code: "WALLET_UNSUPPORTED",
    ...of("wallet", "The wallet does not know the method.", "Use another wallet, or an ethers Signer."),
  },
  "4900": { code: "NETWORK_ERROR", ...of("node", "The wallet is disconnected.", "Connect it again.") },
  "4901": {
    code: "WRONG_CHAIN",
    ...of("wallet", "The wallet is on another chain.", "Switch it to the session's chain."),
  },
  INSUFFICIENT_FUNDS: {
    code: "INSUFFICIENT_FUNDS",
    ...of(
      "node",
      "The sender of the transaction has too little ether for gas and value.",
      "Fund the account that sends the bundle.",
    ),
  },
  NONCE_EXPIRED: {
    code: "NONCE_EXPIRED",
    ...of(
      "node",
      "The transaction's nonce was used already.",
      "Send again: another transaction of the same sender came first.",
    ),
  },
  REPLACEMENT_UNDERPRICED: {
    code: "REPLACEMENT_UNDERPRICED",
    ...of(
      "node",
      "A transaction with the same nonce is pending, and pays more.",
      "Wait for it, or raise the fees by 10 % or more.",
    ),
  },
  TRANSACTION_REPLACED: {
    code: "TRANSACTION_REPLACED",
    ...of("node", "The transaction was replaced by another with the same nonce.", "Look at the replacement."),
  },
  NETWORK_ERROR: { code: "NETWORK_ERROR", ...UNREACHABLE },
  ECONNREFUSED: {
    code: "NETWORK_ERROR",
    ...of("node", "The endpoint refuses the connection.", "Check its address, and that it runs."),
  },
  ECONNRESET: { code: "NETWORK_ERROR", ...BROKEN },
  EPIPE: { code: "NETWORK_ERROR", ...BROKEN },
  ENOTFOUND: { code: "NETWORK_ERROR", ...UNREACHABLE },
  EAI_AGAIN: { code: "NETWORK_ERROR", ...UNREACHABLE },
  EHOSTUNREACH: { code: "NETWORK_ERROR", ...UNREACHABLE },
  ENETUNREACH: { code: "NETWORK_ERROR", ...UNREACHABLE },
  TIMEOUT: { code: "TIMEOUT", ...LATE },
  ETIMEDOUT: { code: "TIMEOUT", ...LATE },
  SERVER_ERROR: {
    code: "SERVER_ERROR",
    ...of(
      "node",
      "The endpoint answered with an HTTP error.",
      "Try again later, or use another one; the body tells more.",
    ),
  },
  UNSUPPORTED_OPERATION: {
    code: "UNSUPPORTED_OPERATION",
    ...of("sdk", "That signer or provider cannot do this.", "Connect a signer (or a provider)."),
  },
  CALL_EXCEPTION: {
    code: "CALL_EXCEPTION",
    ...of(
      "target",
      "A contract reverted without saying why.",
      "Check that there is a contract at the address, on this chain, and that gas suffices.",
    ),
  },
};

/** What ethers and nodes tell by their words alone. */
export const TEXT_CODES: readonly (readonly [RegExp, Coded & { readonly code: string }])[] = [
  [
    /^(?:bad address checksum|invalid address)\b/,
    {
      code: "INVALID_ADDRESS",
      ...of(
        "sdk",
        "An address is malformed, or its checksum is wrong.",
        "Copy it again from where it is right: the capitals of an address are its checksum, so a letter was changed.",
      ),
    },
  ],
  [/\b(?:enough|insufficient) funds\b/i, CLIENT_CODES["INSUFFICIENT_FUNDS"]!],
];

/** What the SDK alone refuses: what to do. */
export const SDK_REMEDIES: Readonly<Record<string, string>> = {
  NO_PERMISSION:
    "Change the call, or grant a session that allows it; `details.reasons` has what each permission objects to.",
  SESSION_NOT_ACTIVE: "Wait until it begins, or grant a new session.",
  MILLISECONDS: "Pass a Date, or Math.floor(Date.now() / 1000).",
  ALREADY_EXPIRED: "Pass a later validUntil, such as inDays(30).",
  DANGEROUS: "Add a budget or fix the recipient; if you mean it, use the dangerously… function.",
  AMBIGUOUS_FUNCTION: "Write the whole signature.",
  TOO_MANY_ALTERNATIVES: "Use fewer alternatives, or a range, or several sessions.",
  SESSION_KEYS_DO_NOT_SIGN: "Let the account's owner sign it.",
  NO_SESSION: "Pass `grant`, or `session` and `validator`.",
  NOT_GRANTED: "Pass the grant of this very session.",
  WRONG_CHAIN: "Connect the signer to a node of the session's chain.",
  CLOCK_STANDS_STILL: "Give the signer a clock that goes on while it sleeps.",
  UNSUPPORTED_TRANSACTION: "Leave that field out, or let the owner send the transaction.",
  OPERATION_TIMEOUT: "Ask for its receipt later; do not send it again before you know.",
  BUNDLE_REVERTED: "Send it again with the present nonce: the node's answer then says what is wrong, if it still is.",
  VALIDATION_TOO_EXPENSIVE: "Send fewer calls at once; or name a verificationGasLimit, if your bundler takes so much.",
  INVALID_ANSWER: "Look whether the endpoint is a bundler that speaks ERC-7769.",
  DIFFERENT_HEIGHTS: "Give all sessions of one grant numbers of permissions with the same tree height.",
};
