// What the package exports as `session-keys/handover`: sessions on their way from the owner to the app. Apart from the rest
// because it brings zod along, which an app that neither reads nor writes session files does not need.
export * from "../actions/importSession";
export * from "./contractCall";
export * from "./erc7715";
export * from "./permissionResponse";
export type { PermissionRequest, PermissionRule } from "./permissionRequest";
export * from "./sessionFile";
export * from "./version";
