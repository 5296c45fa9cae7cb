// What the package exports as `session-keys/presets`: a session for each usual job, as narrow as the job allows. Apart from the
// rest because it knows protocols, of which an app needs few.
export * from "./abis";
export * from "./agentTools";
export type { JsonSchema } from "./jsonSchema";
export * from "./lending";
export * from "./payments";
export * from "./play";
export * from "./refusal";
export type { Period, PresetTerms } from "./terms";
export * from "./trading";
