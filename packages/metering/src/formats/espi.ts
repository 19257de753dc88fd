import type { IntervalQuality } from '@microgrid/events';
import { SaxesParser } from 'saxes';
import { shown } from '../csv-row.js';
import { readEnergy } from './energy-text.js';
import type { ImportOptions } from './import-options.js';
import type { SeriesBuilder } from './series-builder.js';
import { textOf } from './text-lines.js';

/** Quality codes of ESPI (IntervalReading.ReadingQuality); what is not listed counts as estimated. */
const QUALITIES: Readonly<Record<string, IntervalQuality>> = {
  '0': 'measured',
  '7': 'corrected',
  '8': 'substituted',
  '9': 'substituted',
  '14': 'measured',
  '17': 'measured',
  '18': 'measured',
  '19': 'measured',
};

/** Unit 72 is Wh, 38 W; flow 1 is delivered to the customer, 19 received from it. */
const WATT_HOURS = '72';
const FLOWS: Readonly<Record<string, 'import' | 'export'>> = { '1': 'import', '19': 'export' };

interface ReadingType {
  readonly line: number;
  uom?: string;
  flowDirection?: string;
  powerOfTenMultiplier?: string;
  /** Seconds of every interval whose reading states no duration. */
  intervalLength?: string;
}

interface Reading {
  readonly line: number;
  start?: string;
  duration?: string;
  value?: string;
  quality?: string;
}

/** One of the files that belong together. */
export interface EspiFile {
  readonly bytes: Uint8Array;
  readonly options: ImportOptions;
}

interface Entry {
  /** Of the file it stands in. */
  readonly options: ImportOptions;
  readonly links: string[];
  readingType?: ReadingType;
  readonly readings: Reading[];
  line: number;
}

/** Reads an Atom feed of ESPI resources into its entries. */
class EspiFeed {
  readonly entries: Entry[] = [];
  resources = 0;
  private readonly path: string[] = [];
  private entry: Entry | undefined;
  private reading: Reading | undefined;
  private type: ReadingType | undefined;
  private text = '';

  constructor(private readonly options: ImportOptions) {}

  read(xml: string, fail: (line: number, message: string) => never): void {
    const parser = new SaxesParser({ xmlns: true, position: true });
    parser.on('error', (error) => fail(parser.line, error.message));
    parser.on('opentag', ({ local, attributes }) => {
      this.open(local, parser.line, attributes['href']?.value);
    });
    parser.on('text', (text) => (this.text += text));
    parser.on('closetag', ({ local }) => {
      this.close(local);
    });
    parser.write(xml).close();
    if (this.entry !== undefined) this.entries.push(this.entry);
  }

  private open(name: string, line: number, href: string | undefined): void {
    this.path.push(name);
    this.text = '';
    if (name === 'entry') this.entry = { options: this.options, links: [], readings: [], line };
    // A bare IntervalBlock or ReadingType outside any entry is a resource of its own.
    else if (name === 'IntervalBlock' || name === 'ReadingType') {
      this.resources += 1;
      this.entry ??= { options: this.options, links: [], readings: [], line };
    }
    if (name === 'link' && href !== undefined) this.entry?.links.push(href);
    else if (name === 'ReadingType' && this.entry) this.entry.readingType = this.type = { line };
    else if (name === 'IntervalReading' && this.entry) {
      this.reading = { line };
      this.entry.readings.push(this.reading);
    } else if (name === 'MeterReading' || name === 'UsagePoint') this.resources += 1;
  }

  private close(name: string): void {
    this.path.pop();
    const text = this.text.trim();
    this.text = '';
    if (name === 'entry' && this.entry !== undefined) {
      this.entries.push(this.entry);
      this.entry = undefined;
    } else if (name === 'IntervalReading') this.reading = undefined;
    else if (name === 'ReadingType') this.type = undefined;
    else if (this.type !== undefined && isTypeField(name)) this.type[name] = text;
    else if (this.reading !== undefined && isReadingField(name)) this.reading[name] = text;
  }
}

function isTypeField(
  name: string,
): name is 'uom' | 'flowDirection' | 'powerOfTenMultiplier' | 'intervalLength' {
  return ['uom', 'flowDirection', 'powerOfTenMultiplier', 'intervalLength'].includes(name);
}

function isReadingField(name: string): name is 'start' | 'duration' | 'value' | 'quality' {
  return ['start', 'duration', 'value', 'quality'].includes(name);
}

const METER_READING = /\/MeterReading\/[^/]+/;
const USAGE_POINT = /\/UsagePoint\/([^/]+)/;
const READING_TYPE = /\/ReadingType\/([^/]+)/;

/** Which reading type each meter reading has, as far as the feed links them. */
function linkTypes(entries: readonly Entry[]): Map<string, ReadingType> {
  const types = new Map<string, ReadingType>();
  for (const { links, readingType } of entries) {
    if (readingType === undefined) continue;
    for (const link of links) {
      const id = READING_TYPE.exec(link)?.[1];
      if (id !== undefined) types.set(id, readingType);
    }
  }
  const byReading = new Map<string, ReadingType>();
  for (const { links } of entries) {
    const reading = links.map((link) => METER_READING.exec(link)?.[0]).find(Boolean);
    const type = links.map((link) => READING_TYPE.exec(link)?.[1]).find(Boolean);
    const found = type === undefined ? undefined : types.get(type);
    if (reading !== undefined && found !== undefined) byReading.set(reading, found);
  }
  return byReading;
}

function toBuilder(entries: readonly Entry[], out: SeriesBuilder): void {
  const linked = linkTypes(entries);
  const types = entries.flatMap(({ readingType }) => readingType ?? []);
  const guessed = new Set<string>();
  for (const { options, links, readings } of entries) {
    if (readings.length === 0) continue;
    out.begin('espi', options);
    const key = links.map((link) => METER_READING.exec(link)?.[0]).find(Boolean) ?? '';
    const usagePoint = links.map((link) => USAGE_POINT.exec(link)?.[1]).find(Boolean) ?? '1';
    const type = linked.get(key) ?? (types.length === 1 ? types[0] : undefined);
    if (type === undefined && !guessed.has(key)) {
      guessed.add(key);
      out.note(
        `meter reading ${key || '(unnamed)'}: no reading type is linked; values were taken as Wh delivered to the customer (import)`,
      );
    }
    const meteringPoint = out.options.meteringPoint ?? `usage-point-${usagePoint}`;
    addReadings(readings, type, meteringPoint, out);
  }
  if (types.length > 0 && entries.every(({ readings }) => readings.length === 0)) {
    out.note(`${types.length} reading types and no interval`);
  }
}

function addReadings(
  readings: readonly Reading[],
  type: ReadingType | undefined,
  meteringPoint: string,
  out: SeriesBuilder,
): void {
  const { uom = WATT_HOURS, flowDirection = '1', powerOfTenMultiplier = '0' } = type ?? {};
  const direction = FLOWS[flowDirection];
  if (uom !== WATT_HOURS || direction === undefined) {
    out.note(
      `${readings.length} readings of unit ${uom}, flow ${flowDirection}: no gross active energy: left out`,
    );
    return;
  }
  for (const reading of readings) {
    const { line, start = '', value = '', quality = '0' } = reading;
    const duration = reading.duration ?? type?.intervalLength ?? '';
    const text = JSON.stringify({ start, duration, value });
    const energy = /^-?\d+$/.test(value)
      ? readEnergy(`${value}e${powerOfTenMultiplier}`, 'wh')
      : undefined;
    if (!/^\d+$/.test(start) || !/^\d+$/.test(duration) || Number(duration) === 0) {
      const expected = 'start and duration in whole seconds';
      out.reject(
        { line, column: 'timePeriod', value: shown(`${start}+${duration}`), expected },
        text,
      );
    } else if (energy === undefined) {
      const expected = 'a whole number times a power of ten';
      out.reject({ line, column: 'value', value: shown(value), expected }, text);
    } else {
      const startMs = Number(start) * 1000;
      out.add(
        {
          meteringPoint,
          startMs,
          endMs: startMs + Number(duration) * 1000,
          ...(direction === 'import'
            ? { importMilliwattHours: energy.milliwattHours }
            : { exportMilliwattHours: energy.milliwattHours }),
          quality: QUALITIES[quality] ?? 'estimated',
          line,
        },
        text,
      );
    }
  }
}

/**
 * Reads Green Button data (NAESB ESPI in Atom) of one or several files together: interval blocks with
 * their reading types, in any order and in any file, repeated rows once. Days and longer become totals.
 * @throws MeteringError naming line, element, value and expectation.
 */
export function readEspi(out: SeriesBuilder, files: readonly EspiFile[]): void {
  const entries: Entry[] = [];
  for (const { bytes, options } of files) {
    out.begin('espi', options);
    const feed = new EspiFeed(options);
    feed.read(textOf(bytes), (line, message) =>
      out.refuse({ line, value: shown(message), expected: 'well-formed XML' }),
    );
    if (feed.resources === 0) {
      const expected = 'IntervalBlock or ReadingType elements of ESPI';
      out.refuse({ line: 1, value: 'no ESPI resource', expected }, 'bad-header');
    }
    entries.push(...feed.entries);
  }
  toBuilder(entries, out);
}
