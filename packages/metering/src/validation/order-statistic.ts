/** Fewer values than this are sorted. */
const FEW = 12;

/**
 * The value of a rank (0 the least) among the first `count` values, none of them NaN. Moves them:
 * afterwards none before the rank is larger, none behind it smaller (quickselect, Hoare 1961).
 */
export function orderStatistic(values: Float64Array, count: number, rank: number): number {
  let [low, high] = [0, count - 1];
  while (high - low >= FEW) {
    const pivot = middleOf(
      values[low] as number,
      values[(low + high) >> 1] as number,
      values[high] as number,
    );
    let [up, down] = [low, high];
    while (up <= down) {
      while ((values[up] as number) < pivot) up++;
      while ((values[down] as number) > pivot) down--;
      if (up > down) break;
      const value = values[up] as number;
      values[up++] = values[down] as number;
      values[down--] = value;
    }
    if (rank <= down) high = down;
    else if (rank >= up) low = up;
    else return values[rank] as number;
  }
  sortFew(values, low, high);
  return values[rank] as number;
}

/** Median of the first `count` values, none of them NaN; the mean of the middle two. Moves them. */
export function medianOf(values: Float64Array, count: number): number {
  const middle = count >> 1;
  const upper = orderStatistic(values, count, middle);
  if (count % 2 === 1) return upper;
  let lower = -Infinity;
  for (let at = 0; at < middle; at++) {
    if ((values[at] as number) > lower) lower = values[at] as number;
  }
  return (lower + upper) / 2;
}

function middleOf(a: number, b: number, c: number): number {
  return a < b ? (b < c ? b : a < c ? c : a) : a < c ? a : b < c ? c : b;
}

function sortFew(values: Float64Array, low: number, high: number): void {
  for (let at = low + 1; at <= high; at++) {
    const value = values[at] as number;
    let to = at - 1;
    while (to >= low && (values[to] as number) > value) {
      values[to + 1] = values[to] as number;
      to--;
    }
    values[to + 1] = value;
  }
}
