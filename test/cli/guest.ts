import { expect } from "chai";
import { parseEther, Wallet } from "ethers";
import hre from "hardhat";
import type { EntryPointVersion } from "../../sdk";
import { install } from "../matrix/accounts/index";
import type { AccountKind } from "../matrix/ground";
import type { Seat } from "../matrix/operations";
import { Desk, proxyToChain } from "../runner/parts";
import type { Proxy } from "../runner/proxy";
import { runHere } from "./shell";

/** What `--json` prints. */
export interface Answer {
  readonly code: number;
  readonly ok: boolean;
  readonly result: Record<string, unknown>;
  readonly error: { readonly code: string; readonly message: string; readonly exitCode: number };
}

/** The session file of the tests. */
export const FILE = "session.json";

/** The command line at an account of somebody else's making, on the chain of the tests. */
export class Guest {
  readonly #sender = Wallet.createRandom();
  #desk = new Desk();
  #seat: Seat | undefined;

  private constructor(readonly proxy: Proxy) {}

  static async open(): Promise<Guest> {
    return new Guest(await proxyToChain());
  }

  close(): Promise<void> {
    return this.proxy.close();
  }

  get seat(): Seat {
    return this.#seat!;
  }

  path(name: string): string {
    return this.#desk.path(name);
  }

  /** No files. */
  async clear(): Promise<void> {
    await this.#desk.clear();
    this.#desk = new Desk();
  }

  /** A fresh account of that kind with the module. */
  async sit(kind: AccountKind, version: EntryPointVersion): Promise<Seat> {
    return this.take(await install(kind, version));
  }

  /** That account, and a sender who can pay. */
  async take(seat: Seat): Promise<Seat> {
    this.#seat = seat;
    await this.seat.deployer.sendTransaction({ to: this.#sender.address, value: parseEther("10") });
    return this.seat;
  }

  /** Where commands run, with the keys of the owner, the session and the sender. */
  world() {
    const { owner, key } = this.seat;
    const env = {
      SESSION_KEYS_RPC: this.proxy.url,
      SESSION_KEYS_BUNDLER: "self",
      SESSION_KEYS_OWNER_KEY: owner.privateKey,
      SESSION_KEYS_SESSION_KEY: key.privateKey,
      SESSION_KEYS_SENDER_KEY: this.#sender.privateKey,
    };
    return { env, cwd: this.#desk.folder };
  }

  async ask(...argv: string[]): Promise<Answer> {
    const { code, out, err } = await runHere([...argv, "--yes", "--json"], this.world());
    expect(err).to.equal("");
    return { ...(JSON.parse(out) as Answer), code };
  }

  async done(...argv: string[]): Promise<Record<string, unknown>> {
    const { ok, result, error, code } = await this.ask(...argv);
    expect(ok, JSON.stringify(error)).to.equal(true);
    expect(code).to.equal(0);
    return result;
  }

  /** Exit code and error, as `3 NO_PERMISSION`. */
  async refused(...argv: string[]): Promise<string> {
    const { ok, code, error } = await this.ask(...argv);
    expect(ok).to.equal(false);
    expect(error.exitCode).to.equal(code);
    return `${code} ${error.code}`;
  }

  /** A session of the account that may `set` the target, not granted. */
  define(...more: string[]): Promise<Record<string, unknown>> {
    const { targetAddress, key, subject } = this.seat;
    const policy = ["--target", targetAddress, "--function", "set(uint256)", "--unlimited-fees", "--salt", "1"];
    return this.done("new", ...policy, "--for", key.address, "--account", subject.address, ...more);
  }

  /** {@link define}, and granted by the owner's key. */
  async grant(...more: string[]): Promise<void> {
    await this.define(...more);
    await this.done("grant", FILE);
  }

  /** Arguments that `set` the target. */
  set(value: number): string[] {
    return ["send", FILE, "--call", `${this.seat.targetAddress} set(uint256) ${value}`];
  }

  /** What the target was set to. */
  async counter(): Promise<number> {
    return Number(await this.seat.target.counter());
  }

  /** The sessions of the account and of the file: status, and whether they work. */
  async list(): Promise<string[]> {
    const { sessions } = await this.done("list", "--file", FILE);
    return (sessions as { status: string; works: boolean }[]).map(({ status, works }) => `${status} ${works}`);
  }
}

/** Opens a guest for the tests of this suite, each of which finds an empty desk. */
export function withGuest(opened: (guest: Guest) => void): void {
  let guest: Guest | undefined;
  before(async function () {
    // The command line looks for the contracts where their real code leads, and not where instrumented code does.
    if ("__SOLIDITY_COVERAGE_RUNNING" in hre) this.skip();
    guest = await Guest.open();
    opened(guest);
  });
  after(() => guest?.close());
  afterEach(() => guest?.clear());
}
