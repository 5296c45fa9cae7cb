import { format } from "node:util";
import {
  Contract,
  ZeroHash,
  type ContractRunner,
  type ContractTransactionResponse,
  type Signer,
  type Wallet,
} from "ethers";
import { ethers } from "hardhat";
import {
  allow,
  chainTime,
  defineSession,
  ecdsaKey,
  enableSession,
  ENTRY_POINT_INTERFACE,
  ENTRY_POINTS,
  grantSession,
  HandleOpsTransport,
  inDays,
  modularAccount,
  oneOf,
  plainOwner,
  prepareUse,
  proofFor,
  SessionSigner,
  sessionState,
  spend,
  STATUSES,
  total,
  weekly,
  type Call,
  type Context,
  type Grant,
  type PackedUserOperation,
  type Session,
  type SessionKey,
  type SessionState,
} from "../../../sdk";
import { bundlerServer } from "../../../test/helpers/bundlerServer";
import { TOKEN } from "../../support/token";
import { world } from "../../../test/helpers/world";
import { SoftAuthenticator } from "../../../test/sdk/keys/authenticator";
import { handover } from "./handover";
import { runner } from "./runner";

// Who is who in the examples: what stands here is what an example may use without saying where it comes from, besides what the
// package and ethers export. The chain is Hardhat's, and each example finds it as this leaves it.

const at = (digit: string): string => `0x${digit.repeat(40)}`;
const contract = <const Abi extends readonly string[]>(abi: Abi) => ({ address: at("a"), abi });

/** What an example prints is formatted, and not shown. */
const listen = (...args: unknown[]): void => void format(...args);

/** Contracts that only the permissions name; nobody calls them. */
const CONTRACTS = {
  router: {
    address: at("5"),
    abi: ["function swap(uint256 amountIn, uint256 amountOutMin, address[] path, address to)"],
  },
  nft: contract(["function mint() payable", "function setApprovalForAll(address operator, bool approved)"]),
  market: contract(["function vote(uint256 proposal)"]),
  airdrop: contract(["function send(address[] recipients)"]),
  forwarder: contract(["function forward(bytes data)"]),
  splitter: contract(["function pay(uint256[] shares)"]),
  vault: contract(["function withdraw(uint256 amount, uint256 fee)"]),
} as const;

const SWAP_PARAMS = {
  name: "params",
  type: "tuple",
  components: [
    { name: "tokenIn", type: "address" },
    { name: "recipient", type: "address" },
  ],
} as const;

export interface Token {
  transfer(to: string, amount: bigint): Promise<ContractTransactionResponse>;
}

/** A token as `allow` takes it, and as the typings of a contract have it. */
function tokenAt(address: string) {
  const abi = ["function transfer(address to, uint256 amount)", "error TooPoor()"] as const;
  return { address, abi, connect: (runner: ContractRunner) => new Contract(address, abi, runner) as unknown as Token };
}

/** An account, its owner, its session key `bot` and a session that is enabled: transfers of USDC to Alice and Bob. */
export async function cast() {
  const w = await world();
  const usdc = tokenAt(w.tokenAddress);
  const context: Context = {
    chainId: w.chainId,
    entryPoint: ENTRY_POINTS["0.8"],
    validator: w.validatorAddress,
    ownerValidator: w.ownerValidatorAddress,
    adapter: modularAccount(w.ownerValidatorAddress),
    bundler: w.bundler,
  };
  const [account, wallet, bot, alice, bob]: [string, Wallet, Wallet, string, string] = [
    w.accountAddress,
    w.owner.connect(ethers.provider),
    w.key,
    at("2"),
    at("3"),
  ];
  const session: Session = defineSession({
    account,
    chainId: w.chainId,
    key: bot,
    validUntil: inDays(30),
    budgets: { usdc: weekly(100_000_000n), fees: total(10n ** 18n) },
    fees: "fees",
    permissions: [allow(usdc, "transfer", { to: oneOf(alice, bob), amount: spend("usdc") })],
  });
  const owner = plainOwner(context, wallet);
  const grant: Grant = await grantSession(owner, session);
  const calls: readonly Call[] = [
    { target: usdc.address, value: 0n, data: TOKEN.encodeFunctionData("transfer", [alice, 5n]) },
  ];
  const enabling = await prepareUse(context, {
    ...{ session, calls, key: bot, mode: "enable", grant: proofFor(grant, 0) },
  });
  await enableSession(owner, session);
  const op: PackedUserOperation = await prepareUse(context, { session, calls, key: bot });
  const enablingData = ENTRY_POINT_INTERFACE.encodeFunctionData("handleOps", [[enabling], bob]);
  const { provider } = ethers;
  const transport = new HandleOpsTransport({ bundler: w.bundler });
  const lens = await w.lens.getAddress();
  const server = await bundlerServer(w.bundler);
  const passkey = new SoftAuthenticator();
  const handed = handover(grant);
  const { removeFolder, ...automated } = runner(handed.file, bot, context.adapter, calls);
  const state: SessionState = { installed: true, paused: false, epoch: 1n, status: STATUSES.enabled, usage: [] };
  return {
    ...CONTRACTS,
    ...handed,
    ...automated,
    ...{
      account,
      owner,
      wallet,
      bot,
      alice,
      bob,
      session,
      grant,
      calls,
      op,
      state,
      context,
      usdc,
      lens,
      provider,
      transport,
    },
    chainId: w.chainId,
    validator: w.validatorAddress,
    ownerValidator: w.ownerValidatorAddress,
    factory: await w.factory.getAddress(),
    bundler: w.bundler as Signer,
    signer: new SessionSigner({ grant, key: ecdsaKey(bot), transport, provider, adapter: context.adapter }),
    report: await sessionState(provider, { validator: w.validatorAddress, lens }, session),
    now: await chainTime(provider),
    /** The same session on two chains. */
    onMainnet: { ...session, chainId: 1n } satisfies Session,
    onBase: { ...session, chainId: 8453n } satisfies Session,
    /** A bundle that has enabled the session. */
    transaction: { to: context.entryPoint, data: enablingData },
    /** A bundler, and how to stop it. */
    ...{ url: server.url, close: () => server.close().finally(removeFolder) },
    /** Some other library that makes the account call. */
    kernelClient: { sendAndWait: (of: string, made: readonly Call[]) => Promise.resolve({ of, made }) },
    adapter: context.adapter,
    key: ecdsaKey(bot) satisfies SessionKey,
    privateKey: bot.privateKey,
    recipients: [alice, bob],
    ...{ USDC: usdc.address, WETH: at("4"), ROUTER: at("5"), DAI: at("6"), paymaster: at("8"), game: at("9") },
    ROUTER_ABI: [{ type: "function", name: "swap", inputs: [SWAP_PARAMS] }] as const,
    /** An ERC-7913 verifier; the examples of keys sign and do not verify. */
    verifier: at("7"),
    passkey,
    publicKey: passkey.publicKey,
    /** What a token of OpenZeppelin 4 reverts with. */
    data: `0x08c379a0${"20".padStart(64, "0")}${"0a".padStart(64, "0")}${"6e6f7420656e6f756768".padEnd(64, "0")}`,
    salt: ZeroHash,
    /** An operation that the EntryPoint refuses. */
    send: (request?: unknown): Promise<void> => Promise.reject(new Error(`AA24 signature error of ${typeof request}`)),
    console: { log: listen, error: listen },
  };
}

/** What the examples may take from ethers. */
export const FROM_ETHERS = [
  ...["concat", "Contract", "getBytes", "id", "Interface", "ParamType", "parseEther", "parseUnits", "TypedDataEncoder"],
  ...["BrowserProvider", "Wallet", "ZeroAddress", "ZeroHash"],
] as const;
