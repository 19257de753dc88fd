import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { commissionCommand } from './commission.js';
import { profilesCommand } from './profiles.js';
import { readCommand } from './read.js';
import { scanCommand } from './scan.js';
import { watchCommand } from './watch.js';
import { writeCommand } from './write.js';

/** `microgrid device`: devices found, read, watched and commanded by hand. */
export function deviceCommand(context: CommandContext): Command {
  return new Command('device')
    .description('devices on Modbus: find, read, watch and command them by hand')
    .addCommand(scanCommand(context))
    .addCommand(readCommand(context))
    .addCommand(watchCommand(context))
    .addCommand(writeCommand(context))
    .addCommand(commissionCommand(context))
    .addCommand(profilesCommand(context));
}
