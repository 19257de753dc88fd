import type { Command } from 'commander';
import type { CommandContext } from './command-context.js';
import { petriCommand } from './petri/command.js';

/** Every group of commands, in the order of the help. A group is `src/<group>/command.ts`. */
export const COMMAND_GROUPS: readonly ((context: CommandContext) => Command)[] = [petriCommand];
