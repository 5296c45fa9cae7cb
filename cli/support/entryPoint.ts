import { readFileSync } from "node:fs";

/** The canonical EntryPoint v0.8: creation code from npm and the salt that leads to its address on every chain. */
export const ENTRY_POINT_V08_SALT = "0x0a59dbff790c23c976a548690c27297883cc66b4c67024f9117b0238995e35e9";

interface Artifact {
  bytecode: string;
}

/** Read when it is needed: the artifact is large. */
export function entryPointV08InitCode(): string {
  const path = require.resolve("@account-abstraction/contracts/artifacts/EntryPoint.json");
  return (JSON.parse(readFileSync(path, "utf8")) as Artifact).bytecode;
}
