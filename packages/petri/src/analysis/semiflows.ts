import { compileNet, type ArcTable } from './compiled-net.js';
import type { PtNet } from './pt-net.js';

/** A weighted sum: `index` is a place (or transition) of the net, `weight` an integer from 1. */
export type Semiflow = readonly { readonly index: number; readonly weight: number }[];

/** What a semiflow search found. */
export interface Semiflows {
  /** Each of minimal support and with weights whose greatest common divisor is 1. */
  readonly semiflows: readonly Semiflow[];
  /**
   * False if `maxRows` made the search leave rows out: what is listed is right, but it may not be all,
   * and of two supports one may contain the other's.
   */
  readonly complete: boolean;
}

/** How much a semiflow search may do. */
export interface SemiflowOptions {
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
  let divisor = 0;
  for (const value of weights.values()) divisor = greatestCommonDivisor(divisor, value);
  if (divisor > 1) {
    divideBy(weights, divisor);
    divideBy(rest, divisor);
  }
  const support = positive.support.map((word, index) => word | (negative.support[index] as number));
  return { weights, rest, support, first: Math.min(positive.first, negative.first) };
}

function contains(large: Uint32Array, small: Uint32Array): boolean {
  for (let word = 0; word < small.length; word += 1)
    if (((small[word] as number) & ~(large[word] as number)) !== 0) return false;
  return true;
}

/** The working rows, found by column and by the first index of their support. */
class Table {
  readonly rows = new Set<Row>();
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
    this.byFirst.get(row.first)?.delete(row);
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
  cheapestColumn(): number {
    let best = -1;
    let bestCost = Infinity;
    for (const [column, rows] of this.byColumn) {
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
    for (const { weights } of pair)
      for (const index of weights.keys())
        for (const row of this.byFirst.get(index) ?? []) {
          budget.work -= 1;
          if (!row.rest.has(column) && contains(support, row.support)) return true;
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
interface Budget {
  readonly rows: number;
  /** Comparisons of supports. */
  work: number;
  complete: boolean;
}

function supportSize(row: Row): number {
  return row.weights.size;
}

/** The pairs to combine, those with few places first where there are too many of them. */
function pairsOf(rows: readonly Row[], column: number, budget: Budget): [Row, Row][] {
  const smallFirst = (sign: number): Row[] =>
    rows
      .filter((row) => Math.sign(row.rest.get(column) ?? 0) === sign)
      .sort((a, b) => supportSize(a) - supportSize(b));
  let [positive, negative] = [smallFirst(1), smallFirst(-1)];
  const most = budget.work > 0 ? budget.rows * PAIRS_PER_ROW : PAIRS_AT_LEAST;
  if (positive.length * negative.length > most) {
    budget.complete = false;
    const side = Math.floor(Math.sqrt(most));
    positive = positive.slice(0, Math.max(side, Math.floor(most / negative.length)));
    negative = negative.slice(0, Math.max(side, Math.floor(most / positive.length)));
  }
  return positive.flatMap((up) => negative.map((down): [Row, Row] => [up, down]));
}

/** One step of Farkas' algorithm. What the budget does not allow is left out. */
function eliminate(table: Table, column: number, budget: Budget): void {
  const involved = table.at(column);
  const made: Row[] = [];
  for (const [up, down] of pairsOf(involved, column, budget)) {
    const support = up.support.map((word, index) => word | (down.support[index] as number));
    // Only minimal supports matter: every other semiflow is a sum of those.
    if (table.hasWithin(support, [up, down], column, budget)) continue;
    budget.work -= made.length;
    if (made.some((row) => contains(support, row.support))) continue;
    budget.work -= COPY_WORK * (supportSize(up) + supportSize(down));
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

function farkas(start: readonly Row[], options: SemiflowOptions): Semiflows {
  // A net has a row for every place to begin with: only what comes on top of them is held back.
  const maxRows = Math.max(options.maxRows ?? 1000, start.length);
  const budget = { rows: maxRows, work: MAX_WORK, complete: true };
  const table = new Table();
  for (const row of start) table.add(row);
  for (;;) {
    const column = table.cheapestColumn();
    if (column < 0) break;
    if (budget.work < -MAX_WORK) {
      budget.complete = false;
      break;
    }
    eliminate(table, column, budget);
  }
  const rows = [...table.rows].filter(({ rest }) => rest.size === 0);
  const semiflows = rows
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
  const { deltas, resets } = compileNet(net);
  const reset = new Set(resets.place);
  const rows = net.places.map((_, index) => emptyRow(index, net.places.length));
  const distinct = distinctChanges(deltas);
  eachDelta(deltas, (t, place, delta) => {
    if (distinct.has(t)) rows[place]?.rest.set(t, delta);
  });
  return farkas(
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
  const { deltas, resets } = compileNet(net);
  const reset = new Set(resets.place);
  const count = net.places.length;
  const rows = net.places.map((_, index) => emptyRow(index, count + net.transitions.length));
  eachDelta(deltas, (t, place, delta) => rows[place]?.rest.set(t, delta));
  const slack = net.transitions.map((_, t) => {
    const row = emptyRow(count + t, count + net.transitions.length);
    row.rest.set(t, 1);
    return row;
  });
  const { semiflows, complete } = farkas(
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
  const { deltas } = compileNet(net);
  const rows = net.transitions.map((_, index) => emptyRow(index, net.transitions.length));
  eachDelta(deltas, (t, place, delta) => rows[t]?.rest.set(place, delta));
  return farkas(
    rows.filter((_, t) => (net.transitions[t]?.resets.length ?? 0) === 0),
    options,
  );
}
