import { readFileSync } from "node:fs";
import { join } from "node:path";
import { modularAccount } from "../../sdk";
import { parseSessionFile } from "../../sdk/handover";
import type { Automation, AutomationDefinition, AutomationModule, LoadContext } from "../../runner";

/** What every automation of a session has in common, as {@link automated} finds it. */
export type Given = Pick<AutomationDefinition, "file" | "key" | "adapter">;

/** The automations of a use case; `given` finds the session of a name. */
type Make<Job> = (job: Job, given: (name: string) => Given) => Automation | readonly Automation[];

/**
 * What `session-keys run examples/<name>/automation.ts` runs. In the folder that AUTOMATIONS names, or where it is started,
 * are `<name>.job.json`, with what `session.ts` calls the job, amounts as decimal strings, and `<name>.session.json`, the
 * session as its owner handed it over.
 */
export function automated<Job>(name: string, make: Make<Job>): AutomationModule {
  return (context) => make(readJob<Job>(name), (session) => givenOf(session, context));
}

function givenOf(name: string, { key }: LoadContext): Given {
  const file = parseSessionFile(read(`${name}.session.json`));
  // Who knows the owner makes no difference to the account's nonces.
  const adapter = modularAccount(file.validator);
  return { file, adapter, ...(key === undefined ? {} : { key }) };
}

function readJob<Job>(name: string): Job {
  const amounts = (_key: string, value: unknown): unknown =>
    typeof value === "string" && /^\d+$/.test(value) ? BigInt(value) : value;
  return JSON.parse(read(`${name}.job.json`), amounts) as Job;
}

function read(name: string): string {
  return readFileSync(join(process.env["AUTOMATIONS"] ?? ".", name), "utf8");
}
