import { Wallet } from "ethers";
import { ecdsaKey, HandleOpsTransport, type PackedUserOperation } from "../../sdk";
import { connect } from "../../runner/connect";
import { loadAutomations } from "../../runner/load";
import { jsonLog, Runner, type RunnerOptions } from "../../runner";
import { queueJobs } from "../../runner/queue";

// A runner as a process of its own, to be killed: `node --import tsx test/runner/child.ts <url> <automation> <state>`.

/** Dies as if by `kill -9`, right before or right after an operation leaves. */
class Mortal extends HandleOpsTransport {
  override async send(op: PackedUserOperation): Promise<string> {
    if (process.env["DIE"] === "before") process.kill(process.pid, "SIGKILL");
    const hash = await super.send(op);
    if (process.env["DIE"] === "after") process.kill(process.pid, "SIGKILL");
    return hash;
  }
}

async function main(): Promise<void> {
  const [url, automation, state] = process.argv.slice(2) as [string, string, string];
  const provider = await connect({ url, timeout: 5_000 });
  const bundler = new Wallet(process.env["BUNDLER_KEY"]!, provider);
  const key = ecdsaKey(new Wallet(process.env["SESSION_KEY"]!));
  const automations = await loadAutomations(automation, { provider, key });
  const transport = new Mortal({ bundler });
  const redis = process.env["REDIS"];
  const shared = redis === undefined ? {} : { jobs: await queueJobs({ url: redis, stalledAfter: 5_000 }) };
  const quick = { interval: 200, patience: 5_000, log: jsonLog() } satisfies Partial<RunnerOptions>;
  const runner = new Runner({ automations, provider, transport, state, ...quick, ...shared });
  await runner.start();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void runner.stop().then(() => process.exit(0)));
  }
}

main().catch((error: unknown) => {
  console.error(String(error));
  process.exit(1);
});
