import { createRequire } from "node:module";
import { join } from "node:path";

/** Where the rivals' packages are, once `installRivals` ran. */
export const PACKAGES = join(__dirname, "node_modules");

const load = createRequire(join(__dirname, "package.json"));

/** A package of `bench/rivals/package.json`, which TypeScript knows nothing of: type checking must not need it. */
export function requireRival<Module>(name: string): Module {
  return load(name) as Module;
}
