// What the SDK adds to an app that imports all of it: bundled, minified, gzipped, without ethers, which the app has anyway.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { report } from "./report.mjs";

const MAX_BYTES = 60_000; // exclusive; for `session-keys`, without its other entries
/** Entry of the package: its source. */
const ENTRIES = {
  "session-keys": "sdk/index.ts",
  "session-keys/handover": "sdk/handover/index.ts",
  "session-keys/keys": "sdk/keys/index.ts",
  "session-keys/presets": "sdk/presets/index.ts",
};

async function bundle(entry) {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    external: Object.keys(JSON.parse(readFileSync("package.json", "utf8")).peerDependencies),
    metafile: true,
    write: false,
  });
  const [output] = Object.values(metafile.outputs);
  return { gzipped: gzipSync(outputFiles[0].contents, { level: 9 }).length, inputs: output.inputs };
}

/** Minified bytes of each folder of the SDK, its own files together, and each package; the largest first. */
function composition(inputs) {
  const parts = new Map();
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const part = path.match(/^sdk\/\w+(?=\/)|^sdk(?=\/)|(?<=node_modules\/)(@[^/]+\/)?[^/]+/)?.[0] ?? path;
    parts.set(part, (parts.get(part) ?? 0) + bytesInOutput);
  }
  return [...parts].sort(([, left], [, right]) => right - left);
}

/** Creation code belongs into `session-keys/deploy` alone: kilobytes that no app needs to use a session. */
function strangers(inputs) {
  return Object.keys(inputs).filter((path) => path.startsWith("typechain-types/"));
}

const problems = [];
const sizes = [];
for (const [name, entry] of Object.entries(ENTRIES)) {
  const { gzipped, inputs } = await bundle(entry);
  sizes.push(`${name} ${gzipped} bytes`);
  problems.push(...strangers(inputs).map((path) => `${name} holds ${path}`));
  if (name !== "session-keys") continue;
  for (const [part, bytes] of composition(inputs)) console.log(`${String(bytes).padStart(7)} ${part}`);
  if (gzipped >= MAX_BYTES) problems.push(`${name} has ${gzipped} bytes gzipped, the limit is ${MAX_BYTES}`);
}
report("bundle", problems, `${sizes.join(", ")} gzipped; the limit of the first is ${MAX_BYTES}`);
