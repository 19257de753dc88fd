import { compileNet, type ArcTable } from './compiled-net.js';
import { LimitWatch, type ExplorationLimits } from './limits.js';
import type { PtNet } from './pt-net.js';
import { finish, type Steps } from './steps.js';

/** A weighted sum: `index` is a place (or transition) of the net, `weight` an integer from 1. */
export type Semiflow = readonly { readonly index: number; readonly weight: number }[];

/** What a semiflow search found. */
export interface Semiflows {
  /** Each of minimal support and with weights whose greatest common divisor is 1. */
  readonly semiflows: readonly Semiflow[];
  /**
   * False if a limit made the search leave rows out: what is listed is right, but it may not be all,
   * and of two supports one may contain the other's.
   */
  readonly complete: boolean;
}

/** How much a semiflow search may do. */
export interface SemiflowOptions extends Pick<
  ExplorationLimits,
  'clock' | 'maxMilliseconds' | 'signal'
> {
  /**
   * Rows of the working table, at least the number of places; the number of semiflows can grow
   * exponentially. Default 1,000.
   */
  readonly maxRows?: number;
}

/** A non-negative combination of the first rows: what it is made of, and what is left of it. */
interface Row {
  readonly weights: Map<number, number>;
  readonly rest: Map<number, number>;
  readonly support: Uint32Array;
  /** The first index of the support. */
  readonly first: number;
}

/** Pairs tried when one column is eliminated, per allowed row. */
const PAIRS_PER_ROW = 10;

/** Comparisons of supports in one search: some seconds. Then few pairs are tried per column, and after as much again it ends. */
const MAX_WORK = 50_000_000;
const PAIRS_AT_LEAST = 100;

/** Copying one weight takes about as long as this many comparisons. */
const COPY_WORK = 8;

/** Looking for an index takes about this part of a comparison. */
const LOOK_WORK = 1 / 16;

/** Work between two looks at clock and signal: some milliseconds. */
const SLICE_WORK = 50_000;

/** Words of all supports at the start: 256 MiB. A net with more is not searched. */
const MAX_SUPPORT_WORDS = 2 ** 26;

function greatestCommonDivisor(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

/** Adds a multiple of one row's map to another's; false if a number leaves the safe integers. */
function addScaled(into: Map<number, number>, from: Map<number, number>, factor: number): boolean {
  for (const [key, value] of from) {
    const product = factor * value;
    const sum = (into.get(key) ?? 0) + product;
    if (!Number.isSafeInteger(product) || !Number.isSafeInteger(sum)) return false;
    if (sum === 0) into.delete(key);
    else into.set(key, sum);
  }
  return true;
}

function divideBy(map: Map<number, number>, divisor: number): void {
  for (const [key, value] of map) map.set(key, value / divisor);
}

/** Makes the greatest common divisor of the weights 1; it divides what is left too. */
function divideByCommon(weights: Map<number, number>, rest: Map<number, number>): void {
  let divisor = 0;
  for (const value of weights.values()) {
    divisor = greatestCommonDivisor(divisor, value);
    if (divisor === 1) return;
  }
  divideBy(weights, divisor);
  divideBy(rest, divisor);
}

/** The combination of two rows in which `column` vanishes; nothing if a number grows too large. */
function combine(positive: Row, negative: Row, column: number): Row | undefined {
  const up = positive.rest.get(column) ?? 0;
  const down = -(negative.rest.get(column) ?? 0);
  const common = greatestCommonDivisor(up, down);
  const weights = new Map<number, number>();
  const rest = new Map<number, number>();
  const added =
    addScaled(weights, positive.weights, down / common) &&
    addScaled(rest, positive.rest, down / common) &&
    addScaled(weights, negative.weights, up / common) &&
    addScaled(rest, negative.rest, up / common);
  if (!added) return undefined;
  divideByCommon(weights, rest);
  const support = positive.support.map((word, index) => word | (negative.support[index] as number));
  return { weights, rest, support, first: Math.min(positive.first, negative.first) };
}

/** Multiplies all values; false if one leaves the safe integers. */
function scale(map: Map<number, number>, factor: number): boolean {
  if (factor === 1) return true;
  for (const [key, value] of map) {
    if (!Number.isSafeInteger(value * factor)) return false;
    map.set(key, value * factor);
  }
  return true;
}

/**
 * `combine` into the larger row, which is used up: chains of thousands of places would otherwise be
 * copied once for every place.
 */
function absorb(large: Row, small: Row, column: number): Row | undefined {
  const ours = Math.abs(large.rest.get(column) ?? 0);
  const theirs = Math.abs(small.rest.get(column) ?? 0);
  const common = greatestCommonDivisor(ours, theirs);
  const added =
    scale(large.weights, theirs / common) &&
    scale(large.rest, theirs / common) &&
    addScaled(large.weights, small.weights, ours / common) &&
    addScaled(large.rest, small.rest, ours / common);
  if (!added) return undefined;
  divideByCommon(large.weights, large.rest);
  for (let word = 0; word < small.support.length; word += 1)
    (large.support[word] as number) |= small.support[word] as number;
  return { ...large, first: Math.min(large.first, small.first) };
}

function contains(large: Uint32Array, small: Uint32Array): boolean {
  for (let word = 0; word < small.length; word += 1)
    if (((small[word] as number) & ~(large[word] as number)) !== 0) return false;
  return true;
}

/** The working rows, found by column and by the first index of their support. */
class Table {
  readonly rows = new Set<Row>();
  /** No two supports share an index, so none contains another's: true until a row is used twice. */
  disjoint = true;
  private readonly byColumn = new Map<number, Set<Row>>();
  private readonly byFirst = new Map<number, Set<Row>>();
  private readonly positive = new Map<number, number>();

  add(row: Row): void {
    this.rows.add(row);
    setAt(this.byFirst, row.first).add(row);
    for (const [column, value] of row.rest) {
      setAt(this.byColumn, column).add(row);
      if (value > 0) this.positive.set(column, (this.positive.get(column) ?? 0) + 1);
    }
  }

  delete(row: Row): void {
    this.rows.delete(row);
    const same = this.byFirst.get(row.first);
    same?.delete(row);
    if (same?.size === 0) this.byFirst.delete(row.first);
    for (const [column, value] of row.rest) {
      const rows = this.byColumn.get(column);
      rows?.delete(row);
      if (rows?.size === 0) this.byColumn.delete(column);
      if (value > 0) this.positive.set(column, (this.positive.get(column) ?? 0) - 1);
    }
  }

  /** The rows that are not balanced in the column. */
  at(column: number): readonly Row[] {
    return [...(this.byColumn.get(column) ?? [])];
  }

  /** The column whose elimination adds the fewest rows; -1 if every row is balanced. */
  cheapestColumn(budget: Budget): number {
    let best = -1;
    let bestCost = Infinity;
    for (const [column, rows] of this.byColumn) {
      budget.spend(LOOK_WORK);
      const up = this.positive.get(column) ?? 0;
      const cost = up * (rows.size - up) - rows.size;
      if (cost < bestCost) [best, bestCost] = [column, cost];
      // It cannot add rows: in large nets, looking on would take longer than the elimination.
      if (cost < 0) break;
    }
    return best;
  }

  /** Whether some balanced row of the column has its support in that of the two; counts comparisons. */
  hasWithin(
    support: Uint32Array,
    pair: readonly [Row, Row],
    column: number,
    budget: Budget,
  ): boolean {
    if (this.disjoint) return false;
    const comparison = comparisonWork(support);
    for (const { weights } of pair) {
      budget.spend(weights.size * LOOK_WORK);
      for (const index of weights.keys())
        for (const row of this.byFirst.get(index) ?? []) {
          budget.spend(comparison);
          if (!row.rest.has(column) && contains(support, row.support)) return true;
        }
    }
    return false;
  }
}

function setAt(map: Map<number, Set<Row>>, key: number): Set<Row> {
  const known = map.get(key) ?? new Set<Row>();
  map.set(key, known);
  return known;
}

/** What is left to spend. */
class Budget {
  complete = true;
  /** Ended by clock, signal or too much work. */
  over = false;
  private work = MAX_WORK;
  private sinceLook = 0;
  private readonly watch: LimitWatch;

  constructor(
    readonly rows: number,
    options: SemiflowOptions,
  ) {
    const { clock, maxMilliseconds, signal } = options;
    this.watch = new LimitWatch({
      ...(clock && { clock }),
      ...(maxMilliseconds !== undefined && { maxMilliseconds }),
      ...(signal && { signal }),
    });
  }

  spend(work: number): void {
    this.work -= work;
    this.sinceLook += work;
  }

  /** So much was done that fewer pairs are tried. */
  get scarce(): boolean {
    return this.work <= 0;
  }

  /** A good moment to let others work. */
  get due(): boolean {
    return this.sinceLook > SLICE_WORK;
  }

  /** Ends the search if it is time. */
  look(): void {
    this.sinceLook = 0;
    this.over = this.work < -MAX_WORK || this.watch.check(0, 0, 0) !== undefined;
    if (this.over) this.complete = false;
  }
}

/** Supports of large nets take longer to compare. */
function comparisonWork(support: Uint32Array): number {
  return 1 + (support.length >>> 6);
}

function supportSize(row: Row): number {
  return row.weights.size;
}

function rowSize(row: Row): number {
  return row.weights.size + row.rest.size;
}

/** The pairs to combine, those with few places first where there are too many of them. */
function pairsOf(rows: readonly Row[], column: number, budget: Budget): [Row, Row][] {
  const smallFirst = (sign: number): Row[] =>
    rows
      .filter((row) => Math.sign(row.rest.get(column) ?? 0) === sign)
      .sort((a, b) => supportSize(a) - supportSize(b));
  let [positive, negative] = [smallFirst(1), smallFirst(-1)];
  const most = budget.scarce ? PAIRS_AT_LEAST : budget.rows * PAIRS_PER_ROW;
  if (positive.length * negative.length > most) {
    budget.complete = false;
    const side = Math.floor(Math.sqrt(most));
    positive = positive.slice(0, Math.max(side, Math.floor(most / negative.length)));
    negative = negative.slice(0, Math.max(side, Math.floor(most / positive.length)));
  }
  return positive.flatMap((up) => negative.map((down): [Row, Row] => [up, down]));
}

/** One step of Farkas' algorithm. What the budget does not allow is left out. */
function* eliminate(table: Table, column: number, budget: Budget): Steps<void> {
  const involved = table.at(column);
  const pairs = pairsOf(involved, column, budget);
  const [only] = pairs;
  if (only !== undefined && involved.length === 2) {
    mergeOnly(table, only, column, budget);
    return;
  }
  if (pairs.length > 1) table.disjoint = false;
  const made: Row[] = [];
  for (const [up, down] of pairs) {
    if (budget.due) {
      yield;
      budget.look();
      if (budget.over) return;
    }
    const support = up.support.map((word, index) => word | (down.support[index] as number));
    // Only minimal supports matter: every other semiflow is a sum of those.
    if (table.hasWithin(support, [up, down], column, budget)) continue;
    budget.spend(made.length * comparisonWork(support));
    if (made.some((row) => contains(support, row.support))) continue;
    budget.spend(COPY_WORK * (rowSize(up) + rowSize(down)));
    const row = combine(up, down, column);
    if (row === undefined) {
      budget.complete = false;
      continue;
    }
    for (let index = made.length - 1; index >= 0; index -= 1)
      if (contains((made[index] as Row).support, support)) made.splice(index, 1);
    made.push(row);
    if (made.length > budget.rows) break;
  }
  for (const row of involved) table.delete(row);
  for (const row of made) table.add(row);
  if (table.rows.size <= budget.rows) return;
  budget.complete = false;
  const largest = [...table.rows].sort((a, b) => supportSize(a) - supportSize(b));
  for (const row of largest.slice(budget.rows)) table.delete(row);
}

/** The elimination of a column in which two rows stand, one of each sign. */
function mergeOnly(table: Table, pair: readonly [Row, Row], column: number, budget: Budget): void {
  const [up, down] = pair;
  const support = up.support.map((word, index) => word | (down.support[index] as number));
  const redundant = table.hasWithin(support, pair, column, budget);
  table.delete(up);
  table.delete(down);
  if (redundant) return;
  const [small, large] = rowSize(up) < rowSize(down) ? [up, down] : [down, up];
  budget.spend(COPY_WORK * rowSize(small));
  const row = absorb(large, small, column);
  if (row === undefined) budget.complete = false;
  else table.add(row);
}

/** Nothing, of a net whose supports would not fit into memory. */
const TOO_LARGE: Semiflows = { semiflows: [], complete: false };

function isTooLarge(rows: number): boolean {
  return rows * Math.ceil(rows / 32) > MAX_SUPPORT_WORDS;
}

function* farkas(start: readonly Row[], options: SemiflowOptions): Steps<Semiflows> {
  // A net has a row for every place to begin with: only what comes on top of them is held back.
  const budget = new Budget(Math.max(options.maxRows ?? 1000, start.length), options);
  const table = new Table();
  for (const row of start) table.add(row);
  budget.look();
  while (!budget.over) {
    const column = table.cheapestColumn(budget);
    if (column < 0) break;
    yield* eliminate(table, column, budget);
    if (!budget.due) continue;
    yield;
    budget.look();
  }
  const semiflows = [...table.rows]
    .filter(({ rest }) => rest.size === 0)
    .map(({ weights }) =>
      [...weights].map(([index, weight]) => ({ index, weight })).sort((a, b) => a.index - b.index),
    )
    .sort((a, b) => compareSemiflows(a, b));
  return { semiflows, complete: budget.complete };
}

function compareSemiflows(a: Semiflow, b: Semiflow): number {
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const difference = (a[at]?.index ?? 0) - (b[at]?.index ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function emptyRow(index: number, count: number): Row {
  const support = new Uint32Array(Math.ceil(count / 32));
  support[index >>> 5] = 1 << (index & 31);
  return { weights: new Map([[index, 1]]), rest: new Map(), support, first: index };
}

function eachDelta(
  table: ArcTable,
  visit: (t: number, place: number, delta: number) => void,
): void {
  for (let t = 0; t + 1 < table.start.length; t += 1)
    for (let at = table.start[t] as number; at < (table.start[t + 1] as number); at += 1)
      visit(t, table.place[at] as number, table.value[at] as number);
}

/** Equal changes need to be balanced once only. */
function distinctChanges(table: ArcTable): Set<number> {
  const seen = new Set<string>();
  const distinct = new Set<number>();
  for (let t = 0; t + 1 < table.start.length; t += 1) {
    const pairs: [number, number][] = [];
    for (let at = table.start[t] as number; at < (table.start[t + 1] as number); at += 1)
      pairs.push([table.place[at] as number, table.value[at] as number]);
    pairs.sort((a, b) => a[0] - b[0]);
    const sign = Math.sign(pairs[0]?.[1] ?? 1);
    const key = pairs.map(([place, value]) => `${place}:${value * sign}`).join();
    if (seen.has(key)) continue;
    seen.add(key);
    distinct.add(t);
  }
  return distinct;
}

/**
 * The minimal P-semiflows: weighted sums of places that no firing changes (Farkas' algorithm with
 * pruning of non-minimal supports; Colom and Silva 1991). A place that some transition resets is in
 * none. Read and inhibitor arcs change nothing and need no care.
 */
export function placeSemiflows(net: PtNet, options: SemiflowOptions = {}): Semiflows {
  return finish(placeSemiflowsInSteps(net, options));
}

/** `placeSemiflows` in pieces: see `Steps`. */
export function* placeSemiflowsInSteps(
  net: PtNet,
  options: SemiflowOptions = {},
): Steps<Semiflows> {
  if (isTooLarge(net.places.length)) return TOO_LARGE;
  const { deltas, resets } = compileNet(net);
  const reset = new Set(resets.place);
  const rows = net.places.map((_, index) => emptyRow(index, net.places.length));
  const distinct = distinctChanges(deltas);
  eachDelta(deltas, (t, place, delta) => {
    if (distinct.has(t)) rows[place]?.rest.set(t, delta);
  });
  return yield* farkas(
    rows.filter((_, place) => !reset.has(place)),
    options,
  );
}

/**
 * Weighted sums of places that no firing raises: P-semiflows and more (Farkas' algorithm with a slack
 * for every transition). They bound places that no semiflow covers. Not necessarily minimal; the
 * list may be cut short by `maxRows`, what is in it is right.
 */
export function nonIncreasingSums(net: PtNet, options: SemiflowOptions = {}): Semiflows {
  return finish(nonIncreasingSumsInSteps(net, options));
}

/** `nonIncreasingSums` in pieces: see `Steps`. */
export function* nonIncreasingSumsInSteps(
  net: PtNet,
  options: SemiflowOptions = {},
): Steps<Semiflows> {
  const count = net.places.length;
  if (isTooLarge(count + net.transitions.length)) return TOO_LARGE;
  const { deltas, resets } = compileNet(net);
  const reset = new Set(resets.place);
  const rows = net.places.map((_, index) => emptyRow(index, count + net.transitions.length));
  eachDelta(deltas, (t, place, delta) => rows[place]?.rest.set(t, delta));
  const slack = net.transitions.map((_, t) => {
    const row = emptyRow(count + t, count + net.transitions.length);
    row.rest.set(t, 1);
    return row;
  });
  const { semiflows, complete } = yield* farkas(
    [...rows.filter((_, place) => !reset.has(place)), ...slack],
    options,
  );
  const sums = semiflows
    .map((semiflow) => semiflow.filter(({ index }) => index < count))
    .filter((semiflow) => semiflow.length > 0);
  return { semiflows: sums, complete };
}

/**
 * The minimal T-semiflows: how often each transition would fire in a run that ends where it began.
 * A transition with reset arcs is in none.
 */
export function transitionSemiflows(net: PtNet, options: SemiflowOptions = {}): Semiflows {
  return finish(transitionSemiflowsInSteps(net, options));
}

/** `transitionSemiflows` in pieces: see `Steps`. */
export function* transitionSemiflowsInSteps(
  net: PtNet,
  options: SemiflowOptions = {},
): Steps<Semiflows> {
  if (isTooLarge(net.transitions.length)) return TOO_LARGE;
  const { deltas } = compileNet(net);
  const rows = net.transitions.map((_, index) => emptyRow(index, net.transitions.length));
  eachDelta(deltas, (t, place, delta) => rows[t]?.rest.set(place, delta));
  return yield* farkas(
    rows.filter((_, t) => (net.transitions[t]?.resets.length ?? 0) === 0),
    options,
  );
}
