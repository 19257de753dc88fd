import fc from 'fast-check';
import { planReads, type ReadPlanRules, type Span } from './read-plan.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
jest.setTimeout(30_000 * scale);
const holding = (address: number, count: number): Span => ({ table: 'holding', address, count });
const endOf = ({ address, count }: Span): number => address + count;

/** Values without overlap, few enough to try every plan. */
const layout = fc
  .array(fc.record({ gap: fc.nat({ max: 6 }), count: fc.integer({ min: 1, max: 4 }) }), {
    minLength: 1,
    maxLength: 9,
  })
  .map((parts) => {
    let at = 0;
    return parts.map(({ gap, count }) => {
      at += gap + count;
      return holding(at - count, count);
    });
  });
const rules = fc.record({
  registersPerRead: fc.integer({ min: 4, max: 24 }),
  bridge: fc.nat({ max: 6 }),
  forbidden: fc.array(
    fc
      .record({ address: fc.nat({ max: 60 }), count: fc.integer({ min: 1, max: 2 }) })
      .map(({ address, count }) => holding(address, count)),
    { maxLength: 3 },
  ),
});

/** Whether a run of neighbours may be one read, stated apart from the planner. */
function allowed(
  run: readonly Span[],
  { registersPerRead = 125, bridge = 0, forbidden = [] }: ReadPlanRules,
): boolean {
  if (run.length === 1) return true;
  const [start, end] = [run[0]?.address ?? 0, Math.max(...run.map(endOf))];
  if (end - start > registersPerRead) return false;
  if (run.some((span, at) => at > 0 && span.address - endOf(run[at - 1] ?? span) > bridge))
    return false;
  return !forbidden.some((span) => span.address < end && endOf(span) > start);
}

/** Fewest reads, by trying every way to cut the values. */
function fewest(values: readonly Span[], limits: ReadPlanRules): number {
  if (values.length === 0) return 0;
  let best = Infinity;
  for (let size = 1; size <= values.length; size += 1) {
    if (allowed(values.slice(0, size), limits)) {
      best = Math.min(best, 1 + fewest(values.slice(size), limits));
    }
  }
  return best;
}

describe('read plan', () => {
  it('brings every value once, whole and within the rules, in the fewest reads there are', () => {
    let merged = 0;
    fc.assert(
      fc.property(layout, rules, fc.nat(), (values, limits, turn) => {
        const shuffled = values.toSorted(
          (a, b) => ((a.address * 7919 + turn) % 13) - ((b.address * 7919 + turn) % 13),
        );
        const reads = planReads(shuffled, limits);
        expect(reads.flatMap(({ brings }) => brings)).toEqual(values);
        for (const { brings, ...read } of reads) {
          expect(allowed(brings, limits)).toBe(true);
          expect(read).toEqual(
            holding(
              brings[0]?.address ?? -1,
              Math.max(...brings.map(endOf)) - (brings[0]?.address ?? 0),
            ),
          );
          merged += brings.length - 1;
        }
        expect(reads).toHaveLength(fewest(values, limits));
      }),
      { numRuns: 500 * scale },
    );
    expect(merged).toBeGreaterThan(300);
  });

  it('reads overlapping values in one read, tables apart, and bits up to 2000', () => {
    const reads = planReads<Span>([
      holding(10, 4),
      holding(10, 1),
      holding(12, 4),
      { table: 'input', address: 16, count: 1 },
      { table: 'coil', address: 0, count: 1000 },
      { table: 'coil', address: 1000, count: 1000 },
    ]);
    expect(reads.map(({ table, address, count }) => [table, address, count])).toEqual([
      ['input', 16, 1],
      ['holding', 10, 6],
      ['coil', 0, 2000],
    ]);
  });

  it('keeps declared blocks as they stand and reads one value at a time where it must', () => {
    const wanted = [holding(1, 2), holding(3, 2), holding(3, 2), holding(20, 1)];
    const withBlock = planReads(wanted, { blocks: [holding(0, 10), holding(50, 10)] });
    expect(withBlock.map(({ address, count }) => [address, count])).toEqual([
      [0, 10],
      [20, 1],
    ]);
    const single = planReads(wanted, { oneValuePerRead: true });
    expect(single.map(({ address, brings }) => [address, brings.length])).toEqual([
      [1, 1],
      [3, 2],
      [20, 1],
    ]);
  });
});
