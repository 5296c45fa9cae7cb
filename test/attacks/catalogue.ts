import { expect } from "chai";
import type { PackedUserOperation, SendResult, Session } from "../../sdk";
import { expectRefusal, expectRejection, send, use, type OperationOptions } from "../helpers/operations";
import { markdownTable, PublishedTable } from "../helpers/page";
import type { World } from "../helpers/world";
import ids from "./ids.json";

const PUBLISHED = new PublishedTable(
  "attacks.md",
  "<!-- attacks: begin, written by UPDATE=1 npx hardhat test test/attacks/*.test.ts -->",
  "<!-- attacks: end -->",
);

type Calls = Parameters<typeof use>[2];

/** What the tests of one id saw. */
class Row {
  private readonly titles: string[] = [];
  private readonly refusals = new Map<string, number>();
  private accepted = 0;
  private passed = 0;

  register(title: string): void {
    this.titles.push(title);
  }

  refusal(how: string): void {
    this.refusals.set(how, (this.refusals.get(how) ?? 0) + 1);
  }

  acceptance(): void {
    this.accepted++;
  }

  pass(): void {
    this.passed++;
  }

  /** Whether all its tests ran, and passed. */
  get complete(): boolean {
    return this.passed === this.titles.length;
  }

  /** Attacks that were refused, beside twins that were accepted: without either a test shows nothing. */
  cells(id: string): string[] {
    expect(this.refusals.size, `${id}: nothing was refused`).to.be.greaterThan(0);
    expect(this.accepted, `${id}: no twin was accepted`).to.be.greaterThan(0);
    const refusals = [...this.refusals].map(([how, count]) => `\`${how}\` × ${count}`);
    return [this.titles.join("; "), `${refusals.join(", ")}; accepted × ${this.accepted}`];
  }
}

const rows = new Map<string, Row>();

/** Where a test tells what it saw. Every operation goes through the canonical EntryPoint. */
export class Trial {
  constructor(private readonly row: Row) {}

  /** The validator's error with these values; nothing changed. */
  async refused(world: World, op: PackedUserOperation, name: string, args?: readonly unknown[]): Promise<void> {
    await expectRefusal(world, op, name, args);
    this.row.refusal(name);
  }

  /** The EntryPoint's own refusal; nothing changed. */
  async rejected(world: World, op: PackedUserOperation, aa: string): Promise<void> {
    await expectRejection(world, op, aa);
    this.row.refusal(aa);
  }

  /** The twin: an operation of the session that is included, and whose calls succeed. */
  async accepted(world: World, session: Session, calls: Calls, options: OperationOptions = {}): Promise<SendResult> {
    const result = await use(world, session, calls, options);
    this.row.acceptance();
    return result;
  }

  /** A twin that is built already. */
  async included(world: World, op: PackedUserOperation): Promise<SendResult> {
    const result = await send(world, op);
    expect(result.success, `calls failed: ${result.revertReason ?? ""}`).to.equal(true);
    this.row.acceptance();
    return result;
  }

  /** What was seen otherwise than by an operation must equal the refusal, which `how` names in the table. */
  repelled(seen: unknown, expected: unknown, how: string): void {
    expect(seen).to.deep.equal(expected);
    this.row.refusal(how);
  }

  /** The same for a twin. */
  admitted(seen: unknown, expected: unknown): void {
    expect(seen).to.deep.equal(expected);
    this.row.acceptance();
  }
}

/** A test of an attack of `ids.json`. */
export function attack(id: string, title: string, body: (trial: Trial) => Promise<void>): void {
  const row = rows.get(id) ?? new Row();
  rows.set(id, row);
  row.register(title);
  it(`${id}: ${title}`, async () => {
    await body(new Trial(row));
    row.pass();
  });
}

const HEADER = ["id", "attack", "tests", "result"];

/** Compares what was seen in this run with what is published; of a partial run, the rows that it has. */
after("docs/attacks.md says what the attacks did", () => {
  const seen = ids.flatMap(({ id, title }) => {
    const row = rows.get(id);
    return row?.complete ? [[id, title, ...row.cells(id)]] : [];
  });
  const table = markdownTable([HEADER, ...seen]);
  if (seen.length === ids.length) {
    expect(PUBLISHED.read(table), "UPDATE=1 npx hardhat test test/attacks/*.test.ts writes it").to.equal(table);
  }
});
