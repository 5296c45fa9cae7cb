// Packs the package as npm would publish it, installs the tarball into empty projects, and runs a session in each: an ES module
// and a CommonJS project in TypeScript against a Hardhat node (with the command line there), and a Hardhat project with contracts that inherit from ours.
import { execFile, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const { devDependencies: VERSIONS } = JSON.parse(readFileSync("package.json", "utf8"));
/** The lowest ethers that the package says it works with: the CommonJS project has it, the others ours. */
const LOWEST_ETHERS = "6.14.0";
const STARTUP_SECONDS = 60;
const TYPESCRIPT = { target: "es2022", lib: ["es2022"], strict: true, types: ["node"], outDir: "build" };
const PROJECTS = [
  {
    name: "esm",
    template: "consumers/node",
    type: "module",
    compilerOptions: { ...TYPESCRIPT, module: "nodenext", skipLibCheck: false },
    dependencies: pinned("ethers", "typescript", "@types/node"),
    run: [["tsc"], ["node", "build/main.js"], ["session-keys", "doctor", "--self-bundle"]],
  },
  {
    name: "cjs",
    template: "consumers/node",
    type: "commonjs",
    // The oldest way to resolve modules, which knows no `exports`.
    compilerOptions: { ...TYPESCRIPT, module: "commonjs", moduleResolution: "node10", skipLibCheck: false },
    dependencies: { ...pinned("typescript", "@types/node"), ethers: LOWEST_ETHERS },
    run: [["tsc"], ["node", "build/main.js"], ["session-keys", "doctor", "--self-bundle"]],
  },
  {
    name: "hardhat",
    template: "consumers/hardhat",
    type: "commonjs",
    compilerOptions: {
      ...TYPESCRIPT,
      types: ["node", "mocha"],
      module: "commonjs",
      moduleResolution: "node10",
      esModuleInterop: true,
      resolveJsonModule: true,
      skipLibCheck: true, // Hardhat's own declarations do not pass
    },
    dependencies: pinned(
      ...["hardhat", "@nomicfoundation/hardhat-ethers", "ethers", "solc", "ts-node", "typescript"],
      ...["@types/node", "@types/mocha"],
    ),
    run: [
      ["hardhat", "compile"],
      ["tsc", "--noEmit"],
      ["hardhat", "test"],
    ],
  },
];

function pinned(...names) {
  return Object.fromEntries(names.map((name) => [name, VERSIONS[name]]));
}

const execute = promisify(execFile);
const ENVIRONMENT = { ...process.env, HARDHAT_DISABLE_TELEMETRY_PROMPT: "true", npm_config_update_notifier: "false" };

/** Runs a command to its end and returns what it printed, which is shown if it fails. */
async function run(command, args, cwd = ".", env = {}) {
  const started = Date.now();
  try {
    const { stdout } = await execute(command, args, { cwd, env: { ...ENVIRONMENT, ...env }, maxBuffer: 2 ** 26 });
    console.log(
      `  ${((Date.now() - started) / 1000).toFixed(1)} s  ${basename(command)} ${args.slice(0, 2).join(" ")}`,
    );
    return stdout;
  } catch ({ stdout, stderr, message }) {
    throw new Error([`${command} in ${cwd}: ${message}`, stdout, stderr].join("\n"));
  }
}

async function pack(folder) {
  const printed = await run("npm", ["pack", "--json", "--pack-destination", folder]);
  // What `prepack` prints comes first.
  const [{ filename }] = JSON.parse(printed.slice(printed.search(/^\[$/m)));
  const tarball = join(folder, filename);
  await run("npx", ["--no-install", "publint", "--strict", tarball]);
  await run("npx", ["--no-install", "attw", tarball]);
  return tarball;
}

async function setUp({ name, type, template, compilerOptions, dependencies }, tarball, folder) {
  cpSync(template, folder, { recursive: true });
  cpSync("consumers/session.ts", join(folder, "session.ts"));
  const manifest = { name, private: true, type, dependencies: { ...dependencies, "session-keys": `file:${tarball}` } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund"], folder);
}

/** Our own Hardhat is the chain of the projects that have none. */
async function tryOut(project, tarball, folder, url) {
  await setUp(project, tarball, folder);
  for (const [command, ...args] of project.run) {
    const path = command === "node" ? process.execPath : join(folder, "node_modules/.bin", command);
    await run(path, args, folder, { RPC_URL: url, SESSION_KEYS_RPC: url });
  }
  console.log(`package: a session ran in the ${project.name} project`);
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

async function startNode() {
  const port = await freePort();
  const hardhat = resolve("node_modules/hardhat/internal/cli/bootstrap.js");
  const node = spawn(process.execPath, [hardhat, "node", "--port", `${port}`], { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
  for (let i = 0; i < STARTUP_SECONDS * 4; i++) {
    const ok = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body }).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return { node, url };
    await sleep(250);
  }
  node.kill();
  throw new Error(`no node at ${url} after ${STARTUP_SECONDS} s`);
}

const folder = mkdtempSync(join(tmpdir(), "package-"));
const { node, url } = await startNode();
try {
  const tarball = await pack(folder);
  const [esm, cjs, hardhat] = PROJECTS.map(
    (project) => () => tryOut(project, tarball, join(folder, project.name), url),
  );
  // Two cores; the first two share a chain and its deployer.
  await Promise.all([esm().then(cjs), hardhat()]);
} catch (error) {
  console.error(`package: ${error.message}`);
  process.exitCode = 1;
} finally {
  node.kill();
  rmSync(folder, { recursive: true, force: true });
}
