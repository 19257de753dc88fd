import type { Command } from 'commander';
import type { CommandContext } from './command-context.js';
import { deviceCommand } from './device/command.js';
import { meterCommand } from './meter/command.js';
import { petriCommand } from './petri/command.js';
import { simCommand } from './sim/command.js';

/** Every group of commands, in the order of the help. A group is `src/<group>/command.ts`. */
export const COMMAND_GROUPS: readonly ((context: CommandContext) => Command)[] = [
  petriCommand,
  meterCommand,
  deviceCommand,
  simCommand,
];
