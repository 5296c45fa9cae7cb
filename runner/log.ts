import pino from "pino";

/**
 * A logger that takes fields and a sentence: pino's, or one like it.
 * @example
 * const say = (fields: object, message: string) => console.error(message, fields);
 * const log: RunnerLog = { info: () => undefined, warn: say, error: say };
 */
export interface RunnerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * One JSON object a line, with the time in ISO 8601; by default to stderr, because stdout shows the progress. What is
 * logged are names, hashes and codes: no operation, no key, no endpoint.
 * @example const log = jsonLog();
 */
export function jsonLog(destination: { write(line: string): void } = process.stderr): RunnerLog {
  const options = { base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level } };
  return pino(options, destination);
}

function level(label: string): object {
  return { level: label };
}
