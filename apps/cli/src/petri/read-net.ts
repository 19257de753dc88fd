import { createReadStream, readFileSync } from 'node:fs';
import { isPetriError, parseNet, type NetStructure } from '@microgrid/petri';
import { ptNetOf, type PtNet } from '@microgrid/petri/analysis';
import {
  placeTransitionNet,
  readPnml,
  type PlaceTransitionNet,
  type PnmlDocument,
  type PnmlNet,
} from '@microgrid/petri/pnml';
import type { Command } from 'commander';
import { CommandError, isSystemError } from '../command-error.js';

/** How a file is read. */
export interface ReadOptions {
  /** Which net of a document that holds several. */
  readonly net?: string;
  /** Takes inhibitor, read and reset arcs as TAPAAL writes them. */
  readonly inhibitors?: boolean;
  /** Leaves out what a coloured net can never mark or fire. */
  readonly dropUnmarkable?: boolean;
  /** File with the first tokens of a JSON net. */
  readonly initial?: string;
}

/** A net from a file. */
export interface NetFile {
  readonly structure: NetStructure;
  /** Tokens by place name. */
  readonly initial: Readonly<Record<string, number>>;
  /** The document it was read from; absent for a JSON net. */
  readonly document: PnmlDocument | undefined;
  /** True if colours were unfolded. */
  readonly coloured: boolean;
}

/** Turns what the petri package and the file system say into a message for the command line. */
function refuse(file: string, error: unknown): never {
  if (isPetriError(error)) throw new CommandError('input', `${file}: ${error.message}`);
  if (isSystemError(error))
    throw new CommandError('file', `${file}: cannot be read: ${error.message}`);
  throw error;
}

function chosenNet(file: string, { nets }: PnmlDocument, id: string | undefined): PnmlNet {
  const ids = nets.map((net) => `'${net.id}'`).join(', ');
  const net = id === undefined ? nets[0] : nets.find((one) => one.id === id);
  if (net === undefined)
    throw new CommandError(
      'input',
      id === undefined
        ? `${file}: holds no net`
        : `${file}: holds no net '${id}', expected one of ${ids}`,
    );
  if (id === undefined && nets.length > 1)
    throw new CommandError(
      'usage',
      `${file}: holds ${nets.length} nets: choose with --net: ${ids}`,
    );
  return net;
}

async function readDocument(file: string, options: ReadOptions): Promise<NetFile> {
  const stream = createReadStream(file, 'utf8');
  const arcs = options.inhibitors === true ? 'extended' : 'standard';
  const document = await readPnml(stream, { arcs });
  const net = chosenNet(file, document, options.net);
  const unfolded: PlaceTransitionNet = placeTransitionNet(net, {
    unmarkable: options.dropUnmarkable === true ? 'drop' : 'keep',
  });
  return { ...unfolded, document, coloured: net.kind !== 'pt' };
}

function readJson(file: string): unknown {
  const text = readFileSync(file, 'utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new CommandError('input', `${file}: is no JSON: ${(error as Error).message}`);
  }
}

/** Token counts by place from a JSON file. */
function readCounts(file: string): Readonly<Record<string, number>> {
  const json = readJson(file);
  const entries = typeof json === 'object' && json !== null ? Object.entries(json) : undefined;
  if (entries === undefined || Array.isArray(json))
    throw new CommandError('input', `${file}: expected an object place -> count`);
  for (const [place, count] of entries)
    if (!Number.isSafeInteger(count) || (count as number) < 0)
      throw new CommandError(
        'input',
        `${file}: ${place}: got ${JSON.stringify(count)}, expected an integer from 0`,
      );
  return Object.fromEntries(entries);
}

/**
 * Reads a net: PNML (a coloured net is unfolded), or a JSON net where the name ends in `.json`.
 * Throws `CommandError` naming the file and, for PNML, line and column.
 */
export async function readNet(file: string, options: ReadOptions): Promise<NetFile> {
  try {
    if (!file.endsWith('.json')) return await readDocument(file, options);
    const initial = options.initial === undefined ? {} : readCounts(options.initial);
    return { structure: parseNet(readJson(file)), initial, document: undefined, coloured: false };
  } catch (error) {
    return refuse(file, error);
  }
}

/** The net as the analysis takes it. Throws `CommandError` for one with data tokens. */
export function ptNetOfFile(file: string, { structure, initial }: NetFile): PtNet {
  try {
    return ptNetOf(structure, initial);
  } catch (error) {
    return refuse(file, error);
  }
}

/** Adds what `readNet` takes to a command. */
export function addReadOptions(command: Command): Command {
  return command
    .option('--net <id>', 'the net of a document that holds several')
    .option('--inhibitors', 'take inhibitor, read and reset arcs as TAPAAL writes them')
    .option('--drop-unmarkable', 'leave out what a coloured net can never mark or fire')
    .option('--initial <file>', 'first tokens of a JSON net: place -> count');
}
