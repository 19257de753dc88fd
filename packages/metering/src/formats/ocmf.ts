import { parseInstant, isUnitsError, type EpochMs } from '@microgrid/units';
import { shown } from '../csv-row.js';
import { energyUnit, readEnergy } from './energy-text.js';
import type { ImportOptions } from './import-options.js';
import { parseOcmf, type OcmfReading, type OcmfRecord } from './ocmf-record.js';
import { verifyOcmf } from './ocmf-signature.js';
import type { SeriesBuilder } from './series-builder.js';
import { textLines, textOf } from './text-lines.js';

/** `2019-08-13T10:03:15,000+0000 I`. */
function instantOf(time: string): EpochMs | undefined {
  const match =
    /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:[,.](\d{1,3}))?([+-])(\d{2}):?(\d{2}) [A-Z]$/.exec(
      time,
    );
  if (match === null) return undefined;
  const [, local, fraction = '0', sign, hours, minutes] = match;
  try {
    const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000;
    const ms = parseInstant(`${local}Z`) + Number(fraction.padEnd(3, '0'));
    return ms - (sign === '-' ? -offsetMs : offsetMs);
  } catch (error) {
    if (isUnitsError(error)) return undefined;
    throw error;
  }
}

/** Registers of one direction, the one to take first: of the meter, mains before device, total before transaction. */
const CODES = {
  import: ['1', 'B0', 'B1', 'B2', 'B3'],
  export: ['2', 'C0', 'C1', 'C2', 'C3'],
} as const;

/** Which register an OBIS code names: decimal `1-b:1.8.0`, or `01-00:B2.08.00*FF`. */
function registerOf(
  register: string,
): { readonly direction: 'import' | 'export'; readonly rank: number } | undefined {
  const match = /^[0-9A-Za-z]+-[0-9A-Za-z]+:([0-9A-F]+)\.(\d+)\./.exec(register);
  if (match === null || Number(match[2]) !== 8) return undefined;
  const code = (match[1] ?? '').replace(/^0+/, '');
  for (const direction of ['import', 'export'] as const) {
    const rank = (CODES[direction] as readonly string[]).indexOf(code);
    if (rank >= 0) return { direction, rank };
  }
  return undefined;
}

/** What the registers of one record show at one time. */
interface Shown {
  readonly first: OcmfReading;
  readonly energies: Map<'import' | 'export', { readonly rank: number; readonly energy: number }>;
}

class OcmfReader {
  /** Last pagination of each meter and kind: a hole means that records are missing. */
  private readonly pages = new Map<string, number>();

  constructor(
    private readonly out: SeriesBuilder,
    private readonly keys: ReadonlyMap<string, Uint8Array> | undefined,
  ) {}

  record(text: string, line: number): void {
    const { out } = this;
    const record = parseOcmf(text);
    if (!('payload' in record)) {
      out.reject(
        { line, column: record.field, value: record.value, expected: record.expected },
        text,
      );
      return;
    }
    const id = out.options.meteringPoint ?? record.serial;
    if (id === undefined || !/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/.test(id)) {
      const expected = 'a serial number (MS or GS) usable as an id, or a metering point given';
      out.reject({ line, column: 'MS', value: shown(id ?? ''), expected }, text);
      return;
    }
    if (!this.verified(record, text, line)) return;
    this.paginate(record);
    const times = new Map<string, Shown>();
    for (const reading of record.readings) this.reading(reading, line, text, times);
    for (const shown of times.values()) this.shown(id, shown, line, text);
  }

  private verified(record: OcmfRecord, text: string, line: number): boolean {
    const key = this.keys?.get(record.serial ?? '') ?? this.keys?.get('*');
    if (key === undefined) {
      this.out.count('are records whose signature was not verified: no public key was given');
      return true;
    }
    const verdict = verifyOcmf(record, key);
    if (verdict.valid) {
      this.out.count('are records with a valid signature');
      return true;
    }
    const expected = `a signature of meter ${record.serial ?? '(unnamed)'}: ${verdict.reason}`;
    this.out.reject({ line, column: 'SD', value: 'a record that does not verify', expected }, text);
    return false;
  }

  private paginate({ pagination, serial }: OcmfRecord): void {
    const match = /^([TF])(\d+)$/.exec(pagination ?? '');
    if (match === null) return;
    const key = `${serial ?? ''}/${match[1] ?? ''}`;
    const page = Number(match[2]);
    const last = this.pages.get(key);
    if (last !== undefined && page !== last + 1) {
      this.out.note(
        `meter ${serial ?? ''}: ${pagination ?? ''} follows ${last}: records are missing or out of order`,
      );
    }
    this.pages.set(key, page);
  }

  /** Puts a reading to the others of its time: a meter has a register for each direction. */
  private reading(
    reading: OcmfReading,
    line: number,
    text: string,
    times: Map<string, Shown>,
  ): void {
    const { out } = this;
    const register = registerOf(reading.register);
    const unit = energyUnit(reading.unit);
    if (register === undefined || unit === undefined) {
      out.count(`are of register ${reading.register} in ${reading.unit || 'no unit'}: left out`);
      return;
    }
    if (reading.state !== 'G' || reading.errors.includes('E')) {
      const value = `state ${reading.state || '(none)'}, errors ${reading.errors || '(none)'}`;
      const expected = 'a reading of state G without an energy error';
      out.reject({ line, column: 'ST', value, expected }, text);
      return;
    }
    const energy = readEnergy(reading.value, unit);
    if (energy === undefined || energy.milliwattHours < 0) {
      out.reject(
        { line, column: 'RV', value: shown(reading.value), expected: 'a number of 0 or more' },
        text,
      );
      return;
    }
    const { direction, rank } = register;
    const at: Shown = times.get(reading.time) ?? { first: reading, energies: new Map() };
    times.set(reading.time, at);
    const known = at.energies.get(direction);
    if (known !== undefined) {
      out.count(`are of a second ${direction} register at the same time: left out`);
      if (known.rank <= rank) return;
    }
    at.energies.set(direction, { rank, energy: energy.milliwattHours });
  }

  private shown(
    meteringPoint: string,
    { first: reading, energies }: Shown,
    line: number,
    text: string,
  ): void {
    const { out } = this;
    const registers = {
      meteringPoint,
      importMilliwattHours: energies.get('import')?.energy ?? 0,
      exportMilliwattHours: energies.get('export')?.energy ?? 0,
    };
    const atMs = instantOf(reading.time);
    const doubtful = reading.clock === 'unknown' || reading.errors.includes('t');
    if (doubtful) {
      out.untimed.push({
        ...registers,
        line,
        reason: `the meter did not know the time (${reading.time})`,
      });
    } else if (atMs === undefined) {
      const expected = 'a time such as 2019-08-13T10:03:15,000+0000 S';
      out.reject({ line, column: 'TM', value: shown(reading.time), expected }, text);
    } else out.readings.push({ ...registers, atMs, quality: 'good' });
  }
}

/** What {@link readOcmf} needs beside the file. */
export interface OcmfOptions extends ImportOptions {
  /**
   * Public keys by meter serial, or `*` for all: DER SubjectPublicKeyInfo or the uncompressed point.
   * A record of a meter whose key is given is refused unless it verifies.
   */
  readonly publicKeys?: ReadonlyMap<string, Uint8Array>;
}

/**
 * Reads OCMF signed charging records, one to a line: lifetime registers at the instants the meter
 * signed. A charger's other direction stands still at 0.
 * @throws MeteringError naming line, field, value and expectation.
 */
export function readOcmf(out: SeriesBuilder, bytes: Uint8Array, options: OcmfOptions): void {
  const reader = new OcmfReader(out, options.publicKeys);
  let records = 0;
  for (const { text, line } of textLines(textOf(bytes))) {
    if (text.trim() === '') continue;
    records += 1;
    reader.record(text, line);
  }
  if (records === 0) {
    out.refuse(
      { line: 1, value: 'an empty file', expected: 'OCMF|payload|signature' },
      'bad-header',
    );
  }
}
