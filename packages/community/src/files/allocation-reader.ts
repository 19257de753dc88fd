import { INTERVAL_QUALITIES, type IntervalQuality } from '@microgrid/events';
import { parseResolution, type EpochMs } from '@microgrid/units';
import { ENERGY_UNITS, type AllocationLayout } from './allocation-layout.js';
import type { AllocationPlaces } from './allocation-places.js';
import type { AllocatedRow } from './allocation-row.js';
import { decimalNumerator } from './decimal-field.js';
import type { FileProblems } from './file-problem.js';
import { TimeReader } from './time-field.js';

/** Makes figures of the lines of one allocation file. */
export class AllocationReader {
  private readonly starts: TimeReader;
  private readonly ends: TimeReader;
  private readonly lengthMs: number;
  private readonly scale: number;
  private decimals = 0;

  constructor(
    private readonly layout: AllocationLayout,
    private readonly places: AllocationPlaces,
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

  /** The figures of a line; a line that says nothing has none. */
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
    const given = this.stated(at(places.given), line, 'given');
    const allocated = this.stated(at(places.allocated), line, 'allocated');
    const surplus = this.energy(at(places.surplus), line, 'surplus');
    const consumed = this.energy(at(places.consumed), line, 'consumed');
    const injected = this.energy(at(places.injected), line, 'injected');
    const quality = this.quality(at(places.quality), line);
    const base = { meteringPoint: point, startMs: span.startMs, endMs: span.endMs, line };
    // The readings stand beside what was allocated; a line that states nothing still says them.
    yield {
      ...base,
      flow: 'sharedIn',
      ...(allocated !== undefined && { allocatedMilliwattHours: allocated }),
      ...(surplus !== undefined && { surplusMilliwattHours: surplus }),
      ...(consumed !== undefined && { consumedMilliwattHours: consumed }),
      ...(injected !== undefined && { injectedMilliwattHours: injected }),
      ...(quality !== undefined && { quality }),
    };
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
