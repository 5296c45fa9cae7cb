import { spawn, spawnSync } from "node:child_process";

/** Set in a process that {@link runInNamespace} started. */
const MARKER = "SESSION_KEYS_E2E_NAMESPACE";

/** A network and a process tree of its own; nothing in it survives its first process. */
const UNSHARE = ["--net", "--pid", "--fork", "--kill-child"];

/** What makes 127.0.0.1 work in a new network. */
const LOOPBACK_UP = "ip link set lo up";

/** Whether this process is in a namespace already. */
export function inNamespace(): boolean {
  return process.env[MARKER] !== undefined;
}

/** The flags with which `unshare` works here: as root, or as root of a user namespace; `undefined` if with none. */
export function unshareFlags(): readonly string[] | undefined {
  const works = (flags: readonly string[]) => spawnSync("unshare", [...flags, "sh", "-c", LOOPBACK_UP]).status === 0;
  return [UNSHARE, ["--map-root-user", ...UNSHARE]].find(works);
}

/** Runs this very command again, in a namespace. Gives its exit code. */
export async function runInNamespace(flags: readonly string[]): Promise<number> {
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const env = { ...process.env, [MARKER]: "1" };
  const args = [...flags, "sh", "-c", `${LOOPBACK_UP} && exec "$@"`, "sh", ...again];
  // The namespace's first process ends when this pipe closes, whatever became of us.
  const child = spawn("unshare", args, { env, stdio: ["pipe", "inherit", "inherit"] });
  const stop = () => child.kill("SIGKILL");
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, stop);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
