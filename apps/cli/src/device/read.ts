import type { DeviceDescriptionV1 } from '@microgrid/events';
import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { EXIT_FOUND, EXIT_INTERRUPTED, EXIT_OK, EXIT_UNKNOWN } from '../exit-code.js';
import { ADDRESS_FORMS } from './address.js';
import { deviceSource } from './device-source.js';
import { milliseconds } from './duration.js';
import { memoryStore } from './file-store.js';
import { openDevice, type DeviceOptions, type OpenedDevice } from './opened-device.js';
import { isSound, pointRows, pointTable, type ShownPoint } from './shown-point.js';
import { systemClock } from './system-clock.js';

interface ReadOptions extends DeviceOptions {
  readonly json?: boolean;
}

/** Arguments and options of every command on one device. */
export function addDeviceOptions(command: Command): Command {
  return command
    .argument('<profile>', 'profile of the catalogue, sunspec, eredes-han, or a profile file')
    .argument('<address>', ADDRESS_FORMS)
    .option('--config <json>', 'configuration of the device, as {"phases":1}')
    .option('--timeout <time>', 'how long one reply is waited for, as 500ms', milliseconds)
    .option('--json', 'as JSON');
}

/** Opens a device for a command that only reads. */
export async function openToRead(
  context: CommandContext,
  profile: string,
  address: string,
  options: DeviceOptions,
): Promise<OpenedDevice> {
  const source = deviceSource(profile);
  return openDevice(source, address, {
    ...options,
    id: source.name,
    store: memoryStore(),
    log: () => undefined,
    signal: context.signal,
    readOnly: true,
  });
}

/** The line that says what a device is. */
export function nameLine({
  manufacturer,
  model,
  serial,
  role,
  phases,
}: DeviceDescriptionV1): string {
  const name = [manufacturer, model].filter((part) => part !== undefined).join(' ');
  const number = serial === undefined ? '' : `, serial ${serial}`;
  return `${name}${number}: ${role}, ${phases === 1 ? 'single phase' : 'three phases'}`;
}

/** Everything of one poll, as `--json` prints it. */
export interface DeviceReport {
  readonly profile: string;
  readonly address: string;
  readonly device: {
    readonly role: string;
    readonly phases: 1 | 3;
    readonly manufacturer?: string;
    readonly model?: string;
    readonly serial?: string;
  };
  readonly points: readonly ShownPoint[];
  readonly alarms: readonly { readonly code: string; readonly text: string }[];
  /** What is believed of the profile and not verified. */
  readonly believed: readonly string[];
}

/** Makes the report of one poll. */
export function reportOf(opened: OpenedDevice, points: readonly ShownPoint[]): DeviceReport {
  const { source, address, device } = opened;
  const { role, phases, manufacturer, model, serial } = device.description;
  return {
    profile: source.name,
    address: address.text,
    device: {
      role,
      phases,
      ...(manufacturer === undefined ? {} : { manufacturer }),
      ...(model === undefined ? {} : { model }),
      ...(serial === undefined ? {} : { serial }),
    },
    points,
    alarms: (device.alarms?.() ?? []).map(({ code, text }) => ({ code, text })),
    believed: source.profile?.believed ?? [],
  };
}

/** Why nothing at all could be read, or undefined when something could. */
export function unreached(points: readonly ShownPoint[]): string | undefined {
  if (points.some(({ value }) => value !== undefined)) return undefined;
  return points.find(({ cause }) => cause !== undefined)?.cause ?? 'it told no point';
}

/** `microgrid device read`. */
export function readCommand(context: CommandContext): Command {
  const { io, exitWith, signal } = context;
  const command = new Command('read').description('reads every point of one device, once');
  return addDeviceOptions(command).action(
    async (profile: string, address: string, options: ReadOptions) => {
      const opened = await openToRead(context, profile, address, options);
      try {
        const rows = pointRows(opened);
        const points = rows(await opened.device.read(), systemClock.nowMs());
        const report = reportOf(opened, points);
        if (options.json === true) io.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
        else io.stdout.write(`${reportLines(opened, report).join('\n')}\n`);
        exitWith(signal.aborted ? EXIT_INTERRUPTED : codeOf(points));
        const cause = unreached(points);
        if (cause !== undefined) {
          io.stderr.write(`microgrid: ${address}: nothing could be read: ${cause}\n`);
        }
      } finally {
        await opened.close();
      }
    },
  );
}

function codeOf(points: readonly ShownPoint[]): number {
  if (unreached(points) !== undefined) return EXIT_UNKNOWN;
  return points.every(isSound) ? EXIT_OK : EXIT_FOUND;
}

function reportLines({ device }: OpenedDevice, report: DeviceReport): string[] {
  const { points, alarms, believed } = report;
  const good = points.filter(({ quality }) => quality === 'good').length;
  return [
    nameLine(device.description),
    '',
    ...pointTable(points),
    '',
    `${points.length} points, ${good} of them good`,
    ...alarms.map(({ code, text }) => `alarm ${code}: ${text}`),
    ...believed.map((text) => `believed, not verified: ${text}`),
  ];
}
