import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';

/** `microgrid petri`. */
export function petriCommand({ io }: CommandContext): Command {
  const group = new Command('petri').description('Petri nets: check, query, draw and convert.');
  group
    .command('check')
    .argument('<file>')
    .action((file: string) => void io.stdout.write(`${file}\n`));
  return group;
}
