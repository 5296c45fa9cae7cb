const DataCollector = require("solidity-coverage/lib/collector");
const Injector = require("solidity-coverage/lib/injector");

// For via-IR the plugin marks a statement by `abi.encode(hash)`, which allocates memory each time: an operation ends up with
// megabytes, copied at every step of the trace, and a run takes hours. Copying no bytes of return data to offset `hash` puts
// the hash on the stack just as well, allocates nothing, and the optimizer keeps it because it could revert.
Injector.prototype._getAbiEncodeStatementHash = (hash) => `assembly ("memory-safe") { returndatacopy(${hash}, 0, 0) } `;
Injector.prototype._getAbiEncodeStatementVar = (hash) =>
  `assembly ("memory-safe") { returndatacopy(c__${hash}, 0, 0) } `;
DataCollector.prototype._getOpcodes = () => ({ RETURNDATACOPY: true });

// The contracts need via-IR (stack depth), and so does their instrumented form, with the least optimization under which it
// compiles. Mocks are not measured. The contract size limit is lifted by the plugin.
module.exports = {
  skipFiles: ["mocks"],
  istanbulReporter: ["json", "json-summary", "lcov", "text"],
  irMinimum: true,
  mocha: {
    // Gas and code size of instrumented code mean nothing; @mass repeats covered paths by the thousand, or tries others' code.
    grep: "@gas|@size|@mass",
    invert: true,
    // It is also some ten times slower.
    timeout: 600_000,
  },
};
