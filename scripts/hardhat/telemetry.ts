/** Hardhat asks for telemetry consent on a first run in a terminal: a newcomer's `npm run demo` must not stop there. */
process.env["HARDHAT_DISABLE_TELEMETRY_PROMPT"] ??= "true";
