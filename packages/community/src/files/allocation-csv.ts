import { INTERVAL_QUALITIES, type IntervalQuality } from '@microgrid/events';
import { parseResolution, type EpochMs } from '@microgrid/units';
import { csvRows, csvSeparator, type CsvSeparator } from './csv-rows.js';
import { headerForm } from './csv-table.js';
import { decimalNumerator } from './decimal-field.js';
import { contentOf, FileProblems, type FileReading } from './file-problem.js';
import type { Community } from '../community.js';
import { pointsByOperatorId } from '../community-points.js';
import { withoutUndefined } from '../without-undefined.js';
import { TimeReader, type TimeFormat } from './time-field.js';

/** Units in which operators state energy, with their decimals down to 1 mWh. */
export const ENERGY_UNITS = { Wh: 3, kWh: 6, MWh: 9 } as const;
/** One of {@link ENERGY_UNITS}. */
export type EnergyUnit = keyof typeof ENERGY_UNITS;

/** What a figure of an allocation is about. */
export type AllocatedFlow = 'sharedIn' | 'sharedOut';

/**
 * How an operator's file is laid out. Columns are named by their headers (case, accents and punctuation
 * do not matter) and may stand in any order; others beside them are passed over.
 */
export interface AllocationLayout {
  /** Default: the separator that the first line has most of. */
  readonly separator?: CsvSeparator;
  readonly time: TimeFormat;
  /** Which end of its interval a time names where the file has one time; default `start`. */
  readonly label?: 'start' | 'end';
  /** Length of an interval, as in `PT15M`, where the file has one time. */
  readonly resolution?: string;
  /** Default kWh. */
  readonly unit?: EnergyUnit;
  /** Lines before the header, such as a title; default 0. */
  readonly skipLines?: number;
  readonly columns: {
    /** Absent: a wide file, with one column for each metering point. */
    readonly meteringPoint?: string;
    readonly start: string;
    readonly end?: string;
    /** Energy that the point was given of the pool. */
    readonly allocated?: string;
    /** Energy of the point that was given to others. */
    readonly given?: string;
    /** Surplus that stays with the point. */
    readonly surplus?: string;
    /** The readings the operator worked with, after netting. */
    readonly consumed?: string;
    readonly injected?: string;
    /** Quality of those readings. */
    readonly quality?: string;
  };
  /** What the operator's quality codes mean; absent: the project's own names. */
  readonly qualities?: Readonly<Record<string, IntervalQuality>>;
}

/** The project's own layout: `metering_point,start,end,allocated_kwh`. */
export const ALLOCATION_LAYOUT: AllocationLayout = {
  time: { pattern: 'instant' },
  columns: {
    meteringPoint: 'metering_point',
    start: 'start',
    end: 'end',
    allocated: 'allocated_kwh',
    given: 'given_kwh',
    surplus: 'surplus_kwh',
    consumed: 'consumed_kwh',
    injected: 'injected_kwh',
    quality: 'quality',
  },
};

/** One figure of an operator's allocation. */
export interface AllocatedRow {
  /** As the file names it: a point's id or its `operatorId`. */
  readonly meteringPoint: string;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly flow: AllocatedFlow;
  /** What was allocated, mWh; absent where the file says nothing. */
  readonly allocatedMilliwattHours?: number;
  /** What the point could not use of its part, mWh. */
  readonly surplusMilliwattHours?: number;
  /** The readings the operator worked with, mWh. */
  readonly consumedMilliwattHours?: number;
  readonly injectedMilliwattHours?: number;
  /** Of those readings. */
  readonly quality?: IntervalQuality;
  /** Line of the file. */
  readonly line: number;
}

/** An operator's allocation. */
export interface AllocationFile {
  /** In the order of the file. */
  readonly rows: readonly AllocatedRow[];
  /** Last digit of its allocated energies, mWh, as in 1000 for kWh with 3 decimals. */
  readonly unitMilliwattHours: number;
}

/** Where the columns of a file stand; -1 where one does not. */
interface Places {
  readonly point: number;
  readonly start: number;
  readonly end: number;
  readonly allocated: number;
  readonly given: number;
  readonly surplus: number;
  readonly consumed: number;
  readonly injected: number;
  readonly quality: number;
  /** Columns of a wide file by metering point. */
  readonly points: readonly { readonly id: string; readonly place: number }[];
}

/**
 * Reads the allocation a distribution system operator states: for each metering point and interval the
 * energy it was given. An empty field says nothing; it is not zero.
 */
export function lintAllocationCsv(
  text: string,
  name: string,
  layout: AllocationLayout = ALLOCATION_LAYOUT,
): FileReading<AllocationFile> {
  const problems = new FileProblems(name);
  const body = withoutLines(text, layout.skipLines ?? 0);
  const separator = layout.separator ?? csvSeparator(body);
  const shift = layout.skipLines ?? 0;
  const rows = csvRows(body, separator);
  const header = rows.next();
  const out: AllocatedRow[] = [];
  if (header.done === true) {
    problems.error(1 + shift, '', '', 'a header line');
    return problems.reading(() => ({ rows: out, unitMilliwattHours: 1 }));
  }
  const places = placesOf(header.value.fields, header.value.line + shift, layout, problems);
  const reader = new AllocationReader(layout, places, problems);
  if (problems.clean) {
    for (const { fields, line } of rows) {
      if (fields.length === header.value.fields.length) {
        for (const row of reader.rows(fields, line + shift)) out.push(row);
      } else {
        const expected = `${header.value.fields.length} fields separated by ${JSON.stringify(separator)}, as in the header`;
        problems.error(line + shift, '', fields.join(separator), expected);
      }
    }
  }
  return problems.reading(() => ({ rows: out, unitMilliwattHours: reader.unitMilliwattHours }));
}

/** {@link lintAllocationCsv} that throws. @throws CommunityError `invalid-file` with every problem. */
export function readAllocationCsv(
  text: string,
  name: string,
  layout?: AllocationLayout,
): AllocationFile {
  return contentOf(lintAllocationCsv(text, name, layout));
}

function withoutLines(text: string, count: number): string {
  let at = 0;
  for (let line = 0; line < count; line++) {
    const end = text.indexOf('\n', at);
    if (end === -1) return '';
    at = end + 1;
  }
  return text.slice(at);
}

function placesOf(
  header: readonly string[],
  line: number,
  { columns }: AllocationLayout,
  problems: FileProblems,
): Places {
  const forms = header.map(headerForm);
  const placeOf = (name: string | undefined, required: boolean): number => {
    const place = name === undefined ? -1 : forms.indexOf(headerForm(name));
    if (place === -1 && required) {
      problems.error(line, 'header', header.join(' | '), `a column ${name ?? ''}`);
    }
    return place;
  };
  const wide = columns.meteringPoint === undefined;
  const places = {
    point: placeOf(columns.meteringPoint, !wide),
    start: placeOf(columns.start, true),
    end: placeOf(columns.end, false),
    allocated: placeOf(columns.allocated, false),
    given: placeOf(columns.given, false),
    surplus: placeOf(columns.surplus, false),
    consumed: placeOf(columns.consumed, false),
    injected: placeOf(columns.injected, false),
    quality: placeOf(columns.quality, false),
  };
  if (!wide && places.allocated === -1 && places.given === -1) {
    const expected = `a column ${columns.allocated ?? ''} or ${columns.given ?? ''} with the energies`;
    problems.error(line, 'header', header.join(' | '), expected);
  }
  const taken = new Set<number>(Object.values(places));
  const points = header.flatMap((id, place) => (wide && !taken.has(place) ? [{ id, place }] : []));
  if (wide && points.length === 0) {
    problems.error(line, 'header', header.join(' | '), 'a column for each metering point');
  }
  return { ...places, points };
}

class AllocationReader {
  private readonly starts: TimeReader;
  private readonly ends: TimeReader;
  private readonly lengthMs: number;
  private readonly scale: number;
  private decimals = 0;

  constructor(
    private readonly layout: AllocationLayout,
    private readonly places: Places,
    private readonly problems: FileProblems,
  ) {
    this.starts = new TimeReader(layout.time);
    this.ends = new TimeReader(layout.time);
    this.lengthMs = layout.resolution === undefined ? 0 : parseResolution(layout.resolution);
    this.scale = ENERGY_UNITS[layout.unit ?? 'kWh'];
  }

  /** Last digit of the allocated energies so far, mWh. */
  get unitMilliwattHours(): number {
    return 10 ** (this.scale - this.decimals);
  }

  *rows(fields: readonly string[], line: number): Generator<AllocatedRow> {
    const { places, layout } = this;
    const wide = layout.columns.meteringPoint === undefined;
    const point = wide ? '' : (fields[places.point] ?? '');
    if (!wide && point === '') this.problems.error(line, 'metering point', '', 'a metering point');
    const span = this.span(fields, line, point);
    if (span === undefined) return;
    if (wide) {
      for (const { id, place } of places.points) {
        const energy = this.stated(fields[place] ?? '', line, id);
        if (energy === undefined) continue;
        yield {
          meteringPoint: id,
          ...span,
          flow: 'sharedIn',
          allocatedMilliwattHours: energy,
          line,
        };
      }
      return;
    }
    const at = (place: number): string => (place === -1 ? '' : (fields[place] ?? ''));
    const readings = withoutUndefined<Partial<AllocatedRow>>({
      consumedMilliwattHours: this.energy(at(places.consumed), line, 'consumed'),
      injectedMilliwattHours: this.energy(at(places.injected), line, 'injected'),
      quality: this.quality(at(places.quality), line),
    });
    const base = { meteringPoint: point, ...span, line };
    const given = this.stated(at(places.given), line, 'given');
    // The readings stand beside what was allocated; a line that states nothing still says them.
    yield withoutUndefined<AllocatedRow>({
      ...base,
      flow: 'sharedIn',
      allocatedMilliwattHours: this.stated(at(places.allocated), line, 'allocated'),
      surplusMilliwattHours: this.energy(at(places.surplus), line, 'surplus'),
      ...readings,
    });
    if (given !== undefined) {
      yield { ...base, flow: 'sharedOut', allocatedMilliwattHours: given };
    }
  }

  /** An allocated energy: its decimals tell the file's last digit. */
  private stated(text: string, line: number, path: string): number | undefined {
    const energy = this.energy(text, line, path);
    const decimals = /[.,](\d+)$/.exec(text)?.[1]?.length ?? 0;
    if (energy !== undefined) this.decimals = Math.max(this.decimals, decimals);
    return energy;
  }

  private quality(text: string, line: number): IntervalQuality | undefined {
    if (text === '') return undefined;
    const { qualities } = this.layout;
    const known = qualities?.[text] ?? INTERVAL_QUALITIES.find((quality) => quality === text);
    if (known !== undefined) return known;
    const codes = Object.keys(qualities ?? {}).concat(INTERVAL_QUALITIES);
    this.problems.error(line, 'quality', text, `one of ${codes.join(', ')}`);
    return undefined;
  }

  private energy(text: string, line: number, path: string): number | undefined {
    if (text === '') return undefined;
    const value = decimalNumerator(text, this.scale);
    if (value !== undefined && value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER)) {
      return Number(value);
    }
    const unit = this.layout.unit ?? 'kWh';
    const expected = `an energy in ${unit}, 0 or more, with at most ${this.scale} decimals`;
    this.problems.error(line, path, text, expected);
    return undefined;
  }

  private span(
    fields: readonly string[],
    line: number,
    owner: string,
  ): { startMs: EpochMs; endMs: EpochMs } | undefined {
    const { places, layout, problems } = this;
    const text = fields[places.start] ?? '';
    const named = this.starts.read(text, owner);
    if (named === undefined) {
      problems.error(line, layout.columns.start, text, this.starts.expected);
      return undefined;
    }
    const last = places.end === -1 ? '' : (fields[places.end] ?? '');
    if (last === '') {
      if (this.lengthMs === 0) {
        const expected = 'an end, or a layout that says the resolution';
        problems.error(line, layout.columns.end ?? 'end', last, expected);
        return undefined;
      }
      return layout.label === 'end'
        ? { startMs: named - this.lengthMs, endMs: named }
        : { startMs: named, endMs: named + this.lengthMs };
    }
    const endMs = this.ends.read(last, owner);
    if (endMs !== undefined && endMs > named) return { startMs: named, endMs };
    const expected = `${this.ends.expected}, after the start`;
    problems.error(line, layout.columns.end ?? 'end', last, expected);
    return undefined;
  }
}

/**
 * An operator's allocation under the metering points' own ids: names that are an `operatorId` become the
 * id of its point; names that the community does not know stay as they are.
 */
export function allocationOfPoints(file: AllocationFile, community: Community): AllocationFile {
  const known = pointsByOperatorId(community);
  return {
    ...file,
    rows: file.rows.map((row) => ({
      ...row,
      meteringPoint: known.get(row.meteringPoint)?.id ?? row.meteringPoint,
    })),
  };
}
