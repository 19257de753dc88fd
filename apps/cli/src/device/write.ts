import { randomUUID } from 'node:crypto';
import type { CommandOutcome, ControlSafety, SafetyTable } from '@microgrid/devices';
import type { DeviceControl } from '@microgrid/events';
import { formatInstant } from '@microgrid/units';
import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { CommandError } from '../command-error.js';
import { EXIT_FOUND, EXIT_INTERRUPTED, EXIT_UNKNOWN } from '../exit-code.js';
import { checkSetPoint, notAControl } from './check-set-point.js';
import { deviceSource } from './device-source.js';
import { milliseconds, pause } from './duration.js';
import { fileStore, stateFolder } from './file-store.js';
import { openDevice, type DeviceOptions, type OpenedDevice } from './opened-device.js';
import { personAt } from './person.js';
import { addDeviceOptions, nameLine } from './read.js';
import { safetyLines } from './safety-text.js';
import { ageText } from './shown-point.js';
import { systemClock } from './system-clock.js';

interface WriteOptions extends DeviceOptions {
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly for: number;
  readonly state?: string;
}

/** The end of a write, as `--json` prints it. */
interface WriteReport {
  readonly profile: string;
  readonly address: string;
  readonly control: string;
  readonly value: number | boolean;
  readonly validForMs: number;
  readonly safety: ControlSafety;
  readonly outcome: CommandOutcome;
  /** Whether nothing of it is left in force by this command. */
  readonly released: boolean;
  readonly alarms: readonly { readonly code: string; readonly text: string }[];
}

const DEFAULT_MS = 60_000;
/** Longest time between two looks at a device while a set point holds. */
const SERVICE_MS = 1000;

/** `microgrid device write`. */
export function writeCommand(context: CommandContext): Command {
  const command = new Command('write').description(
    'holds a set point for a while, then releases it; shows what is at stake and asks first',
  );
  return addDeviceOptions(command)
    .argument('<control>', 'as batteryPower; profiles <id> lists them')
    .argument('<value>', 'in the control’s unit; on or off; number or name of a state')
    .option('--for <time>', 'how long it holds, as 10min', milliseconds, DEFAULT_MS)
    .option('-y, --yes', 'does not ask')
    .option('--state <folder>', 'where counted writes are kept')
    .action(
      async (
        profile: string,
        address: string,
        control: string,
        value: string,
        options: WriteOptions,
      ) => {
        const source = deviceSource(profile);
        const opened = await openDevice(source, address, {
          ...options,
          id: source.name,
          store: fileStore(options.state ?? stateFolder(process.env), `${source.name} ${address}`),
          log: (level, message) => {
            if (level === 'warn' || level === 'error') context.io.stderr.write(`${message}\n`);
          },
          // What was begun is ended in order; the command itself watches for Ctrl-C.
          signal: new AbortController().signal,
          readOnly: false,
        });
        try {
          await write(context, opened, control, value, options);
        } finally {
          await opened.close();
        }
      },
    );
}

async function write(
  context: CommandContext,
  opened: OpenedDevice,
  name: string,
  text: string,
  options: WriteOptions,
): Promise<void> {
  const { io, exitWith } = context;
  const { device, source, address } = opened;
  const readings = await device.read();
  const { description } = device;
  if (readings.every(({ value }) => value === undefined)) {
    const cause = readings.find((reading) => reading.cause !== undefined)?.cause ?? 'no answer';
    io.stderr.write(
      `microgrid: ${address.text}: nothing could be read: ${cause}; nothing was written\n`,
    );
    exitWith(EXIT_UNKNOWN);
    return;
  }
  const control = description.controls.find(({ id }) => id === name);
  if (control === undefined) throw notAControl(name, description.controls, source.profile);
  const look = (point: string): number | undefined =>
    readings.find((reading) => reading.point === point)?.value;
  const value = checkSetPoint(control, text, source.profile, look);
  const facts = (device.safety() as Readonly<Record<string, SafetyTable[keyof SafetyTable]>>)[name];
  if (facts === undefined) {
    throw new CommandError(
      'input',
      `${name}: the driver states no safety facts; nothing was written`,
    );
  }
  if (options.json !== true)
    io.stdout.write(`${stakeLines(opened, control, facts).join('\n')}\n\n`);
  const agreed =
    options.yes === true || (await agree(context, opened, control, value, options.for));
  if (!agreed) {
    io.stderr.write('microgrid: nothing was written\n');
    exitWith(context.signal.aborted ? EXIT_INTERRUPTED : EXIT_FOUND);
    return;
  }
  await hold(context, opened, control, facts, value, options);
}

function stakeLines(
  { device, source }: OpenedDevice,
  control: DeviceControl,
  facts: ControlSafety,
): string[] {
  const { minimum, maximum, unit, id } = control;
  const range =
    minimum === undefined && maximum === undefined
      ? []
      : [['range', `${minimum ?? '-∞'} to ${maximum ?? '∞'} ${unit}`] as const];
  const own = source.profile?.controls.find((one) => one.id === id);
  const believed = own?.believed ?? [];
  const lines = [...range, ...safetyLines(facts, unit === 'bool' ? '' : unit)];
  return [
    nameLine(device.description),
    `${id}:`,
    ...lines.map(([name, sentence]) => `  ${name.padEnd(14)}${sentence.trimEnd()}`),
    ...believed.map((sentence) => `  ${'believed'.padEnd(14)}${sentence}`),
  ];
}

async function agree(
  context: CommandContext,
  { address, source }: OpenedDevice,
  { id, unit }: DeviceControl,
  value: number | boolean,
  forMs: number,
): Promise<boolean> {
  if (context.io.stdin === undefined) {
    throw new CommandError('usage', 'nobody can be asked here; add --yes to write without asking');
  }
  const person = personAt(context);
  const shown = typeof value === 'boolean' ? (value ? 'on' : 'off') : `${value} ${unit}`;
  const answer = await person.ask(
    `Write ${id} = ${shown} to ${source.name} at ${address.text} for ${ageText(forMs)}? [y/N] `,
  );
  person.leave();
  return answer !== undefined && /^y(?:es)?$/i.test(answer);
}

/** Holds the set point until its time is over or Ctrl-C, then hands control back. */
async function hold(
  context: CommandContext,
  opened: OpenedDevice,
  control: DeviceControl,
  facts: ControlSafety,
  value: number | boolean,
  options: WriteOptions,
): Promise<void> {
  const { io, signal, exitWith } = context;
  const { device, source, address } = opened;
  const nowMs = systemClock.nowMs();
  const outcome = await device.command({
    kind: 'command',
    version: 1,
    id: randomUUID(),
    sequence: nowMs,
    audience: source.name,
    issuedAt: formatInstant(nowMs),
    validForMs: options.for,
    device: source.name,
    control: control.id,
    value,
    reason: 'written by hand',
  });
  const untilMs = systemClock.monotonicMs() + options.for;
  const say = (line: string): void => {
    if (options.json !== true) io.stdout.write(`${line}\n`);
  };
  const shows = outcome.readback === undefined ? '' : `, reads back ${String(outcome.readback)}`;
  say(`${outcome.status}: ${outcome.reason}${shows}`);
  const refused = outcome.status === 'rejected' || outcome.status === 'expired';
  const stepMs = Math.min(SERVICE_MS, (facts.refreshMs ?? Infinity) / 2);
  const told = new Set<string>();
  while (!refused && outcome.status !== 'failed' && !signal.aborted) {
    const leftMs = untilMs - systemClock.monotonicMs();
    if (leftMs <= 0) break;
    await pause(Math.min(stepMs, leftMs), signal);
    await device.read();
    for (const { text } of device.alarms?.() ?? []) {
      if (!told.has(text)) say(`alarm: ${text}`);
      told.add(text);
    }
  }
  await device.release();
  const alarms = (device.alarms?.() ?? []).map(({ code, text }) => ({ code, text }));
  const released = !alarms.some(({ code }) => code === 'not-released' || code === 'not-safe');
  const report: WriteReport = {
    profile: source.name,
    address: address.text,
    control: control.id,
    value,
    validForMs: options.for,
    safety: facts,
    outcome,
    released,
    alarms,
  };
  if (options.json === true) io.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  say(released ? (refused ? 'nothing to release' : 'released') : 'NOT released: see the alarms');
  const well = outcome.status === 'applied' || outcome.status === 'accepted';
  if (signal.aborted) exitWith(EXIT_INTERRUPTED);
  else if (!well || !released) exitWith(EXIT_FOUND);
}
