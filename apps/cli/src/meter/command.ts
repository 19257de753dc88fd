import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { checkCommand } from './check.js';
import { convertCommand } from './convert.js';
import { fillCommand } from './fill.js';

/** `microgrid meter`: files of meter data converted, checked and filled. */
export function meterCommand(context: CommandContext): Command {
  return new Command('meter')
    .description('Meter data: convert files, check them and fill what is missing')
    .addCommand(convertCommand(context))
    .addCommand(checkCommand(context))
    .addCommand(fillCommand(context));
}
