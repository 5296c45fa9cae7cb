// Apart from `sdk/handover/format.ts`, so that no declaration of the package names a type of zod: zod's own declarations want
// `esModuleInterop` or `skipLibCheck` of whoever reads them.

/**
 * The version of the format.
 * @example JSON.parse(stringifySessionFile(file)).version === SESSION_FILE_VERSION // true
 */
export const SESSION_FILE_VERSION = 2;

/**
 * `$schema` of a session file: the `$id` of `sdk/handover/session-file.schema.json`.
 * @example JSON.parse(stringifySessionFile(file)).$schema === SESSION_FILE_SCHEMA // true
 */
export const SESSION_FILE_SCHEMA = "urn:session-keys:session-file:2";
