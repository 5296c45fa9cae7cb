// The runtime code of the validator stays well under EIP-170's 24,576 bytes. Run after `npm run build`.
import { readFileSync } from "node:fs";
import { report } from "./report.mjs";

const MAX_BYTES = 20_000; // exclusive
const ARTIFACT = "artifacts/contracts/SessionKeyValidator.sol/SessionKeyValidator.json";

function runtimeSize() {
  const { deployedBytecode } = JSON.parse(readFileSync(ARTIFACT, "utf8"));
  return (deployedBytecode.length - "0x".length) / 2;
}

try {
  const size = runtimeSize();
  const problems = size < MAX_BYTES ? [] : [`SessionKeyValidator has ${size} bytes, the limit is ${MAX_BYTES}`];
  report("size", problems, `SessionKeyValidator has ${size} of fewer than ${MAX_BYTES} bytes`);
} catch (error) {
  report("size", [`cannot read ${ARTIFACT}, run \`npm run build\` (${error.message})`]);
}
