import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { ContractFactory, Interface, MaxUint256, type BaseContract } from "ethers";
import { ethers } from "hardhat";
import type { EntryPointVersion } from "../sdk";
import { ERC7913P256Verifier__factory, ERC7913WebAuthnVerifier__factory } from "../typechain-types";
import { artifact, type Token } from "../test/helpers/world";
import { safe } from "../test/matrix/accounts/safe7579";
import { ground, type AccountKind, type Ground } from "../test/matrix/ground";
import { ownerOperation, succeed, type Seat } from "../test/matrix/operations";
import { ALICE } from "./calls";

/** The chain's clock, and with it every signature, is the same in each run: so is the gas. Unix seconds without a zero byte. */
export const CLOCK = 4_111_111_111;
/** From when to when the sessions are alive. */
export const WINDOW = { validAfter: CLOCK - 86_400, validUntil: CLOCK + 30 * 86_400 } as const;

/** What the sessions call. */
export interface Props {
  readonly targetAddress: string;
  readonly tokenAddress: string;
  readonly token: Token;
  /** Uniswap v2's router, with liquidity between the token and another one. */
  readonly routerAddress: string;
  readonly otherTokenAddress: string;
  readonly p256Verifier: string;
  readonly webAuthnVerifier: string;
}

/** An account of one kind with the session key validator installed, and what it calls. */
export type Stage = Seat & Props;

const PLENTY = 10n ** 30n;

async function deploy(ground: Ground, path: string, ...values: unknown[]): Promise<BaseContract> {
  const { abi, bytecode } = artifact(path);
  const code = bytecode.startsWith("0x") ? bytecode : `0x${bytecode}`;
  return new ContractFactory(abi, code, ground.deployer).deploy(...values);
}

async function deployToken(ground: Ground): Promise<Token> {
  const preset = "openzeppelin-4/build/contracts/ERC20PresetMinterPauser.json";
  return (await deploy(ground, preset, "Test Dollar", "USDT")) as unknown as Token;
}

/** A pool of two tokens, a million to a million. */
async function deployRouter(ground: Ground, tokens: readonly Token[]): Promise<string> {
  const factory = await deploy(ground, "@uniswap/v2-core/build/UniswapV2Factory.json", ground.deployer.address);
  const weth = await deploy(ground, "@uniswap/v2-periphery/build/WETH9.json");
  const path = "@uniswap/v2-periphery/build/UniswapV2Router02.json";
  const router = await deploy(ground, path, await factory.getAddress(), await weth.getAddress());
  const [routerAddress, { address: to }] = [await router.getAddress(), ground.deployer];
  for (const token of tokens) {
    await token.mint(to, PLENTY);
    await token.getFunction("approve")(routerAddress, MaxUint256);
  }
  const [a, b] = await Promise.all(tokens.map((token) => token.getAddress()));
  const amount = 10n ** 24n;
  await router.getFunction("addLiquidity")(a, b, amount, amount, 0, 0, to, MaxUint256);
  return routerAddress;
}

async function buildProps(ground: Ground): Promise<Props> {
  const [token, other] = [await deployToken(ground), await deployToken(ground)];
  await token.mint(ALICE, 1n);
  return {
    targetAddress: ground.targetAddress,
    token,
    tokenAddress: await token.getAddress(),
    otherTokenAddress: await other.getAddress(),
    routerAddress: await deployRouter(ground, [token, other]),
    p256Verifier: await (await new ERC7913P256Verifier__factory(ground.deployer).deploy()).getAddress(),
    webAuthnVerifier: await (await new ERC7913WebAuthnVerifier__factory(ground.deployer).deploy()).getAddress(),
  };
}

async function buildSet(): Promise<Ground & Props> {
  const base = await ground();
  await time.setNextBlockTimestamp(CLOCK);
  return { ...base, ...(await buildProps(base)) };
}

/** A fresh chain with everything that is called, and no account yet. */
export async function stageSet(): Promise<Ground & Props> {
  return loadFixture(buildSet);
}

const ERC20 = new Interface(["function approve(address,uint256)"]);

/** Tokens of both kinds for an account, some of them spent, and the router allowed to take them. */
export async function endow(props: Props, account: string): Promise<void> {
  const signer = await ethers.getImpersonatedSigner(account);
  await props.token.mint(account, PLENTY);
  const other = props.token.attach(props.otherTokenAddress) as Token;
  await other.mint(account, PLENTY);
  const data = ERC20.encodeFunctionData("approve", [props.routerAddress, MaxUint256]);
  await (await signer.sendTransaction({ to: props.tokenAddress, data })).wait();
}

/** An account of that kind, owned by one plain ECDSA key, with the session key validator installed. */
async function buildStage(kind: AccountKind, version: EntryPointVersion): Promise<Stage> {
  const set = await stageSet();
  const subject = await kind.create(set, version);
  await endow(set, subject.address);
  const born = { ...set, subject, version };
  const stage = kind === safe ? await withPlainOwner(born) : born;
  await succeed(stage, await ownerOperation(stage, subject.adapter.installModule(set.validatorAddress)));
  return stage;
}

/** A Safe's two owners make way for the ECDSA validator that the other accounts have, so that what is compared is the same. */
async function withPlainOwner(stage: Stage): Promise<Stage> {
  const { subject, ownerValidator, owner } = stage;
  await succeed(stage, await ownerOperation(stage, subject.adapter.installModule(ownerValidator, owner.address)));
  const signOperation = (_op: unknown, hash: string) => Promise.resolve(owner.signingKey.sign(hash).serialized);
  return { ...stage, subject: { ...subject, ownerNonceKey: subject.adapter.nonceKey(ownerValidator), signOperation } };
}

/** One fixture for each kind of account: a fixture is known by its identity. */
const fixtures = new Map<string, () => Promise<Stage>>();

/** A fresh chain with such an account; the second time it is restored from a snapshot. */
export async function stage(kind: AccountKind, version: EntryPointVersion): Promise<Stage> {
  const fixtureOfKind = (): Promise<Stage> => buildStage(kind, version);
  const fixture = fixtures.get(kind.name) ?? fixtureOfKind;
  fixtures.set(kind.name, fixture);
  return loadFixture(fixture);
}
