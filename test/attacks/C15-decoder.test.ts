import { setBalance, setCode } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { AbiCoder, getAddress, hexlify, keccak256, ZeroHash } from "ethers";
import { ethers } from "hardhat";
import { decodeExecute, ENTRY_POINTS, SessionKeyError, type Call } from "../../sdk";
import { SINGLE_MODE } from "../../sdk/constants";
import {
  DecoderHarness__factory,
  ExecutionProbe__factory,
  ISessionKeyValidator__factory,
  Witness__factory,
  type DecoderHarness,
  type ExecutionProbe,
} from "../../typechain-types";
import { kernel } from "../matrix/accounts/kernel";
import { openZeppelin } from "../matrix/accounts/modular";
import { nexus } from "../matrix/accounts/nexus";
import { referenceMsa } from "../matrix/accounts/referenceMsa";
import { safe } from "../matrix/accounts/safe7579";
import { ground } from "../matrix/ground";
import { attack } from "./catalogue";
import { mutant } from "./mutations";
import { Random } from "./random";

const BLOBS = Number(process.env["DECODER_BLOBS"] ?? 3_000);
const SAMPLE = Number(process.env["DECODER_SAMPLE"] ?? 100);
const SEED = Number(process.env["DECODER_SEED"] ?? 20_261);
const PER_CALL = 250;
/** Wei of an account: more than any sampled batch sends. */
const WEALTH = 2n ** 120n;

const ITEMS = "tuple(address,uint256,bytes)[]";
const coder = AbiCoder.defaultAbiCoder();
const ERRORS = new Map<string, string>();
ISessionKeyValidator__factory.createInterface().forEachError(({ selector, name }) => ERRORS.set(selector, name));

/** What the decoders refuse blobs with: never a panic, nor empty data. */
const REFUSALS = new Set<string | undefined>([
  "ForbiddenSelector",
  "ForbiddenMode",
  "NonCanonicalWord",
  "NonCanonicalLength",
  "InvalidCallCount",
]);

/** A blob that all decoders take, and the calls that they all read from it. */
interface Accepted {
  readonly blob: string;
  readonly calls: readonly Call[];
}

const hashOf = (calls: readonly Call[]): string =>
  keccak256(coder.encode([ITEMS], [calls.map(({ target, value, data }) => [target, value, data])]));

/** What the SDK reads, or the name of its error. */
function bySdk(blob: string): readonly Call[] | string {
  try {
    return decodeExecute(blob);
  } catch (error) {
    if (error instanceof SessionKeyError) return error.code;
    throw error;
  }
}

/** What ethers reads from the ABI of `execute` and of the batch, with no idea of what is canonical. */
function byEthers(blob: string): readonly Call[] {
  const [mode, execution] = coder.decode(["bytes32", "bytes"], `0x${blob.slice(10)}`) as unknown as [string, string];
  if (mode !== SINGLE_MODE) {
    const [items] = coder.decode([ITEMS], execution) as unknown as [[string, bigint, string][]];
    return items.map(([target, value, data]) => ({ target, value, data }));
  }
  const [target, value, data] = [execution.slice(0, 42), execution.slice(42, 106), execution.slice(106)];
  return [{ target: getAddress(target), value: BigInt(`0x${value}`), data: `0x${data}` }];
}

/** The blobs that the contract takes; each is judged the same by the SDK, by ethers and by `abi.decode`. */
async function compare(harness: DecoderHarness, blobs: readonly string[]): Promise<Accepted[]> {
  const [ours, solidity, reasons] = await harness.decodeAll([...blobs]);
  return blobs.flatMap((blob, i) => {
    const sdk = bySdk(blob);
    if (typeof sdk === "string") {
      expect(ours[i], `${blob}: the SDK says ${sdk}`).to.equal(ZeroHash);
      // Where several things are wrong at once, the two may name another of them.
      expect(
        [sdk, ERRORS.get(reasons[i]!)].filter((name) => !REFUSALS.has(name)),
        blob,
      ).to.deep.equal([]);
      return [];
    }
    expect(byEthers(blob), blob).to.deep.equal(sdk);
    expect([ours[i], solidity[i]], blob).to.deep.equal(Array(2).fill(hashOf(sdk)));
    return [{ blob, calls: sdk }];
  });
}

/** Accounts of npm's bytecode that obey a probe in the place of their EntryPoint, and targets that tell it what they get. */
async function stage() {
  const base = await ground();
  const accounts: { name: string; address: string }[] = [];
  for (const kind of [openZeppelin, nexus, kernel, safe, referenceMsa]) {
    const { address } = await kind.create(base, "0.7");
    await setBalance(address, WEALTH);
    accounts.push({ name: kind.name, address });
  }
  const deployed = await new ExecutionProbe__factory(base.deployer).deploy();
  await setCode(ENTRY_POINTS["0.7"], await ethers.provider.getCode(deployed));
  const probe = ExecutionProbe__factory.connect(ENTRY_POINTS["0.7"], base.deployer);
  const witnesses: string[] = [];
  for (let i = 0; i < 4; i++) {
    witnesses.push(await (await new Witness__factory(base.deployer).deploy(probe)).getAddress());
  }
  return { harness: await new DecoderHarness__factory(base.deployer).deploy(), accounts, probe, witnesses };
}

/** What the probe reports if the account makes exactly these calls. */
function notesOf(account: string, calls: readonly Call[]): string {
  const types = ["bytes32", "address", "address", "uint256", "bytes"];
  return calls.reduce(
    (seen, { target, value, data }) => keccak256(coder.encode(types, [seen, target, account, value, data])),
    ZeroHash,
  );
}

/** Only what the witnesses can see, and the account can pay. */
function observable({ calls }: Accepted, witnesses: readonly string[]): boolean {
  const value = calls.reduce((sum, call) => sum + call.value, 0n);
  return value < WEALTH / BigInt(PER_CALL) && calls.every(({ target }) => witnesses.includes(target));
}

describe("C15: decoders @size", function () {
  this.timeout(BLOBS * 100 + 60_000);

  attack("C15", "whatever we accept, every decoder and every real account reads the same", async (trial) => {
    const { harness, accounts, probe, witnesses } = await stage();
    const random = new Random(SEED);
    const sample: Accepted[] = [];
    let accepted = 0;
    for (let left = BLOBS; left > 0; left -= PER_CALL) {
      const size = Math.min(left, PER_CALL);
      const blobs = Array.from({ length: size }, () => hexlify(mutant(random, witnesses)));
      const found = await compare(harness, blobs);
      accepted += found.length;
      sample.push(...found.filter((one) => observable(one, witnesses)).slice(0, SAMPLE - sample.length));
    }
    expect(accepted, "accepted").to.be.greaterThan(BLOBS / 5);
    trial.repelled(accepted < BLOBS, true, "refused by all, or read the same by all");

    expect(sample.length).to.equal(SAMPLE);
    for (let i = 0; i < SAMPLE; i += PER_CALL) await execute(probe, accounts, sample.slice(i, i + PER_CALL));
    trial.admitted(sample.length, SAMPLE);
    if (process.env["DECODER_BLOBS"]) console.log({ seed: SEED, blobs: BLOBS, accepted, executed: SAMPLE });
  });
});

/** Every account makes exactly the calls that were read. */
async function execute(
  probe: ExecutionProbe,
  accounts: readonly { name: string; address: string }[],
  sample: readonly Accepted[],
): Promise<void> {
  const blobs = sample.map(({ blob }) => blob);
  for (const { name, address } of accounts) {
    const seen = await probe.run.staticCall(address, blobs);
    for (const [i, { calls, blob }] of sample.entries()) {
      expect(seen[i], `${name}: ${blob}`).to.equal(notesOf(address, calls));
    }
  }
}
