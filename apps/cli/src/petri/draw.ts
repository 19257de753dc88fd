import { queryInSteps } from '@microgrid/petri/analysis';
import { firingFrames, toDot, toMermaid, toPlayer, toSvg } from '@microgrid/petri/view';
import { Command, Option } from 'commander';
import type { CommandContext } from '../command-context.js';
import { CommandError } from '../command-error.js';
import { EXIT_UNKNOWN } from '../exit-code.js';
import { exploration } from './exploration.js';
import { addLimitOptions, type LimitOptions } from './limit-options.js';
import {
  addReadOptions,
  type NetFile,
  ptNetOfFile,
  readNet,
  type ReadOptions,
} from './read-net.js';
import { writeOutput } from './write-output.js';

interface DrawOptions extends ReadOptions, LimitOptions {
  readonly format: 'svg' | 'dot' | 'mermaid' | 'html';
  readonly output?: string;
  readonly direction: 'right' | 'down';
  readonly query?: string;
}

/** The run that shows a formula's answer. */
async function witnessOf(
  file: string,
  net: NetFile,
  options: DrawOptions,
  context: CommandContext,
): Promise<readonly string[]> {
  if (options.query === undefined) return [];
  const { limits, drive } = exploration(options, context);
  const result = await drive(queryInSteps(ptNetOfFile(file, net), options.query, limits)).catch(
    (error: unknown) => {
      throw new CommandError('input', `--query: ${(error as Error).message}`);
    },
  );
  if (result.verdict === 'unknown') context.exitWith(EXIT_UNKNOWN);
  else if (result.witness === undefined)
    throw new CommandError(
      'input',
      `--query: ${options.query} is ${result.verdict} and no single run shows it`,
    );
  return result.witness?.firings ?? [];
}

/** `microgrid petri draw`. */
export function drawCommand(context: CommandContext): Command {
  const command = new Command('draw')
    .description('draws a net with its first tokens')
    .argument('<file>', 'PNML or JSON net')
    .addOption(
      new Option('--format <format>', 'html is a page that steps through a run')
        .choices(['svg', 'dot', 'mermaid', 'html'])
        .default('svg'),
    )
    .option('-o, --output <file>', 'file to write; standard output unless given')
    .addOption(
      new Option('--direction <direction>', 'where the net flows')
        .choices(['right', 'down'])
        .default('right'),
    )
    .option('--query <formula>', "with html: the run that shows the answer, as in 'EF deadlock'");
  addReadOptions(addLimitOptions(command));
  return command.action(async (file: string, options: DrawOptions) => {
    const { format, direction, output, query } = options;
    if (query !== undefined && format !== 'html')
      throw new CommandError('usage', `--query: got --format ${format}, expected html`);
    const net = await readNet(file, options);
    const { structure, initial: tokens } = net;
    const drawn = { direction, tokens };
    const text = {
      svg: () => toSvg(structure, drawn),
      dot: () => toDot(structure, drawn),
      mermaid: () => toMermaid(structure, drawn),
      html: undefined,
    }[format];
    const page = async (): Promise<string> => {
      const firings = await witnessOf(file, net, options, context);
      return toPlayer(structure, firingFrames(structure, tokens, firings), { direction });
    };
    await writeOutput(context, output, [text === undefined ? await page() : text()]);
  });
}
