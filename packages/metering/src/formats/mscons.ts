import type { IntervalQuality } from '@microgrid/events';
import { isUnitsError, parseInstant, RESOLUTION_MINUTES, type EpochMs } from '@microgrid/units';
import { worseQuality } from '../cause.js';
import { shown } from '../csv-row.js';
import { decimalMark, segments, type Segment } from './edifact.js';
import { energyUnit, readEnergy, readMeanKilowatts, type EnergyUnit } from './energy-text.js';
import { LocalClock, RowOrder } from './local-clock.js';
import type { SeriesBuilder } from './series-builder.js';
import { textOf } from './text-lines.js';

const MINUTE_MS = 60_000;

/** Interval lengths of the house. */
const HOUSE_LENGTHS_MS: readonly number[] = RESOLUTION_MINUTES.map(
  (minutes) => minutes * MINUTE_MS,
);

/** Qualifiers of QTY: what kind of value it is (EDI@Energy MSCONS). */
const QUALITY_OF_QUALIFIER: Readonly<Record<string, IntervalQuality>> = {
  '220': 'measured',
  '79': 'measured',
  '67': 'substituted',
  '125': 'substituted',
  '187': 'estimated',
  '201': 'estimated',
  '265': 'estimated',
  '20': 'missing',
};

/** What an OBIS code says of a line's values. */
type Quantity =
  | { readonly kind: 'energy' | 'power'; readonly direction: 'import' | 'export' }
  | { readonly kind: 'other' };

/** OBIS A-B:C.D.E: C 1 and 2 are active energy in and out; D tells power, register and interval energy. */
function quantityOf(obis: string): Quantity {
  const match = /^1-\d+:(\d+)\.(\d+)\.\d+/.exec(obis);
  const [c, d] = [match?.[1], match?.[2]];
  if (c !== '1' && c !== '2') return { kind: 'other' };
  const direction = c === '1' ? 'import' : 'export';
  if (d === '8') return { kind: 'other' };
  return { kind: ['4', '5', '6', '15', '25'].includes(d ?? '') ? 'power' : 'energy', direction };
}

/** A value whose period has not been read whole. */
interface Value {
  readonly qualifier: string;
  readonly text: string;
  readonly unit: string | undefined;
  readonly segment: Segment;
  /** All its segments as they stand, for a rejection. */
  readonly texts: string[];
  /** A time of it that is none. */
  wrong?: Segment;
  startMs?: EpochMs;
  endMs?: EpochMs;
  /** The labels contradict the place in a complete profile: the place counts, the value is estimated. */
  displaced?: boolean;
}

/** A span of time that is being read. */
interface Span {
  startMs?: EpochMs;
  endMs?: EpochMs;
}

class MsconsReader {
  private meteringPoint = '';
  private obis = '';
  private value: Value | undefined;
  /** Values of the line item being read. */
  private values: Value[] = [];
  /** The period the message declares for the metering point. */
  private declared: Span = {};
  private messageFrom = 0;
  private messages = 0;
  /** Whether a message has begun and not ended. */
  private open = false;
  private readonly clock: LocalClock;
  private starts = new RowOrder(15 * MINUTE_MS);
  private ends = new RowOrder(15 * MINUTE_MS);

  constructor(
    private readonly out: SeriesBuilder,
    private readonly decimal: string,
  ) {
    this.clock = new LocalClock(out.options.timeZone ?? 'Europe/Berlin');
  }

  read(all: Iterable<Segment>): void {
    let last: Segment | undefined;
    for (const segment of all) {
      this.segment(segment);
      last = segment;
    }
    if (this.messages === 0) {
      const expected = 'an interchange with at least one MSCONS message (UNH+…+MSCONS:…)';
      this.out.refuse({ value: 'no MSCONS message', expected }, 'bad-header');
    }
    if (this.open && last !== undefined) {
      // A part of a message may be good; that it is a part must not go unseen.
      const expected = 'segments up to UNT, the end of the message';
      const value = `the end of the file after ${shown(last.text)}`;
      this.out.reject({ line: last.number, value, expected }, '');
    }
    this.close();
    if (last?.tag !== 'UNZ')
      this.out.note('the interchange does not end with UNZ: it may be cut off');
  }

  private segment(segment: Segment): void {
    const [first = [], second = []] = segment.elements;
    switch (segment.tag) {
      case 'UNH':
        this.messageFrom = segment.number;
        if (second[0] !== 'MSCONS') {
          const expected = 'a message of type MSCONS';
          this.out.refuse(
            { line: segment.number, value: shown(segment.text), expected },
            'bad-header',
          );
        }
        this.messages += 1;
        this.open = true;
        return;
      case 'UNT': {
        this.close();
        this.open = false;
        const count = segment.number - this.messageFrom + 1;
        if (Number(first[0]) === count) return;
        const expected = `${count} segments counted in the message`;
        this.out.refuse({ line: segment.number, value: shown(segment.text), expected });
        return;
      }
      case 'LOC':
        this.close();
        // 172 names the metering point; other locations (Z04 and the like) stand beside it.
        if (first[0] === '172' || this.meteringPoint === '') this.meteringPoint = second[0] ?? '';
        this.declared = {};
        return;
      case 'LIN':
        this.close();
        this.obis = '';
        this.starts = new RowOrder(15 * MINUTE_MS);
        this.ends = new RowOrder(15 * MINUTE_MS);
        return;
      case 'PIA':
        if (second[1] === 'SRW' || second[1] === 'Z08' || this.obis === '')
          this.obis = second[0] ?? '';
        return;
      case 'QTY':
        this.closeValue();
        this.value = {
          qualifier: first[0] ?? '',
          text: (first[1] ?? '').replace(this.decimal, '.'),
          unit: first[2],
          segment,
          texts: [segment.text],
        };
        return;
      case 'DTM':
        this.period(segment, first);
        return;
    }
  }

  private period(segment: Segment, [qualifier, text = '', format = '']: readonly string[]): void {
    if (qualifier !== '163' && qualifier !== '164') return;
    const span: Span = this.value ?? this.declared;
    const ms = this.instant(text, format, qualifier === '163' ? this.starts : this.ends, qualifier);
    this.value?.texts.push(segment.text);
    if (ms === undefined) {
      if (this.value === undefined) this.rejectTime(segment, segment.text);
      else this.value.wrong ??= segment;
    } else if (qualifier === '163') span.startMs = ms;
    else span.endMs = ms;
  }

  private rejectTime(segment: Segment, text: string): void {
    const expected = 'an existing time in format 203, 303 or 304';
    this.out.reject({ line: segment.number, value: shown(segment.text), expected }, text);
  }

  /** 203 is CCYYMMDDHHMM on the local clock; 303 adds the offset to UTC; 304 has seconds as well. */
  private instant(
    text: string,
    format: string,
    order: RowOrder,
    qualifier: string,
  ): EpochMs | undefined {
    const match = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?(?:([+-])(\d{2}))?$/.exec(text);
    if (match === null) return undefined;
    const [, year, month, day, hour, minute, second = '00', sign, offset] = match;
    const midnight = hour === '24';
    try {
      const dayMs = parseInstant(`${year}-${month}-${day}T00:00:00Z`);
      if (Number(hour) > 24 || Number(minute) > 59 || (midnight && minute !== '00'))
        return undefined;
      if (format === '303' || format === '304') {
        if (sign === undefined) return undefined;
        const ms = dayMs + (Number(hour) * 60 + Number(minute)) * MINUTE_MS + Number(second) * 1000;
        return ms - (sign === '-' ? -1 : 1) * Number(offset) * 60 * MINUTE_MS;
      }
      if (format !== '203') return undefined;
      const date = `${year}-${month}-${day}`;
      const minuteOfDay = Number(hour) * 60 + Number(minute);
      const candidates =
        qualifier === '163'
          ? this.clock.instants(date, minuteOfDay)
          : this.clock.endInstants(date, minuteOfDay);
      return order.choose(candidates, text);
    } catch (error) {
      if (isUnitsError(error)) return undefined;
      throw error;
    }
  }

  private closeValue(): void {
    if (this.value !== undefined) this.values.push(this.value);
    this.value = undefined;
  }

  /** Ends a line item: its values are placed, then entered one by one. */
  private close(): void {
    this.closeValue();
    const { values, out } = this;
    this.values = [];
    const displaced = placeBySequence(values, this.declared);
    if (displaced > 0) {
      out.note(
        `${displaced} of ${values.length} values have times that contradict their place in the profile, which fills its declared period exactly: taken by place and estimated`,
      );
    }
    for (const value of values) this.enter(value);
  }

  private enter(value: Value): void {
    const { out } = this;
    const { segment, startMs, endMs, qualifier } = value;
    const text = value.texts.join("'");
    const reject = (expected: string, found: string = segment.text): void => {
      out.reject({ line: segment.number, value: shown(found), expected }, text);
    };
    const wanted = out.options.meteringPoint;
    if (wanted !== undefined && wanted !== this.meteringPoint) {
      out.count(`belong to another metering point than ${wanted}`);
      return;
    }
    const quantity = quantityOf(this.obis);
    if (quantity.kind === 'other') {
      out.count(`are of ${this.obis || 'no OBIS code'}, no active energy of an interval: left out`);
      return;
    }
    if (value.wrong !== undefined) {
      this.rejectTime(value.wrong, text);
      return;
    }
    if (startMs === undefined || endMs === undefined || endMs <= startMs) {
      reject('a value with its start (DTM+163) and a later end (DTM+164)');
      return;
    }
    const unit = unitOf(value.unit, quantity.kind);
    if (unit === undefined) {
      reject('a unit of energy (WHR, KWH, MWH) or mean power (KWT)', value.unit);
      return;
    }
    const energy =
      unit === 'kilowatt'
        ? readMeanKilowatts(value.text, (endMs - startMs) / MINUTE_MS)
        : readEnergy(value.text, unit);
    const quality = QUALITY_OF_QUALIFIER[qualifier];
    if (quality === undefined) out.count(`have the unknown qualifier ${qualifier}: estimated`);
    if (energy === undefined && quality !== 'missing') {
      reject('a number', value.text);
      return;
    }
    if (energy?.rounded === true) out.count('are finer than 1 mWh: rounded');
    const { direction } = quantity;
    out.add(
      {
        meteringPoint: this.meteringPoint,
        startMs,
        endMs,
        ...(quality === 'missing'
          ? {}
          : direction === 'import'
            ? { importMilliwattHours: energy?.milliwattHours }
            : { exportMilliwattHours: energy?.milliwattHours }),
        quality: worseQuality(quality ?? 'estimated', value.displaced ? 'estimated' : 'measured'),
        line: segment.number,
      },
      text,
    );
  }
}

/**
 * Places values by their order where their own times are off the grid but their number fills the
 * declared period exactly. @returns how many were moved.
 */
function placeBySequence(values: readonly Value[], { startMs, endMs }: Span): number {
  if (startMs === undefined || endMs === undefined || values.length < 2) return 0;
  const lengthMs = (endMs - startMs) / values.length;
  if (!HOUSE_LENGTHS_MS.includes(lengthMs)) return 0;
  let moved = 0;
  for (const [place, value] of values.entries()) {
    const start = startMs + place * lengthMs;
    if (value.wrong !== undefined) continue;
    if (value.startMs === start && value.endMs === start + lengthMs) continue;
    value.startMs = start;
    value.endMs = start + lengthMs;
    value.displaced = true;
    moved += 1;
  }
  return moved;
}

/** Codes of the UN/ECE recommendation 20 and the plain names; without a unit the OBIS code decides. */
function unitOf(
  text: string | undefined,
  kind: 'energy' | 'power',
): EnergyUnit | 'kilowatt' | undefined {
  if (text === undefined || text === '') return kind === 'power' ? 'kilowatt' : 'kwh';
  if (text === 'KWT' || text === 'KW') return 'kilowatt';
  return text === 'WHR' ? 'wh' : energyUnit(text);
}

/**
 * Reads the load profiles of a UN/EDIFACT MSCONS interchange. Lines of problems count segments.
 * @throws MeteringError naming segment, value and expectation.
 */
export function readMscons(out: SeriesBuilder, bytes: Uint8Array): void {
  const text = textOf(bytes);
  new MsconsReader(out, decimalMark(text)).read(segments(text));
}
