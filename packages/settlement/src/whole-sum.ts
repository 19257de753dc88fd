/**
 * The sum of whole numbers of a column, exact up to 2^53 - 1.
 * @param to exclusive.
 */
export function wholeSum(column: Float64Array, from: number, to: number): number {
  // Four sums at a time: one addition need not wait for the one before.
  let [first, second, third, fourth] = [0, 0, 0, 0];
  let cell = from;
  for (; cell + 3 < to; cell += 4) {
    first += column[cell] as number;
    second += column[cell + 1] as number;
    third += column[cell + 2] as number;
    fourth += column[cell + 3] as number;
  }
  for (; cell < to; cell++) first += column[cell] as number;
  return first + second + (third + fourth);
}
