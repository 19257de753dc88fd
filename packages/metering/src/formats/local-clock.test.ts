import { LocalClock, RowOrder } from './local-clock.js';

const QUARTER_MS = 900_000;

/** End labels of a local day as a file writes them, one by one in the order of time. */
function endLabels(clock: LocalClock, date: string): { minute: number; endMs: number }[] {
  const startMs = clock.startOf(date);
  const labels: { minute: number; endMs: number }[] = [];
  for (let quarter = 1; quarter <= clock.lengthMinutes(date) / 15; quarter++) {
    const endMs = startMs + quarter * QUARTER_MS;
    const minute = [...Array(97).keys()]
      .map((each) => each * 15)
      .find((each) => clock.instants(date, each).includes(endMs));
    labels.push({ minute: minute ?? -1, endMs });
  }
  return labels;
}

test.each([
  ['Europe/Lisbon', '2026-03-29', 92],
  ['Europe/Lisbon', '2026-10-25', 100],
  ['Atlantic/Azores', '2026-03-29', 92],
  ['Atlantic/Azores', '2026-10-25', 100],
  ['Atlantic/Madeira', '2025-10-26', 100],
  ['Europe/Madrid', '2026-10-25', 100],
  ['Europe/Berlin', '2026-03-29', 92],
  ['Europe/Lisbon', '2026-06-21', 96],
])(
  '%s on %s: every end label of %d quarter-hours finds its instant by row order',
  (zone, date, count) => {
    const clock = new LocalClock(zone);
    const labels = endLabels(clock, date);
    expect(labels).toHaveLength(count);
    const order = new RowOrder(QUARTER_MS);
    for (const { minute, endMs } of labels) {
      expect(order.choose(clock.endInstants(date, minute), `${date} ${minute}`)).toBe(endMs);
    }
  },
);

test('a skipped time has no instant, a repeated one two, an hour apart', () => {
  const clock = new LocalClock('Europe/Lisbon');
  expect(clock.instants('2026-03-29', 75)).toEqual([]);
  const [first = 0, second = 0] = clock.instants('2026-10-25', 75);
  expect(second - first).toBe(3_600_000);
});

test('at a change an end may be written in the old time', () => {
  const clock = new LocalClock('Europe/Lisbon');
  // 01:00 does not exist on this day: the clock shows 02:00.
  expect(clock.endInstants('2026-03-29', 60)).toEqual([Date.UTC(2026, 2, 29, 1)]);
  expect(clock.endInstants('2026-10-25', 120)).toContain(Date.UTC(2026, 9, 25, 1));
});
