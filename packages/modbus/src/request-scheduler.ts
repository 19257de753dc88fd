import type { Priority } from './bus.js';
import type { Transaction } from './transaction.js';
import type { UnitState } from './unit-state.js';

/** Order of the lanes, first served first. */
const lanes: Readonly<Record<Priority, number>> = { control: 0, high: 1, low: 2 };

/** A lane that could have been served so often in a row, and was not, is served once. */
const mostPassedOver = 8;

/**
 * Requests that wait for the line, and the choice of the next one:
 *
 * 1. control before high before low, but each lane is let through once it was passed over
 *    {@link mostPassedOver} times;
 * 2. in a lane, reads whose total deadline would be missed in turn, the earliest first;
 * 3. else the unit served longest ago, so that no unit waits for another's many requests;
 * 4. of one unit the request that came first.
 *
 * Writes of one unit are never reordered.
 */
export class RequestScheduler {
  #waiting: Transaction[] = [];
  readonly #passedOver = [0, 0, 0];
  #turn = 0;
  /** Mean time a request holds the line, ms; moves an eighth of the way with each. */
  #tripMs = 10;

  constructor(private readonly unitOf: (unit: number) => UnitState) {}

  /** Waiting requests, at most; some may be settled already. */
  get length(): number {
    return this.#waiting.length;
  }

  push(transaction: Transaction): void {
    this.#waiting.push(transaction);
  }

  /** A request held the line for so long. */
  learn(tripMs: number): void {
    this.#tripMs += (tripMs - this.#tripMs) / 8;
  }

  /** Counts a request that was sent without waiting. */
  serve(unit: UnitState): void {
    this.#turn += 1;
    unit.servedTurn = this.#turn;
  }

  /** Takes the next request that may be sent; `mayJoin` tells which units may be asked now. */
  next(nowMs: number, mayJoin: (unit: UnitState) => boolean): Transaction | undefined {
    if (this.#waiting.length === 0) return undefined;
    const best: (Transaction | undefined)[] = [undefined, undefined, undefined];
    const written = new Set<number>();
    for (const candidate of this.#waiting) {
      if (candidate.isUnwanted || candidate.notBeforeMs > nowMs) continue;
      const unit = this.unitOf(candidate.unit);
      if (!mayJoin(unit)) continue;
      if (candidate.isWrite) {
        const { writing } = unit;
        if (writing !== undefined && !writing.settled) {
          if (writing !== candidate) continue;
        } else if (written.has(candidate.unit)) continue;
        written.add(candidate.unit);
      }
      const lane = lanes[candidate.priority];
      if (this.#isBefore(candidate, best[lane], nowMs)) best[lane] = candidate;
    }
    const chosen = this.#choose(best);
    if (chosen === undefined) return undefined;
    this.#waiting.splice(this.#waiting.indexOf(chosen), 1);
    this.serve(this.unitOf(chosen.unit));
    return chosen;
  }

  #choose(best: readonly (Transaction | undefined)[]): Transaction | undefined {
    const first = best.findIndex((candidate) => candidate !== undefined);
    if (first === -1) return undefined;
    const starved = best.findIndex(
      (candidate, lane) =>
        candidate !== undefined && lane > first && (this.#passedOver[lane] ?? 0) >= mostPassedOver,
    );
    const lane = starved === -1 ? first : starved;
    for (let other = lane + 1; other < best.length; other += 1) {
      if (best[other] !== undefined) this.#passedOver[other] = (this.#passedOver[other] ?? 0) + 1;
    }
    this.#passedOver[lane] = 0;
    return best[lane];
  }

  /** Whether `candidate`, which came later, is served before `other` of the same lane. */
  #isBefore(candidate: Transaction, other: Transaction | undefined, nowMs: number): boolean {
    if (other === undefined) return true;
    const urgent = this.#isUrgent(candidate, nowMs);
    const otherUrgent = this.#isUrgent(other, nowMs);
    if (urgent !== otherUrgent) return urgent;
    if (urgent && candidate.totalDeadlineMs !== other.totalDeadlineMs) {
      return candidate.totalDeadlineMs < other.totalDeadlineMs;
    }
    if (candidate.unit === other.unit) return false;
    return this.unitOf(candidate.unit).servedTurn < this.unitOf(other.unit).servedTurn;
  }

  /** Whether a request would miss its deadline if it waited for all the others. */
  #isUrgent({ totalDeadlineMs }: Transaction, nowMs: number): boolean {
    if (totalDeadlineMs === Infinity) return false;
    return totalDeadlineMs - nowMs <= (this.#waiting.length + 1) * this.#tripMs * 1.5;
  }

  /** When the first of the requests that may not be sent yet may be; Infinity when there is none. */
  nextReadyMs(nowMs: number): number {
    return this.#waiting.reduce(
      (least, { notBeforeMs }) => (notBeforeMs > nowMs ? Math.min(least, notBeforeMs) : least),
      Infinity,
    );
  }

  /** Throws out those nobody waits for, so that they do not count against the limit. */
  prune(): void {
    this.#waiting = this.#waiting.filter((waiting) => !waiting.isUnwanted);
  }

  /** Takes the requests of one unit out. */
  remove(unit: number): Transaction[] {
    const removed = this.#waiting.filter((waiting) => waiting.unit === unit);
    if (removed.length > 0)
      this.#waiting = this.#waiting.filter((waiting) => waiting.unit !== unit);
    return removed;
  }

  /** Empties the queue and returns what waited. */
  drain(): Transaction[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }
}
