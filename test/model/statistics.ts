/** What the sequences did: a model whose operations are all refused proves nothing. */
export class Statistics {
  sequences = 0;
  private bundles = 0;
  private traced = 0;
  private acceptedOperations = 0;
  private operations = 0;
  private readonly commands: Record<string, number> = {};
  private readonly outcomes: Record<string, number> = {};

  /** @param traceEvery One of so many accepted bundles is traced for ERC-7562: that costs a hundred times as much. */
  constructor(private readonly traceEvery: number) {}

  /** A command ran. */
  ran(command: string): void {
    this.commands[command] = (this.commands[command] ?? 0) + 1;
  }

  accepted(count: number, reverted: number): void {
    this.count("accepted", count - reverted);
    this.count("accepted, calls reverted", reverted);
    this.acceptedOperations += count;
    this.operations += count;
  }

  refused(count: number, reason: string): void {
    this.count(reason, 1);
    this.count("with a refused one", count - 1);
    this.operations += count;
  }

  /** Whether the bundle that comes now is traced. */
  isTraced(): boolean {
    const now = this.bundles++ % this.traceEvery === 0;
    if (now) this.traced += 1;
    return now;
  }

  /** Accepted operations among all. */
  get share(): number {
    return this.acceptedOperations / this.operations;
  }

  /** Everything, for people. */
  toString(): string {
    const share = `${(100 * this.share).toFixed(1)} %`;
    return [
      `${this.sequences} sequences, ${this.operations} operations, ${share} accepted, ${this.traced} bundles traced`,
      `commands: ${listed(this.commands)}`,
      `operations: ${listed(this.outcomes)}`,
    ].join("\n");
  }

  private count(outcome: string, count: number): void {
    if (count > 0) this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + count;
  }
}

function listed(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .sort(([, left], [, right]) => right - left)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}
