import { checkCommand } from "./check";
import type { Command } from "./command";
import { deployCommand } from "./deploy";
import { describeCommand } from "./describe";
import { doctorCommand } from "./doctor";
import { enableCommand } from "./enable";
import { explainCommand } from "./explain";
import { grantCommand } from "./grant";
import { listCommand } from "./list";
import { newCommand } from "./new";
import { revokeCommand } from "./revoke";
import { revokeAllCommand } from "./revokeAll";
import { runCommand } from "./run";
import { sendCommand } from "./send";
import { showCommand } from "./show";

/** Every command, in the order of the manual. */
export const COMMANDS: readonly Command[] = [
  deployCommand,
  newCommand,
  describeCommand,
  grantCommand,
  enableCommand,
  listCommand,
  showCommand,
  checkCommand,
  sendCommand,
  runCommand,
  revokeCommand,
  revokeAllCommand,
  explainCommand,
  doctorCommand,
];
