import { isUnitsError, parseInstant, type EpochMs } from '@microgrid/units';
import type { CounterReading } from '../counter-reading.js';
import { shown } from '../csv-row.js';
import type { RegisterValues } from '../meter-history.js';
import { registerTotals, type RegisterPart } from '../register-totals.js';
import { crc16Arc } from './crc16-arc.js';
import { energyUnit, readEnergy } from './energy-text.js';
import type { SeriesBuilder } from './series-builder.js';

const HOUR_MS = 3_600_000;

/** One telegram: from its slash to the checksum after its exclamation mark. */
interface Telegram {
  readonly text: string;
  /** Hex digits after `!`; older versions have none. */
  readonly checksum: string;
  /** Of the whole file, counted from 1. */
  readonly line: number;
}

/** Each byte as one character, so that a checksum sees the very bytes. */
function latin1(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 8192) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  }
  return parts.join('');
}

/** The telegrams of a stream. */
function* telegrams(text: string): Generator<Telegram> {
  const pattern = /^\/[^\r\n]*(?:\r\n|\n|\r)[^!]*!([0-9A-Fa-f]{0,4})/gm;
  let line = 1;
  let counted = 0;
  for (const match of text.matchAll(pattern)) {
    line += (text.slice(counted, match.index).match(/\n/g) ?? []).length;
    counted = match.index;
    const checksum = match[1] ?? '';
    yield { text: match[0].slice(0, match[0].length - checksum.length), checksum, line };
  }
}

/** Value groups by OBIS code, as `['001581.123*kWh']`; an EasyMeter's `*255` is dropped. */
function objects(telegram: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const line of telegram.split(/\r\n|\n|\r/)) {
    const match = /^(\d+-\d+:\d+\.\d+\.\d+)(?:\*\d+)?((?:\([^)]*\))+)/.exec(line);
    if (match === null) continue;
    const [, obis = '', groups = ''] = match;
    found.set(
      obis,
      [...groups.matchAll(/\(([^)]*)\)/g)].map(([, value = '']) => value),
    );
  }
  return found;
}

/** `YYMMDDhhmmss` with S in summer and W in winter: the meter's zone is one hour (W) or two (S) ahead. */
function timestamp(text: string, winterOffsetMs: number): EpochMs | undefined {
  const match = /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})([SW])$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, season] = match;
  try {
    const local = parseInstant(`20${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    return local - winterOffsetMs - (season === 'S' ? HOUR_MS : 0);
  } catch (error) {
    if (isUnitsError(error)) return undefined;
    throw error;
  }
}

/** Objects that hold the meter's identity, best first. */
const IDENTITIES = ['0-0:96.1.1', '0-0:96.1.0', '0-0:96.1.255', '0-0:42.0.0'];

/**
 * The equipment identifier: hexadecimal ASCII in most versions, plain in some; a telegram without one
 * has the identification line of its meter.
 */
function equipment(values: Map<string, string[]>, telegram: string): string | undefined {
  const heading = (/^\/([^\r\n]*)/.exec(telegram)?.[1] ?? '').replaceAll(/[^A-Za-z0-9._:-]/g, '-');
  const text = IDENTITIES.map((obis) => values.get(obis)?.[0]).find(Boolean) ?? heading;
  const ascii = /^(?:[2-7][0-9A-Fa-f])+$/.test(text)
    ? text.replaceAll(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)))
    : text;
  const id = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;
  return id.test(ascii) ? ascii : id.test(text) ? text : undefined;
}

/** Winter offsets of the zones that use the S and W marks. */
const WINTER_OFFSET_HOURS: Readonly<Record<string, number>> = {
  'Europe/Lisbon': 0,
  'Atlantic/Azores': -1,
  'Atlantic/Madeira': 0,
  'Europe/London': 0,
  'Europe/Dublin': 0,
  'Europe/Helsinki': 2,
  'Europe/Vilnius': 2,
};

/** One register of a telegram: its energy, or the text that is none. */
function register(
  values: Map<string, string[]>,
  obis: string,
): { readonly energy?: number; readonly wrong?: string; readonly rounded: boolean } {
  const text = values.get(obis)?.[0];
  if (text === undefined) return { rounded: false };
  const [number = '', unit = ''] = text.split('*');
  const known = energyUnit(unit);
  const energy = known && readEnergy(number, known);
  if (energy === undefined) return { wrong: text, rounded: false };
  return { energy: energy.milliwattHours, rounded: energy.rounded };
}

const DIRECTIONS = [
  [1, 'importMilliwattHours'],
  [2, 'exportMilliwattHours'],
] as const;

/** All registers of a telegram: the totals (1.8.0, 2.8.0) and the rates (1.8.1 to 1.8.4, 2.8.1 to 2.8.4). */
function registers(values: Map<string, string[]>): {
  readonly total: Partial<RegisterValues>;
  readonly rates: readonly RegisterPart[];
  readonly rounded: boolean;
  readonly wrong?: { readonly obis: string; readonly text: string };
} {
  const parts = [0, 1, 2, 3, 4].map((rate) => {
    const part: { name: string; importMilliwattHours?: number; exportMilliwattHours?: number } = {
      name: `rate ${rate}`,
    };
    return part;
  });
  let rounded = false;
  for (const [quantity, name] of DIRECTIONS) {
    for (const [rate, part] of parts.entries()) {
      const obis = `1-0:${quantity}.8.${rate}`;
      const read = register(values, obis);
      if (read.wrong !== undefined) {
        return { total: {}, rates: [], rounded, wrong: { obis, text: read.wrong } };
      }
      rounded ||= read.rounded;
      if (read.energy !== undefined) part[name] = read.energy;
    }
  }
  const [total = {}, ...rates] = parts.map(({ name: _name, ...energies }) => energies);
  const there = rates.flatMap((rate, index) =>
    Object.keys(rate).length === 0 ? [] : [{ name: `rate ${index + 1}`, ...rate }],
  );
  return { total, rates: there, rounded };
}

/** The total reading; rates that do not sum to the total registers make it suspect. */
function totalReading(
  {
    total,
    rates,
  }: { readonly total: Partial<RegisterValues>; readonly rates: readonly RegisterPart[] },
  meteringPoint: string,
  atMs: EpochMs,
  out: SeriesBuilder,
): CounterReading {
  // A rate that one direction lacks stands at 0 there: meters print those they count.
  const whole = rates.map((rate) => ({
    importMilliwattHours: 0,
    exportMilliwattHours: 0,
    ...rate,
  }));
  const has = (name: 'importMilliwattHours' | 'exportMilliwattHours'): boolean =>
    rates.some((rate) => rate[name] !== undefined);
  const printed = whole.map(({ name, importMilliwattHours, exportMilliwattHours }) => ({
    name,
    ...(has('importMilliwattHours') ? { importMilliwattHours } : {}),
    ...(has('exportMilliwattHours') ? { exportMilliwattHours } : {}),
  }));
  const { readings, findings } = registerTotals(
    [{ meteringPoint, atMs, quality: 'good', total, rates: printed }],
    // The meter counts finer than it prints: each register is cut to 1 Wh.
    { absentIsZero: true, toleranceUnits: 1000 * Math.max(1, rates.length - 1) },
  );
  if (findings.length > 0) {
    out.count('have rates that do not sum to the total register: the total counts, as suspect');
  }
  return readings[0] as CounterReading;
}

function readTelegram(telegram: Telegram, out: SeriesBuilder): void {
  const { text, checksum, line } = telegram;
  const refuse = (column: string, value: string, expected: string): void => {
    out.reject({ line, column, value: shown(value), expected }, text);
  };
  if (checksum === '') out.count('are telegrams without a checksum (DSMR 2 and 3, D0)');
  else {
    const crc = (content: string): number =>
      crc16Arc(Uint8Array.from(content, (char) => char.charCodeAt(0)));
    // Some meters leave leading zeros out.
    const given = Number.parseInt(checksum, 16);
    const expected = crc(text);
    if (given !== expected) {
      // A meter ends lines with CR LF; an editor or a logger may have left LF only.
      if (text.includes('\r') || given !== crc(text.replaceAll('\n', '\r\n'))) {
        refuse('checksum', checksum, expected.toString(16).toUpperCase().padStart(4, '0'));
        return;
      }
      out.count('are telegrams whose line ends were changed: the checksum is that of CR LF');
    }
  }
  const values = objects(text);
  const stamp = values.get('0-0:1.0.0')?.[0];
  const zone = out.options.timeZone ?? 'Europe/Amsterdam';
  const winterOffsetMs = (WINTER_OFFSET_HOURS[zone] ?? 1) * HOUR_MS;
  const atMs = stamp === undefined ? undefined : timestamp(stamp, winterOffsetMs);
  if (stamp !== undefined && atMs === undefined) {
    refuse('0-0:1.0.0', stamp, 'YYMMDDhhmmss with S or W');
    return;
  }
  const found = registers(values);
  if (found.wrong !== undefined) {
    refuse(found.wrong.obis, found.wrong.text, 'a number with *kWh or *Wh');
    return;
  }
  const counts = (name: 'importMilliwattHours' | 'exportMilliwattHours'): boolean =>
    [found.total, ...found.rates].some((part) => part[name] !== undefined);
  if (!counts('importMilliwattHours')) {
    out.count('are telegrams without an electricity register: left out');
    return;
  }
  const meteringPoint = out.options.meteringPoint ?? equipment(values, text);
  if (meteringPoint === undefined) {
    refuse(
      '0-0:96.1.1',
      'no equipment identifier',
      'one, or a metering point given for the import',
    );
    return;
  }
  if (found.rounded) out.count('are finer than 1 mWh: rounded');
  if (!counts('exportMilliwattHours')) {
    out.count('have no export register (2.8.x): it was taken as 0');
  }
  const reading = totalReading(found, meteringPoint, atMs ?? 0, out);
  if (atMs !== undefined) {
    out.readings.push(reading);
    return;
  }
  const { importMilliwattHours, exportMilliwattHours } = reading;
  const reason = 'the telegram has no timestamp (0-0:1.0.0)';
  out.untimed.push({ meteringPoint, importMilliwattHours, exportMilliwattHours, line, reason });
}

/**
 * Reads DSMR P1 telegrams (versions 2.2 to 5, e-MUCS, ESMR and kin): registers with the meter's own
 * time, from which intervals are made by interpolation. Lines count those of the file.
 * @throws MeteringError naming line, object, value and expectation.
 */
export function readDsmr(out: SeriesBuilder, bytes: Uint8Array): void {
  const text = latin1(bytes).replace(/^\u00ef\u00bb\u00bf/, '');
  let count = 0;
  for (const telegram of telegrams(text)) {
    count += 1;
    readTelegram(telegram, out);
  }
  if (count === 0) {
    const expected = 'at least one telegram, from a line that begins with / to one with !';
    out.refuse({ line: 1, value: 'no telegram', expected }, 'bad-header');
  }
}
