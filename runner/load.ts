import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, resolve } from "node:path";
import type { Provider } from "ethers";
import { sessionAdapterOf, type AccountType } from "../sdk/accounts/types";
import type { UseKey } from "../sdk/actions/use";
import { SessionKeyError } from "../sdk/errors";
import { explain } from "../sdk/explain";
import { parseSessionFile, type SessionFile } from "../sdk/handover/sessionFile";
import type { Address } from "../sdk/hex";
import { defineAutomation, type Automation } from "./automation";
import { parseAutomation } from "./document";

/**
 * What an automation file may use.
 * @example const context: LoadContext = { provider, key };
 */
export interface LoadContext {
  readonly provider: Provider;
  /** Keys that are not in the session files. */
  readonly key?: UseKey;
  /** The type of the account of an automation in JSON that does not name it; `modular` by default. */
  readonly accountType?: (account: Address) => Promise<AccountType>;
}

/**
 * Default export of a `.ts` or `.js` automation: automations, or what makes them.
 * @example
 * const module: AutomationModule = ({ key }) =>
 *   defineAutomation({ name: "payroll", file, adapter, schedule: everyPeriod(), calls, ...(key && { key }) });
 */
export type AutomationModule =
  | Automation
  | readonly Automation[]
  | ((context: LoadContext) => Automation | readonly Automation[] | Promise<Automation | readonly Automation[]>);

/**
 * Reads an automation file: `.json`, or a module (`.ts`, `.js`, …) whose default export is an {@link AutomationModule}.
 * TypeScript needs a loader, such as `tsx`. Raises `NOT_FOUND`, `NO_AUTOMATION`, `AUTOMATION_FAILED` if a module cannot be
 * loaded or throws, and for JSON what `parseAutomation` and `parseSessionFile` raise.
 * @example const automations = await loadAutomations(automationFile, { provider, key });
 */
export async function loadAutomations(path: string, context: LoadContext): Promise<readonly Automation[]> {
  const file = resolve(path);
  if (!existsSync(file)) throw new SessionKeyError("NOT_FOUND", `there is no ${path}`, { path });
  const isDocument = extname(file) === ".json";
  const loaded = await (isDocument ? fromDocument(file, context) : fromModule(file, context).catch(failed(path)));
  const automations = Array.isArray(loaded) ? (loaded as readonly Automation[]) : [loaded as Automation];
  if (automations.length > 0 && automations.every((each) => typeof each?.id === "string")) return automations;
  const message = `${path}: its default export is no automation; make it with defineAutomation`;
  throw new SessionKeyError("NO_AUTOMATION", message, { path });
}

async function fromModule(file: string, context: LoadContext): Promise<unknown> {
  const module = createRequire(file)(file) as { default?: AutomationModule };
  const made = module.default ?? (module as AutomationModule);
  return typeof made === "function" ? made(context) : made;
}

/** An error that has no name is the module's own. */
function failed(path: string): (error: unknown) => never {
  return (error) => {
    if (explain(error).code !== "UNKNOWN") throw error;
    const [why] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new SessionKeyError("AUTOMATION_FAILED", `${path}: ${why}`, { path });
  };
}

async function fromDocument(file: string, { key, accountType }: LoadContext): Promise<Automation> {
  const { session: path, account, ...document } = parseAutomation(readFileSync(file, "utf8"));
  const found = readSession(resolve(dirname(file), path));
  const type = account ?? (await accountType?.(found.session.account)) ?? "modular";
  const adapter = sessionAdapterOf(type, found.session);
  return defineAutomation({ ...document, file: found, adapter, ...(key === undefined ? {} : { key }) });
}

function readSession(path: string): SessionFile {
  if (!existsSync(path)) throw new SessionKeyError("NOT_FOUND", `there is no ${path}`, { path });
  return parseSessionFile(readFileSync(path, "utf8"));
}
