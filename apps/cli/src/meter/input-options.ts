import type { AbsentDirection, MeterFileOptions } from '@microgrid/metering/formats';
import { METER_FORMATS } from '@microgrid/metering/formats';
import { type Command, Option } from 'commander';
import { CommandError } from '../command-error.js';
import { publicKeys } from './public-keys.js';

/** How inputs are read, as the command line says it. */
export interface InputOptions {
  readonly fromFormat?: string;
  readonly meteringPoint?: string;
  readonly timeZone?: string;
  readonly label?: 'start' | 'end';
  readonly columns?: 'meter' | 'booked';
  readonly absent: AbsentDirection;
  readonly lenient?: boolean;
  readonly publicKey?: readonly string[];
  readonly resolution?: string;
  readonly maximumWatts: string;
}

/** Adds the options of every command that reads meter files. */
export function addInputOptions(command: Command): Command {
  const several = (value: string, before: readonly string[] = []): string[] => [...before, value];
  return command
    .addOption(
      new Option(
        '--from-format <id>',
        'format of the inputs; by their beginning unless given',
      ).choices(METER_FORMATS.map(({ id }) => id)),
    )
    .option('--metering-point <id>', 'of files that name none; of others the one wanted')
    .option('--time-zone <name>', 'IANA zone of local times; the format\u2019s own unless given')
    .addOption(
      new Option(
        '--label <end>',
        'E-REDES: what Hora marks, where the file contradicts itself',
      ).choices(['start', 'end']),
    )
    .addOption(
      new Option(
        '--columns <kind>',
        'E-REDES: measured by the meter, or booked after sharing',
      ).choices(['meter', 'booked']),
    )
    .addOption(
      new Option('--absent <what>', 'a direction no input has: it is 0, or the input is refused')
        .choices(['zero', 'refuse'])
        .default('refuse'),
    )
    .option('--lenient', 'keeps the good rows and lists the bad ones')
    .option('--public-key <[serial=]file>', 'OCMF: key of a meter, or of all; repeatable', several)
    .option('--resolution <length>', 'registers: length of the intervals to make, as PT15M')
    .option(
      '--maximum-watts <watts>',
      'registers: no mean power beyond this is possible at the point',
      '100000',
    );
}

/** The options of the importers. @throws CommandError for a key that cannot be read. */
export async function importOptions(
  options: InputOptions,
): Promise<Omit<MeterFileOptions, 'file'>> {
  const { meteringPoint, timeZone, label, columns, lenient } = options;
  const keys = await publicKeys(options.publicKey ?? []);
  return {
    absentDirection: options.absent,
    ...(meteringPoint === undefined ? {} : { meteringPoint }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(label === undefined ? {} : { label }),
    ...(columns === undefined ? {} : { columns }),
    ...(lenient === undefined ? {} : { lenient }),
    ...(keys.size === 0 ? {} : { publicKeys: keys }),
  };
}

/** A number above 0. @throws CommandError. */
export function positive(text: string, option: string): number {
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value > 0) return value;
  throw new CommandError(
    'usage',
    `${option}: got ${JSON.stringify(text)}, expected a number above 0`,
  );
}
