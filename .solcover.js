// The contracts need via-IR (stack depth), and so does their instrumented form: the optimizer stays on, as
// solidity-coverage does for via-IR by itself. Mocks are not measured. The contract size limit is lifted by the plugin.
module.exports = {
  skipFiles: ["mocks"],
  istanbulReporter: ["json", "json-summary", "lcov", "text"],
  configureYulOptimizer: true,
  mocha: {
    // Gas and code size of instrumented code mean nothing.
    grep: "@gas|@size",
    invert: true,
    // It is also some ten times slower.
    timeout: 600_000,
  },
};
