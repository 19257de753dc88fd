import type { DeviceIdentity } from '@microgrid/devices';
import { isModbusError, type DeviceIdentification, type ModbusBus } from '@microgrid/modbus';
import { Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from '../command-context.js';
import { CommandError } from '../command-error.js';
import { EXIT_FOUND, EXIT_INTERRUPTED, EXIT_UNKNOWN } from '../exit-code.js';
import { ADDRESS_FORMS, parseAddress, type DeviceAddress } from './address.js';
import { milliseconds } from './duration.js';
import { openLine } from './open-line.js';
import { recogniser, type Recognised } from './recognise.js';
import { textTable } from './text-table.js';
import { watchedBus } from './watched-bus.js';

interface ScanOptions {
  readonly json?: boolean;
  readonly units?: readonly number[];
  readonly timeout: number;
}

/** What one unit turned out to be, as `--json` prints it. */
interface FoundUnit {
  readonly unit: number;
  /** Function code 43, where the unit has it. */
  readonly identification?: Readonly<Record<string, string>>;
  /** What it can be read as, the surest first; empty: it answers, and nobody knows it. */
  readonly devices: readonly Recognised[];
}

/** Registers that tell whether anybody is there at all: any answer counts, exceptions too. */
const SIGNS_OF_LIFE = [
  { table: 'holding', address: 0, count: 1 },
  { table: 'input', address: 0, count: 1 },
] as const;

/** `microgrid device scan`. */
export function scanCommand(context: CommandContext): Command {
  return new Command('scan')
    .description('looks who answers on one line, by reads only')
    .argument('<line>', `a host or serial line, with its unit or --units: ${ADDRESS_FORMS}`)
    .option('--units <list>', 'unit ids to ask, as 1-10,126,247', unitList)
    .option('--timeout <time>', 'how long one reply is waited for', milliseconds, 500)
    .option('--json', 'as JSON')
    .action(async (text: string, options: ScanOptions) => {
      await scan(context, parseAddress(text), options);
    });
}

function unitList(text: string): readonly number[] {
  const units = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(part.trim());
    const first = Number(match?.[1] ?? NaN);
    const last = Number(match?.[2] ?? match?.[1] ?? NaN);
    if (!(first <= last && last <= 255)) {
      throw new InvalidArgumentError('expected unit ids from 0 to 255 as 1-10,126,247');
    }
    for (let unit = first; unit <= last; unit += 1) units.add(unit);
  }
  return [...units];
}

async function scan(
  context: CommandContext,
  address: DeviceAddress,
  options: ScanOptions,
): Promise<void> {
  const { io, signal, exitWith } = context;
  const units = options.units ?? (address.unit === undefined ? undefined : [address.unit]);
  if (units === undefined) {
    throw new CommandError(
      'usage',
      `${address.text}: say which units are to be asked, with --units 1-10 or in the address; nothing is asked by itself`,
    );
  }
  const line = await openLine(address, {
    requestTimeoutMs: options.timeout,
    // A silent unit is what a scan is there to find out: it is no reason to leave the line alone.
    options: { breaker: false, resetAfterTimeouts: 0, reconnectMaximumMs: 1000 },
  });
  const { bus } = watchedBus(line, true);
  const found: FoundUnit[] = [];
  let lost: string | undefined;
  try {
    const recognise = recogniser(address.wire);
    for (const unit of units) {
      if (signal.aborted) break;
      if (io.stderr.isTTY === true) io.stderr.write(`\r\x1b[Kunit ${unit} …`);
      const life = await isAlive(bus, unit, signal);
      if (life.kind === 'lost') {
        lost = life.reason;
        break;
      }
      if (life.kind === 'silent') continue;
      const devices = await recognise(bus, unit, signal);
      found.push({
        unit,
        ...(life.identification === undefined ? {} : { identification: life.identification }),
        devices,
      });
    }
  } finally {
    if (io.stderr.isTTY === true) io.stderr.write('\r\x1b[K');
    await line.close();
  }
  report(context, address, units, found, options);
  if (lost !== undefined) io.stderr.write(`microgrid: ${address.text}: ${lost}\n`);
  if (signal.aborted) exitWith(EXIT_INTERRUPTED);
  else if (lost !== undefined) exitWith(EXIT_UNKNOWN);
  else if (found.length === 0) exitWith(EXIT_FOUND);
}

type Life =
  | { readonly kind: 'alive'; readonly identification?: Readonly<Record<string, string>> }
  | { readonly kind: 'silent' }
  | { readonly kind: 'lost'; readonly reason: string };

/** What a failed request says of the unit. */
function signOf(error: unknown): Life | undefined {
  if (!isModbusError(error)) throw error;
  // 10 and 11 are a gateway's own words: nobody is behind it under this number.
  if (error.code === 'exception') {
    const gateway = error.exceptionCode === 10 || error.exceptionCode === 11;
    return gateway ? undefined : { kind: 'alive' };
  }
  if (error.code === 'timeout') return undefined;
  return { kind: 'lost', reason: error.message };
}

async function isAlive(bus: ModbusBus, unit: number, signal: AbortSignal): Promise<Life> {
  let alive = false;
  for (const request of SIGNS_OF_LIFE) {
    try {
      await bus.read(unit, request, { signal });
      alive = true;
    } catch (error) {
      const sign = signOf(error);
      if (sign?.kind === 'lost') return sign;
      alive ||= sign !== undefined;
    }
    if (alive) break;
  }
  try {
    const told = await bus.identify(unit, { level: 'regular', signal });
    return { kind: 'alive', identification: textsOf(told) };
  } catch (error) {
    const sign = signOf(error);
    if (sign?.kind === 'lost') return sign;
    return alive || sign !== undefined ? { kind: 'alive' } : { kind: 'silent' };
  }
}

function textsOf({ objects, ...named }: DeviceIdentification): Readonly<Record<string, string>> {
  const texts = Object.entries(named).flatMap(([name, text]) =>
    typeof text === 'string' && objects.size > 0 ? [[name, text.trim()] as const] : [],
  );
  return Object.fromEntries(texts.filter(([, text]) => text !== ''));
}

const identityText = ({ manufacturer, model, serial }: DeviceIdentity): string =>
  [manufacturer, model, serial === undefined ? undefined : `serial ${serial}`]
    .filter((part) => part !== undefined)
    .join(' ');

function report(
  { io }: CommandContext,
  address: DeviceAddress,
  units: readonly number[],
  found: readonly FoundUnit[],
  { json }: ScanOptions,
): void {
  if (json === true) {
    const whole = { line: address.text, asked: units, found };
    io.stdout.write(`${JSON.stringify(whole, null, 2)}\n`);
    return;
  }
  const rows = found.flatMap(({ unit, identification = {}, devices }) => {
    const says = Object.values(identification).join(' ');
    const first = devices.length === 0 ? [['unknown', '', says]] : [];
    return [
      ...first,
      ...devices.map((one) => [one.profile, one.by, identityText(one.identity)]),
    ].map((cells) => [String(unit), ...cells]);
  });
  const table = textTable(
    [{ title: 'unit', align: 'right' }, { title: 'profile' }, { title: 'by' }, { title: 'device' }],
    rows,
  );
  const count = `${found.length} of ${units.length} units answer`;
  io.stdout.write(`${[...(rows.length === 0 ? [] : [...table, '']), count].join('\n')}\n`);
}
