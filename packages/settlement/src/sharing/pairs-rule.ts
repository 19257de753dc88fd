import type { Allocator } from '@microgrid/units';
import type { WeightSchedule } from './coefficient-weights.js';
import type { SharingRule, SharingWork } from './sharing-rule.js';

/** One producer's row of the matrix. */
export interface PairRow {
  /** Position of the producer. */
  readonly producer: number;
  /** Positions of the consumers that are meant to have some, in order. */
  readonly consumers: Int32Array;
  /** Coefficients of these consumers and the rest. */
  readonly schedule: WeightSchedule;
}

/**
 * A producer x consumer matrix: of each producer's injection, each consumer's coefficient is meant for
 * it (largest remainder over the row, the rest to 1 last). A consumer takes at most its claim, of its
 * producers in proportion to what they meant for it. So the matrix itself says whose injection is
 * taken. Where unused parts are offered again, a producer's rest goes to the consumers of its row that
 * still claim, by the same coefficients, in rounds until nothing moves.
 */
export class PairsRule implements SharingRule {
  readonly kind = 'pairs';
  /** What each row means for each of its consumers in this round, then its rest. */
  private readonly meant: readonly Float64Array[];
  private readonly weights: readonly Float64Array[];
  /** What is meant for each consumer in this round. */
  private readonly totals: Float64Array;
  private readonly takes: Float64Array;
  private readonly open: Float64Array;
  private readonly left: Float64Array;
  private readonly columns: readonly PairColumn[];

  constructor(
    size: number,
    private readonly rows: readonly PairRow[],
    private readonly allocator: Allocator,
    private readonly reoffers: boolean,
    readonly keepsUnused: boolean,
  ) {
    this.meant = rows.map(({ consumers }) => new Float64Array(consumers.length + 1));
    this.weights = rows.map(({ consumers }) => new Float64Array(consumers.length + 1));
    this.totals = new Float64Array(size);
    this.takes = new Float64Array(size);
    this.open = new Float64Array(size);
    this.left = new Float64Array(rows.length);
    this.columns = columnsOf(size, rows);
  }

  share(work: SharingWork): number {
    const { claims, offers, shares, given } = work;
    const { rows, left, open } = this;
    shares.fill(0);
    given.fill(0);
    open.set(claims);
    for (let row = 0; row < rows.length; row++) {
      left[row] = offers[(rows[row] as PairRow).producer] as number;
    }
    this.offer(work.interval);
    let shared = this.take(work);
    if (this.keepsUnused) this.keep(work);
    else if (this.reoffers) {
      while (this.offerAgain(work.interval)) shared += this.take(work);
    }
    return shared;
  }

  /** First round: each row divides all its producer injected, the rest to 1 being nobody's. */
  private offer(interval: number): void {
    const { rows, totals, left, allocator } = this;
    totals.fill(0);
    for (let row = 0; row < rows.length; row++) {
      const { consumers, schedule } = rows[row] as PairRow;
      const meant = this.meant[row] as Float64Array;
      const offered = left[row] as number;
      if (offered === 0) {
        meant.fill(0);
        continue;
      }
      const { withRest, sum } = schedule.at(interval);
      allocator.allocate(offered, withRest, sum, meant);
      addMeant(meant, consumers, totals);
    }
  }

  /** Later rounds: each row divides what it has left over those that still claim. Whether any does. */
  private offerAgain(interval: number): boolean {
    const { rows, totals, left, open } = this;
    let moves = false;
    totals.fill(0);
    for (let row = 0; row < rows.length; row++) {
      const { consumers, schedule } = rows[row] as PairRow;
      const meant = this.meant[row] as Float64Array;
      const weights = (this.weights[row] as Float64Array).fill(0);
      const all = schedule.at(interval).weights;
      let sum = 0;
      for (let place = 0; place < consumers.length; place++) {
        if (open[consumers[place] as number] === 0) continue;
        const weight = all[place] as number;
        weights[place] = weight;
        sum += weight;
      }
      if (left[row] === 0 || sum === 0) {
        meant.fill(0);
        continue;
      }
      this.allocator.allocate(left[row] as number, weights, sum, meant);
      addMeant(meant, consumers, totals);
      moves = true;
    }
    return moves;
  }

  /** Each consumer takes what is meant for it up to its claim; `meant` becomes what is not taken. */
  private take({ shares, given }: SharingWork): number {
    const { totals, open, takes } = this;
    let taken = 0;
    for (let point = 0; point < totals.length; point++) {
      const total = totals[point] as number;
      const claim = open[point] as number;
      const take = claim < total ? claim : total;
      takes[point] = take;
      if (take === 0) continue;
      shares[point] = (shares[point] as number) + take;
      open[point] = claim - take;
      taken += take;
      if (take < total) this.divideTake(point, take, total, given);
    }
    this.giveWhole(given);
    return taken;
  }

  /** A capped consumer takes of its producers in proportion to what they meant for it. */
  private divideTake(point: number, take: number, total: number, given: Float64Array): void {
    const { rows, places, column } = this.columns[point] as PairColumn;
    for (let index = 0; index < rows.length; index++) {
      const meant = this.meant[rows[index] as number] as Float64Array;
      column[index] = meant[places[index] as number] as number;
    }
    this.allocator.allocate(take, column, total, column);
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index] as number;
      const meant = this.meant[row] as Float64Array;
      const place = places[index] as number;
      this.give(row, column[index] as number, given);
      meant[place] = (meant[place] as number) - (column[index] as number);
    }
  }

  /** Consumers that take all that is meant for them. */
  private giveWhole(given: Float64Array): void {
    const { rows, takes, totals } = this;
    for (let row = 0; row < rows.length; row++) {
      const { consumers } = rows[row] as PairRow;
      const meant = this.meant[row] as Float64Array;
      let whole = 0;
      for (let place = 0; place < consumers.length; place++) {
        const point = consumers[place] as number;
        if (takes[point] !== totals[point]) continue;
        whole += meant[place] as number;
        meant[place] = 0;
      }
      if (whole > 0) this.give(row, whole, given);
    }
  }

  private give(row: number, energy: number, given: Float64Array): void {
    const { producer } = this.rows[row] as PairRow;
    given[producer] = (given[producer] as number) + energy;
    this.left[row] = (this.left[row] as number) - energy;
  }

  /** What was meant for a consumer and not taken stays its own surplus, of the producers that meant it. */
  private keep({ own, assigned, takingPart }: SharingWork): void {
    own.fill(0);
    assigned.fill(0);
    const { rows } = this;
    for (let row = 0; row < rows.length; row++) {
      const { producer, consumers } = rows[row] as PairRow;
      const meant = this.meant[row] as Float64Array;
      for (let place = 0; place < consumers.length; place++) {
        const point = consumers[place] as number;
        if (takingPart !== undefined && takingPart[point] !== 1) continue;
        const unused = meant[place] as number;
        own[point] = (own[point] as number) + unused;
        assigned[producer] = (assigned[producer] as number) + unused;
      }
    }
  }
}

function addMeant(meant: Float64Array, consumers: Int32Array, totals: Float64Array): void {
  for (let place = 0; place < consumers.length; place++) {
    const point = consumers[place] as number;
    totals[point] = (totals[point] as number) + (meant[place] as number);
  }
}

/** The rows that a consumer is in, its place in each, and room for what they mean for it. */
interface PairColumn {
  readonly rows: Int32Array;
  readonly places: Int32Array;
  readonly column: Float64Array;
}

function columnsOf(size: number, rows: readonly PairRow[]): PairColumn[] {
  const found = Array.from({ length: size }, (): [number[], number[]] => [[], []]);
  for (const [row, { consumers }] of rows.entries()) {
    for (const [place, point] of consumers.entries()) {
      found[point]?.[0].push(row);
      found[point]?.[1].push(place);
    }
  }
  return found.map(([inRows, places]) => ({
    rows: Int32Array.from(inRows),
    places: Int32Array.from(places),
    column: new Float64Array(places.length),
  }));
}
