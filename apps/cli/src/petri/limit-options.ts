import { type Command, InvalidArgumentError, Option } from 'commander';

/** Limits as the command line gives them. */
export interface LimitOptions {
  /** States stored at most. */
  readonly maxStates: number;
  /** Seconds spent at most. */
  readonly maxSeconds: number;
  /** Bytes of states, hash table and edges. */
  readonly maxMemory: number;
  /** Generates code for the net. */
  readonly generated?: boolean;
}

/** Limits that a machine of two cores and 4 GiB holds, and that a person waits for. */
const DEFAULTS = { maxStates: 10_000_000, maxSeconds: 300, maxMemory: 2 * 1024 ** 3 };

function positiveInteger(text: string): number {
  const value = Number(text.replaceAll('_', ''));
  if (!/^[\d_]+$/.test(text) || !Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('Expected an integer from 1.');
  return value;
}

function positiveSeconds(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || !(value > 0))
    throw new InvalidArgumentError('Expected seconds above 0.');
  return value;
}

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

function bytes(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([KMG]?)i?B?$/i.exec(text) ?? [];
  const value = Number(number) * (UNITS[unit.toUpperCase()] ?? 1);
  if (number === '' || !(value >= 1))
    throw new InvalidArgumentError('Expected bytes, as in 500M or 2G.');
  return Math.floor(value);
}

/** Adds the limits to a command. */
export function addLimitOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--max-states <n>', 'states stored at most')
        .argParser(positiveInteger)
        .default(DEFAULTS.maxStates),
    )
    .addOption(
      new Option('--max-seconds <s>', 'seconds spent at most')
        .argParser(positiveSeconds)
        .default(DEFAULTS.maxSeconds),
    )
    .addOption(
      new Option('--max-memory <bytes>', 'memory of the states, as in 500M')
        .argParser(bytes)
        .default(DEFAULTS.maxMemory, '2G'),
    )
    .option('--generated', 'explore with code generated for the net: faster');
}
