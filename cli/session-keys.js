#!/usr/bin/env node
// The command `session-keys`. In the package it runs what was built into dist/; in a clone, where its sources lie beside it,
// those, by tsx. Plain JavaScript, and the only place with a real `import()`: ora comes as an ES module alone.
"use strict";
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const { version } = require("../package.json");

const loadOra = () => import("ora").then(({ default: start }) => start);

function load() {
  if (!existsSync(join(__dirname, "main.ts"))) return require("../dist/cjs/cli/main.js");
  require("tsx/cjs");
  return require("./main.ts");
}

load()
  .main(process.argv.slice(2), { version, loadOra })
  .then((code) => {
    process.exitCode = code;
  });
