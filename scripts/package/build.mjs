// Makes what the package ships, in dist/: the SDK and the typings of our contracts as ES modules and as CommonJS, one file for
// each source file so that a bundler drops what is not used, each with its declarations; and the command line, as CommonJS
// without declarations. Run after `npm run build`.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import ts from "typescript";
import { shippedArtifacts } from "./artifacts.mjs";

const { runTypeChain } = createRequire(import.meta.url)("typechain");
const SOURCES = "dist/src";
const FORMATS = [
  {
    folder: "dist/esm",
    type: "module",
    module: ts.ModuleKind.ES2022,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  },
  {
    folder: "dist/cjs",
    type: "commonjs",
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
  },
];
/** The command line: nobody imports it, so one format is enough. */
const COMMAND_LINE = ["cli", "deployments/canonical.json"];
const SPECIFIER = /(\bfrom\s*|\bimport\s*\(?\s*|\brequire\()(["'])(\.{1,2}(?:\/[^"']*)?)\2/g;

/** The committed typings know the mocks and Hardhat; the package has neither. */
async function stage() {
  rmSync("dist", { recursive: true, force: true });
  for (const folder of ["sdk", "runner", ...COMMAND_LINE]) cpSync(folder, join(SOURCES, folder), { recursive: true });
  const files = shippedArtifacts().map((path) => resolve(path));
  const flags = { alwaysGenerateOverloads: false, discriminateTypes: false, node16Modules: false, tsNocheck: false };
  const paths = { cwd: process.cwd(), inputDir: resolve("artifacts"), outDir: join(SOURCES, "typechain-types") };
  await runTypeChain({ ...paths, allFiles: files, filesToProcess: files, target: "ethers-v6", flags });
}

function filesIn(folder, suffix) {
  const paths = readdirSync(folder, { recursive: true }).filter((path) => path.endsWith(suffix));
  return paths.map((path) => join(folder, path));
}

function compilerOptions() {
  const { config } = ts.readConfigFile("tsconfig.json", (path) => readFileSync(path, "utf8"));
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ".");
  return { ...options, rootDir: SOURCES, types: [], declaration: true, noEmitOnError: true, removeComments: false };
}

function emit({ folder, type, ...format }) {
  const sources = filesIn(SOURCES, ".ts").filter(
    (path) => type === "commonjs" || !path.startsWith(join(SOURCES, "cli")),
  );
  const program = ts.createProgram(sources, { ...compilerOptions(), ...format, outDir: folder });
  const diagnostics = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
  if (diagnostics.length > 0) throw new Error(ts.formatDiagnostics(diagnostics, ts.createCompilerHost({})));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify({ type, sideEffects: false })}\n`);
  for (const file of [...filesIn(folder, ".js"), ...filesIn(folder, ".d.ts")]) nameFiles(file);
}

/** Node wants the whole file name in an ES module; TypeScript leaves `./budget` and `./builder` as they are written. */
function nameFiles(file) {
  const text = readFileSync(file, "utf8");
  const named = text.replace(SPECIFIER, (_all, before, quote, path) => {
    const names = path.endsWith(".json") ? [path] : [`${path}.js`, `${path}/index.js`];
    const found = names.find((name) => existsSync(join(dirname(file), name)));
    if (found === undefined) throw new Error(`${file}: ${path} leads nowhere`);
    return `${before}${quote}${found}${quote}`;
  });
  writeFileSync(file, named);
}

await stage();
for (const format of FORMATS) {
  mkdirSync(format.folder, { recursive: true });
  emit(format);
}
for (const declaration of filesIn("dist/cjs/cli", ".d.ts")) rmSync(declaration);
rmSync(SOURCES, { recursive: true });
console.log(
  `package: ${filesIn("dist", ".js").length} modules in ${FORMATS.map(({ folder }) => folder).join(" and ")}`,
);
