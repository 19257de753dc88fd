import { canonicalJson, type IntervalV1 } from '@microgrid/events';
import { MeteringError, type SeriesQuery, type SeriesStore } from '@microgrid/metering';
import { compareIds, formatInstant, parseInstant, type EpochMs } from '@microgrid/units';
import type { Statement } from 'better-sqlite3';
import type { Store } from './connection.js';
import { dayOf, decodeBlock, encodeBlock } from './interval-block.js';

/** A row of table `series_block`. */
interface Row {
  readonly metering_point: string;
  readonly day: number;
  readonly intervals: string;
  readonly hash: Buffer;
}

/** `SeriesStore` with one block per metering point and UTC day of the intervals' start. */
export class SqliteSeries implements SeriesStore {
  readonly #get: Statement;
  readonly #put: Statement;
  readonly #span: Statement;
  readonly #points: Statement;

  constructor(private readonly store: Store) {
    this.#get = store.prepare('SELECT * FROM series_block WHERE metering_point = ? AND day = ?');
    this.#put = store.prepare('INSERT OR REPLACE INTO series_block VALUES (?, ?, ?, ?)');
    this.#span = store.prepare(
      'SELECT * FROM series_block WHERE metering_point = ? AND day BETWEEN ? AND ?',
    );
    this.#points = store.prepare('SELECT DISTINCT metering_point FROM series_block').pluck();
  }

  put(intervals: readonly IntervalV1[]): Promise<void> {
    return this.store.write(() => {
      const blocks = new Map<string, { point: string; day: number; list: IntervalV1[] }>();
      for (const interval of intervals) {
        const point = interval.meteringPoint;
        const day = dayOf(parseInstant(interval.start));
        const block = blocks.get(`${day}/${point}`) ?? { point, day, list: [] };
        blocks.set(`${day}/${point}`, block);
        block.list.push(interval);
      }
      for (const { point, day, list } of blocks.values()) this.#merge(point, day, list);
    });
  }

  #merge(point: string, day: number, added: readonly IntervalV1[]): void {
    const row = this.#get.get(point, day) as Row | undefined;
    const byId = new Map((row ? this.#decode(row) : []).map((one) => [one.id, one]));
    const before = byId.size;
    for (const interval of added) {
      const known = byId.get(interval.id);
      if (known !== undefined && canonicalJson(known) !== canonicalJson(interval)) {
        throw new MeteringError('conflicting-interval', {
          column: 'id',
          value: `${interval.id} with other content`,
          expected: 'the content already kept, or the next revision',
        });
      }
      byId.set(interval.id, interval);
    }
    if (byId.size === before) return;
    const text = encodeBlock([...byId.values()], day);
    this.#put.run(point, day, text, this.store.rowHash([point, day, text]));
  }

  #decode({ metering_point: point, day, intervals, hash }: Row): IntervalV1[] {
    this.store.checkRow(`intervals of ${point} on day ${day}`, [point, day, intervals], hash);
    return decodeBlock(intervals, point, day);
  }

  read({ meteringPoints, startMs, endMs }: SeriesQuery): Promise<readonly IntervalV1[]> {
    return this.store.read(() => {
      if (endMs <= startMs) return [];
      const points = meteringPoints ?? (this.#points.all() as string[]);
      const found = [...new Set(points)].flatMap((point) =>
        this.#highest(point, startMs, endMs).map((interval) => ({
          interval,
          at: parseInstant(interval.start),
        })),
      );
      found.sort(
        (a, b) => a.at - b.at || compareIds(a.interval.meteringPoint, b.interval.meteringPoint),
      );
      return found.map(({ interval }) => interval);
    });
  }

  #highest(point: string, startMs: EpochMs, endMs: EpochMs): IntervalV1[] {
    const rows = this.#span.all(point, dayOf(startMs), dayOf(endMs - 1)) as Row[];
    const newest = new Map<string, IntervalV1>();
    for (const interval of rows.flatMap((row) => this.#decode(row))) {
      const at = parseInstant(interval.start);
      if (at < startMs || at >= endMs) continue;
      const known = newest.get(interval.start);
      if (!known || known.revision < interval.revision) newest.set(interval.start, interval);
    }
    return [...newest.values()];
  }

  revisions(meteringPoint: string, startMs: EpochMs): Promise<readonly IntervalV1[]> {
    return this.store.read(() => {
      const row = this.#get.get(meteringPoint, dayOf(startMs)) as Row | undefined;
      const start = formatInstant(startMs);
      const found = (row ? this.#decode(row) : []).filter((one) => one.start === start);
      return found.sort((a, b) => a.revision - b.revision);
    });
  }

  meteringPoints(): Promise<readonly string[]> {
    return this.store.read(() => (this.#points.all() as string[]).sort(compareIds));
  }
}
