import { isPetriError } from '@microgrid/petri';
import { type PnmlDocument, pnmlChunks, pnmlOf } from '@microgrid/petri/pnml';
import { Command, Option } from 'commander';
import type { CommandContext } from '../command-context.js';
import { CommandError } from '../command-error.js';
import { addReadOptions, type NetFile, readNet, type ReadOptions } from './read-net.js';
import { writeOutput } from './write-output.js';

interface ConvertOptions extends ReadOptions {
  readonly to: 'pnml' | 'json';
  readonly unfold?: boolean;
  readonly output?: string;
  readonly initialOutput?: string;
}

function documentOf(net: NetFile, { unfold, inhibitors }: ConvertOptions): PnmlDocument {
  if (net.document !== undefined && unfold !== true) return net.document;
  const arcs = inhibitors === true ? 'extended' : 'standard';
  try {
    return pnmlOf(net.structure, net.initial, { arcs });
  } catch (error) {
    if (isPetriError(error)) throw new CommandError('input', error.message);
    throw error;
  }
}

/** `microgrid petri convert`. */
export function convertCommand(context: CommandContext): Command {
  const command = new Command('convert')
    .description('writes a net as PNML or JSON')
    .argument('<file>', 'PNML or JSON net')
    .addOption(
      new Option('--to <format>', 'format to write').choices(['pnml', 'json']).default('pnml'),
    )
    .option('--unfold', 'PNML: writes a coloured net as a P/T net; JSON always holds one')
    .option('-o, --output <file>', 'file to write; standard output unless given')
    .option('--initial-output <file>', 'JSON: file for the first tokens, place -> count');
  return addReadOptions(command).action(async (file: string, options: ConvertOptions) => {
    const net = await readNet(file, options);
    if (options.to === 'json') {
      await writeOutput(context, options.output, [`${JSON.stringify(net.structure, null, 2)}\n`]);
      if (options.initialOutput !== undefined)
        await writeOutput(context, options.initialOutput, [
          `${JSON.stringify(net.initial, null, 2)}\n`,
        ]);
      return;
    }
    await writeOutput(context, options.output, pnmlChunks(documentOf(net, options)));
  });
}
