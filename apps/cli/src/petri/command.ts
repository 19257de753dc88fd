import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { checkCommand } from './check.js';
import { convertCommand } from './convert.js';
import { drawCommand } from './draw.js';
import { invariantsCommand } from './invariants.js';
import { queryCommand } from './query.js';

/** `microgrid petri`: nets in PNML or JSON, checked, asked, drawn and converted. */
export function petriCommand(context: CommandContext): Command {
  return new Command('petri')
    .description('Petri nets in PNML or JSON: check, query, draw and convert')
    .addCommand(checkCommand(context))
    .addCommand(queryCommand(context))
    .addCommand(invariantsCommand(context))
    .addCommand(drawCommand(context))
    .addCommand(convertCommand(context));
}
