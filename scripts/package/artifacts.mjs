// Which contracts the package ships: those of contracts/ without the mocks.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = "artifacts/contracts";

/** The paths of Hardhat's artifacts of the contracts that are shipped; run `npm run build` before. */
export function shippedArtifacts() {
  const paths = readdirSync(FOLDER, { recursive: true }).filter((path) => /(?<!\.dbg)\.json$/.test(path));
  return paths
    .filter((path) => !path.startsWith("mocks/"))
    .map((path) => join(FOLDER, path))
    .sort();
}

/** The artifacts with an ABI: a library of internal functions has none. */
export function shippedAbis() {
  const artifacts = shippedArtifacts().map((path) => JSON.parse(readFileSync(path, "utf8")));
  return artifacts.filter(({ abi }) => abi.length > 0);
}
