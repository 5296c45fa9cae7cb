// What ts-node/register/transpile-only does, with a memory on disk: the tests start the scripts some fifty times.
const { createHash } = require("node:crypto");
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const folder = process.env["TRANSPILED_DIR"];
mkdirSync(folder, { recursive: true });

function transpile(source, fileName) {
  const ts = require("typescript");
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
  return ts.transpileModule(source, { fileName, compilerOptions }).outputText;
}

require.extensions[".ts"] = (module, path) => {
  const source = readFileSync(path, "utf8");
  const cached = join(folder, createHash("sha256").update(path).update(source).digest("hex"));
  if (!existsSync(cached)) {
    // Renamed when it is whole: several scripts start at once.
    writeFileSync(`${cached}.${process.pid}`, transpile(source, path));
    renameSync(`${cached}.${process.pid}`, cached);
  }
  module._compile(readFileSync(cached, "utf8"), path);
};
