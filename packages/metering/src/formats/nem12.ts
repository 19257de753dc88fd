import type { IntervalQuality } from '@microgrid/events';
import { worseQuality } from '../cause.js';
import { shown } from '../csv-row.js';
import { energyUnit, readEnergy, type EnergyUnit } from './energy-text.js';
import { readNem13Row } from './nem13.js';
import { nemDate, nemQuality } from './nem-fields.js';
import type { SeriesBuilder } from './series-builder.js';
import { splitFields, textLines, textOf, type TextLine } from './text-lines.js';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;

/** The channel that a 200 record opens. */
interface Channel {
  readonly nmi: string;
  readonly suffix: string;
  readonly direction: 'import' | 'export';
  readonly unit: EnergyUnit;
  readonly minutes: number;
}

/** One day of one channel, until all of its 400 records have been read. */
interface Day {
  readonly channel: Channel;
  readonly startMs: number;
  readonly energies: (number | undefined)[];
  readonly qualities: (IntervalQuality | undefined)[];
  readonly source: TextLine;
}

/** E is energy out of the network into the site, B energy back into it (AEMO's suffixes). */
const DIRECTIONS: Readonly<Record<string, 'import' | 'export'>> = { E: 'import', B: 'export' };

/** Several registers of one direction (as a controlled load) are one sum per interval. */
interface Sum {
  readonly nmi: string;
  readonly direction: 'import' | 'export';
  /** Days by suffix and start: a repeated day replaces the earlier one. */
  readonly days: Map<string, Day>;
}

class NemReader {
  private readonly sums = new Map<string, Sum>();
  private channel: Channel | undefined;
  /** A channel of another quantity, or a refused one: its records are passed over. */
  private passing = false;
  private day: Day | undefined;
  private version: string | undefined;
  private ended = false;
  private records = 0;

  constructor(private readonly out: SeriesBuilder) {}

  read(lines: Iterable<TextLine>): void {
    for (const line of lines) {
      if (line.text.trim() === '') {
        if (this.version === undefined && line.line > 1) continue;
        continue;
      }
      this.record(line, splitFields(line.text, ','));
    }
    this.closeDay();
    if (this.version === undefined) {
      this.out.refuse({ line: 1, value: 'an empty file', expected: '100,NEM12,… as first record' });
    }
    if (!this.ended) this.out.note('the file does not end with a 900 record: it may be cut off');
    if (this.records === 0) {
      this.out.refuse(
        { value: 'no data records between 100 and 900', expected: '200 and 300, or 250, records' },
        'outside-data',
      );
    }
    this.emit();
  }

  private record(line: TextLine, fields: string[]): void {
    const kind = fields[0] ?? '';
    if (this.version === undefined) {
      this.header(line, fields);
      return;
    }
    if (this.ended) {
      const expected = 'nothing after the 900 record';
      this.out.reject({ line: line.line, value: shown(line.text), expected }, line.text);
      return;
    }
    switch (kind) {
      case '200':
        this.closeDay();
        this.openChannel(line, fields);
        return;
      case '250':
        this.records += 1;
        readNem13Row(this.out, line, fields);
        return;
      case '300':
        this.closeDay();
        this.records += 1;
        if (!this.passing) this.openDay(line, fields);
        return;
      case '400':
        if (!this.passing) this.qualityRange(line, fields);
        return;
      case '500':
      case '550':
        return;
      case '900':
        this.closeDay();
        this.ended = true;
        return;
      default: {
        const expected = 'a record 200, 300, 400, 500, 900 (NEM12) or 250, 550, 900 (NEM13)';
        this.out.reject({ line: line.line, value: shown(kind), expected }, line.text);
      }
    }
  }

  private header(line: TextLine, fields: string[]): void {
    const [kind, version = ''] = fields;
    if (kind === '100' && (version === 'NEM12' || version === 'NEM13')) {
      this.version = version;
      return;
    }
    const expected = '100,NEM12,… or 100,NEM13,… as first record';
    this.out.refuse({ line: line.line, value: shown(line.text), expected }, 'bad-header');
  }

  private openChannel(line: TextLine, fields: string[]): void {
    this.channel = undefined;
    this.passing = true;
    const [, nmi = '', , , suffix = '', , , uom = '', length = ''] = fields;
    const { meteringPoint } = this.out.options;
    if (meteringPoint !== undefined && meteringPoint !== nmi) {
      this.out.count(`belong to another metering point than ${meteringPoint}`);
      return;
    }
    const direction = DIRECTIONS[suffix[0]?.toUpperCase() ?? ''];
    if (direction === undefined) {
      this.out.note(
        `${nmi}: channel ${suffix} (${uom || 'no unit'}) is no active energy: left out`,
      );
      return;
    }
    const unit = energyUnit(uom);
    const problem = (column: string, value: string, expected: string): void => {
      this.out.reject({ line: line.line, column, value: shown(value), expected }, line.text);
    };
    if (nmi === '') {
      problem('NMI', nmi, 'the identifier of the metering point');
      return;
    }
    if (unit === undefined) {
      problem('UOM', uom, 'Wh, kWh, MWh or GWh for an energy channel');
      return;
    }
    const minutes = Number(length);
    if (![1, 5, 10, 15, 30, 60].includes(minutes)) {
      problem('IntervalLength', length, '1, 5, 10, 15, 30 or 60 minutes');
      return;
    }
    this.passing = false;
    this.channel = { nmi, suffix, direction, unit, minutes };
  }

  private openDay(line: TextLine, fields: string[]): void {
    const { channel } = this;
    const reject = (column: string, value: string, expected: string): void => {
      this.out.reject({ line: line.line, column, value, expected }, line.text);
    };
    if (channel === undefined) {
      reject('', shown(line.text), 'a 200 record before the first 300 record');
      return;
    }
    const startMs = nemDate(fields[1] ?? '');
    if (startMs === undefined) {
      reject('IntervalDate', shown(fields[1] ?? ''), 'a date written YYYYMMDD');
      return;
    }
    const count = DAY_MINUTES / channel.minutes;
    const values = fields.slice(2, 2 + count);
    const method = fields[2 + count] ?? '';
    const wrongAt = values.findIndex((value) => readEnergy(value, channel.unit) === undefined);
    if (
      values.length < count ||
      (wrongAt >= 0 && nemQuality(values[wrongAt] ?? '') !== undefined)
    ) {
      const found = wrongAt < 0 ? values.length : wrongAt;
      reject(
        'IntervalValue',
        `${found} values`,
        `${count} values, as the 200 record says ${channel.minutes} minutes`,
      );
      return;
    }
    if (nemQuality(method) === undefined && method !== 'V') {
      const value = /^[\d.]+$/.test(method)
        ? `${shown(method)} after ${count} values`
        : shown(method);
      reject(
        'QualityMethod',
        value,
        'A, E, F, N, S with a method number, or V; the 200 record says ' +
          `${channel.minutes} minutes, so ${count} values`,
      );
      return;
    }
    const quality = method === 'V' ? undefined : nemQuality(method);
    const energies = values.map((value) => readEnergy(value, channel.unit));
    if (wrongAt >= 0 && quality !== 'missing') {
      reject(`IntervalValue${wrongAt + 1}`, shown(values[wrongAt] ?? ''), 'a number of 0 or more');
      return;
    }
    const rounded = energies.filter((energy) => energy?.rounded === true).length;
    for (let each = 0; each < rounded; each++) this.out.count('are finer than 1 mWh: rounded');
    this.day = {
      channel,
      startMs,
      energies: energies.map((energy) => energy?.milliwattHours),
      qualities: new Array<IntervalQuality | undefined>(count).fill(quality),
      source: line,
    };
  }

  /** A 400 record: the quality of a range of intervals of a day of varying quality. */
  private qualityRange(line: TextLine, fields: string[]): void {
    const { day } = this;
    // The day itself was refused: its ranges went with it.
    if (day === undefined) return;
    const [, first = '', last = '', method = ''] = fields;
    const from = Number(first);
    const to = Number(last);
    const count = day.qualities.length;
    const quality = nemQuality(method);
    const inside = Number.isInteger(from) && Number.isInteger(to) && from >= 1 && from <= to;
    if (!inside || to > count || quality === undefined) {
      const value = shown(`${first},${last},${method}`);
      const expected = `first and last interval within 1..${count} and a quality method A, E, F, N or S`;
      this.out.reject({ line: line.line, value, expected }, line.text);
      this.day = undefined;
      return;
    }
    day.qualities.fill(quality, from - 1, to);
  }

  private closeDay(): void {
    const { day } = this;
    this.day = undefined;
    if (day === undefined) return;
    const hole = day.qualities.indexOf(undefined);
    if (hole >= 0) {
      const expected = `400 records that cover all ${day.qualities.length} intervals of a day of quality V`;
      const value = `no quality for interval ${hole + 1}`;
      const { line, text } = day.source;
      this.out.reject({ line, column: 'QualityMethod', value, expected }, text);
      return;
    }
    this.keep(day);
  }

  private keep(day: Day): void {
    const { nmi, direction, minutes, suffix } = day.channel;
    const key = `${nmi}/${direction}`;
    const sum = this.sums.get(key) ?? { nmi, direction, days: new Map<string, Day>() };
    this.sums.set(key, sum);
    // A meter may change its interval length, but not within a day.
    const beside = [...sum.days.values()].find(
      ({ startMs, channel }) =>
        startMs === day.startMs && channel.suffix !== suffix && channel.minutes !== minutes,
    );
    if (beside !== undefined) {
      const value = `${suffix} in ${minutes} minutes`;
      const expected = `${beside.channel.minutes} minutes as the other ${direction} channel of ${nmi} on that day: they are summed`;
      this.out.reject(
        { line: day.source.line, value, expected },
        day.source.text,
        'wrong-resolution',
      );
      return;
    }
    const dayKey = `${suffix}/${day.startMs}`;
    const earlier = sum.days.get(dayKey);
    if (earlier !== undefined) {
      const equal =
        earlier.energies.join() === day.energies.join() &&
        earlier.qualities.join() === day.qualities.join();
      this.out.count(
        equal ? 'repeat a day with equal values' : 'give a day anew: the later values stand',
      );
    }
    sum.days.set(dayKey, day);
  }

  private emit(): void {
    for (const sum of this.sums.values()) {
      const starts = new Map<number, Day[]>();
      for (const day of sum.days.values()) {
        starts.set(day.startMs, [...(starts.get(day.startMs) ?? []), day]);
      }
      for (const [startMs, days] of starts) this.emitDay(sum, startMs, days);
    }
  }

  private emitDay({ nmi, direction }: Sum, startMs: number, days: readonly Day[]): void {
    const [first] = days as readonly [Day];
    const { minutes } = first.channel;
    for (let at = 0; at < first.energies.length; at++) {
      const qualities = days.map(({ qualities }) => qualities[at] as IntervalQuality);
      const quality = qualities.reduce(worseQuality);
      const energies = days.map(({ energies }) => energies[at] ?? 0);
      const energy = energies.reduce((sum, each) => sum + each, 0);
      const start = startMs + at * minutes * MINUTE_MS;
      this.out.add(
        {
          meteringPoint: nmi,
          startMs: start,
          endMs: start + minutes * MINUTE_MS,
          ...(quality === 'missing'
            ? {}
            : direction === 'import'
              ? { importMilliwattHours: energy }
              : { exportMilliwattHours: energy }),
          quality,
          line: first.source.line,
        },
        first.source.text,
      );
    }
  }
}

/**
 * Reads a NEM12 interval file or a NEM13 accumulation file (AEMO Meter Data File Format). Interval n
 * of a day ends n lengths after midnight, UTC+10 all year.
 * @throws MeteringError naming line, field, value and expectation.
 */
export function readNem(out: SeriesBuilder, bytes: Uint8Array): void {
  new NemReader(out).read(textLines(textOf(bytes)));
}
