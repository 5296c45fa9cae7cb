import type { Command } from "./command";
import { describeCommand } from "./describe";

/** Every command, in the order of the manual. */
export const COMMANDS: readonly Command[] = [describeCommand];
