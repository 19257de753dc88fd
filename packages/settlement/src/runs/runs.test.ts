import { nodeHash } from '@microgrid/journal/node';
import { INTERVAL_QUALITIES, isEventsError } from '@microgrid/events';
import { replay } from '@microgrid/petri';
import { formatInstant } from '@microgrid/units';
import { flatTariff } from '@microgrid/tariff';
import { caseJournal, whereabouts } from '../running-case.js';
import { settlementEvents } from '../settlement-events.js';
import { isSettlementError } from '../settlement-error.js';
import { intervalCase } from './interval-case.js';
import { resettle, settleVersions } from './resettle.js';
import {
  DEFAULT_RUN_CALENDAR,
  parseRunCalendar,
  runDueMs,
  runKindDue,
  RUN_CALENDAR_SCHEMA,
} from './run-calendar.js';
import { inputsAsKnownOn, knownInstants, type RunInputs } from './run-inputs.js';
import { settleRun, type SettlementRun } from './settlement-run.js';
import {
  DAY_MS,
  KNOWN_MS,
  LENIENT,
  MONDAY_MS,
  QUARTER_MS,
  village,
  villageColumns,
  villageInputs,
  villageRequest,
  villageRows,
  type VillageRow,
} from './village.test-data.js';

const NOON_MS = MONDAY_MS + 12 * 3_600_000;
const DAY_LATER_MS = KNOWN_MS + DAY_MS;
const at = (startMs: number) => Math.round((startMs - MONDAY_MS) / QUARTER_MS);

/** What was refused, as `code: message`. */
function refusal(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    if (isSettlementError(error)) return `${error.code}: ${error.message}`;
    if (isEventsError(error)) return error.message;
    throw error;
  }
  return 'accepted';
}

/** Rows with some of them changed. */
function changed(rows: VillageRow[], change: (row: VillageRow) => Partial<VillageRow> | undefined) {
  return rows.map((row) => ({ ...row, ...change(row) }));
}

const isHole = ({ point, startMs }: VillageRow): boolean =>
  point === 'rui' && startMs >= NOON_MS && startMs < NOON_MS + 4 * QUARTER_MS;

const withHole = (days: number): VillageRow[] =>
  changed(villageRows(days), (row) => (isHole(row) ? { energies: null } : undefined));

const qualityAt = (run: SettlementRun, startMs: number, point: number): string | undefined =>
  INTERVAL_QUALITIES[run.settled.quality[at(startMs) * 4 + point] ?? -1];

describe('the calendar of runs', () => {
  const calendar = parseRunCalendar({
    schema: RUN_CALENDAR_SCHEMA,
    holidays: ['2026-12-01', '2026-12-08', '2026-12-25'],
    runs: [
      { kind: 'preliminary', due: { days: 1 } },
      { kind: 'initial', due: { workingDays: 5 } },
      { kind: 'R1', due: { months: 3 } },
      { kind: 'R2', due: { workingDays: 0 } },
      { kind: 'dispute' },
    ].map((rule) => ({ ...rule, minimum: DEFAULT_RUN_CALENDAR.runs[0]?.minimum })),
  });
  const due = (kind: 'initial' | 'R1' | 'R2' | 'dispute', endMs: number, zone: string) => {
    const ms = runDueMs(calendar, kind, endMs, zone);
    return ms === undefined ? undefined : formatInstant(ms);
  };

  test('counts working days from the first one after the period’s last local day', () => {
    // November 2026 in Lisbon ends at 2026-12-01T00:00Z; Tuesday 1 and 8 December are holidays.
    const november = Date.UTC(2026, 11, 1);
    expect(due('initial', november, 'Europe/Lisbon')).toBe('2026-12-09T00:00:00Z');
    expect(due('R2', november, 'Europe/Lisbon')).toBe('2026-11-30T00:00:00Z');
    // Of a shorter month the last day, at local midnight.
    expect(due('R1', november, 'Europe/Lisbon')).toBe('2027-02-28T00:00:00Z');
    expect(due('R1', Date.UTC(2026, 2, 31, 23), 'Europe/Lisbon')).toBe('2026-06-29T23:00:00Z');
    expect(due('dispute', november, 'Europe/Lisbon')).toBeUndefined();
  });

  test('tells which kind is due', () => {
    const end = Date.UTC(2026, 11, 1);
    const zone = 'Europe/Lisbon';
    expect(runKindDue(DEFAULT_RUN_CALENDAR, end, zone, end - 1)).toBeUndefined();
    expect(runKindDue(DEFAULT_RUN_CALENDAR, end, zone, end)).toBe('preliminary');
    expect(runKindDue(DEFAULT_RUN_CALENDAR, end, zone, Date.UTC(2026, 11, 31))).toBe('initial');
    expect(runKindDue(DEFAULT_RUN_CALENDAR, end, zone, Date.UTC(2028, 0, 1))).toBe('final');
  });

  test('refuses runs out of order, shares beyond 1 and kinds that do not exist, by path', () => {
    const share = { energy: '0', count: '0' };
    const minimum = { member: share, total: share };
    const bad = (runs: object[]): string =>
      refusal(() => parseRunCalendar({ schema: RUN_CALENDAR_SCHEMA, runs }));
    expect(
      bad([
        { kind: 'R1', minimum },
        { kind: 'initial', minimum },
      ]),
    ).toMatch('runs[1].kind: got "initial", expected a kind after R1');
    expect(bad([{ kind: 'R0', minimum }])).toMatch('runs[0].kind: got "R0", expected preliminary');
    expect(
      bad([{ kind: 'R1', minimum: { ...minimum, total: { energy: '1.01', count: '0' } } }]),
    ).toMatch('runs[0].minimum.total.energy: got "1.01"');
    expect(bad([])).toMatch('at least one run');
  });
});

describe('completeness', () => {
  const request = villageRequest(1, { calendar: DEFAULT_RUN_CALENDAR });
  const halfOf = (point: string): VillageRow[] =>
    changed(villageRows(1), (row) =>
      row.point === point && at(row.startMs) % 5 !== 0 ? { energies: null } : undefined,
    );

  test('of a member is counted by intervals and by energy', () => {
    const run = settleRun(villageInputs(withHole(1)), { ...request, kind: 'preliminary' });
    const { members, total } = run.completeness;
    expect(members['m-rui']).toMatchObject({
      neededIntervals: 96,
      measuredIntervals: 92,
      missingIntervals: 4,
    });
    expect(members['m-ana']?.measuredIntervals).toBe(96);
    expect(total).toMatchObject({ neededIntervals: 384, measuredIntervals: 380 });
    expect(total.measuredMilliwattHours).toBe(total.energyMilliwattHours);
  });

  test('below its kind’s minimum a run is refused by name; a preliminary one goes on', () => {
    const inputs = villageInputs(halfOf('rui'));
    expect(refusal(() => settleRun(inputs, request))).toMatch(
      /^incomplete: initial run of .*: member m-rui: 20\.83 % of its intervals are measured \(20 of 96, 76 missing\), expected a share of at least 0\.5/,
    );
    expect(settleRun(inputs, { ...request, kind: 'preliminary' }).stopped).toHaveLength(76);
  });

  test('made-up energy does not count as known', () => {
    const rows = changed(villageRows(1), (row) =>
      row.point === 'ana' && at(row.startMs) % 2 === 0
        ? { energies: [9_000_000, 0], quality: 'estimated' }
        : undefined,
    );
    expect(refusal(() => settleRun(villageInputs(rows), request))).toMatch(
      /^incomplete: .* member m-ana: .* of its energy is measured/,
    );
    const strict = village({ minimumMeasuredEnergyShare: '0.9' });
    expect(refusal(() => settleRun(villageInputs(rows, strict), villageRequest(1)))).toMatch(
      'expected a share of at least 0.9',
    );
  });

  test('a kind that the contract’s calendar does not have is refused', () => {
    const calendar = { ...LENIENT, runs: LENIENT.runs.slice(0, 2) };
    expect(
      refusal(() =>
        settleRun(villageInputs(villageRows(1)), villageRequest(1, { calendar, kind: 'final' })),
      ),
    ).toBe(
      'run-not-allowed: run kind: got final, expected one of the contract’s run calendar: preliminary, initial'.replace(
        '’',
        "'",
      ),
    );
  });

  test('where the operator decides, gateways alone give a preliminary run only', () => {
    const community = village({ decidedBy: 'dso' });
    const rows = villageRows(1);
    const inputs = villageInputs(rows, community);
    const ofGateway: RunInputs = {
      ...inputs,
      readings: [{ knownMs: KNOWN_MS, kind: 'gateway-registers', columns: villageColumns(rows) }],
    };
    expect(refusal(() => settleRun(ofGateway, villageRequest(1)))).toMatch(
      /^run-not-allowed: initial run: ana at 2026-06-14T23:00:00Z comes from gateway-registers; the network operator decides/,
    );
    expect(settleRun(ofGateway, villageRequest(1, { kind: 'preliminary' })).version).toBe(1);
    expect(settleRun(inputs, villageRequest(1)).version).toBe(1);
    const both = { ...inputs, readings: [...inputs.readings, ...ofGateway.readings] };
    expect(settleRun(both, villageRequest(1)).version).toBe(1);
  });
});

describe('a missing member', () => {
  test('stops its intervals: nothing of them is settled, and nothing is zero', () => {
    const run = settleRun(villageInputs(withHole(1)), villageRequest(1));
    expect(run.stopped).toEqual([0, 1, 2, 3].map((slot) => NOON_MS + slot * QUARTER_MS));
    const chain = { hash: nodeHash, contractHash: 'c', firstPreviousHash: 'p' };
    const starts = [...settlementEvents(run.settled, chain)].map(({ event }) => event.start);
    expect(starts).toHaveLength(92);
    expect(starts).not.toContain(formatInstant(NOON_MS));
    const full = settleRun(villageInputs(villageRows(1)), villageRequest(1));
    for (let interval = 0; interval < 96; interval++) {
      const waits = run.stopped.includes(MONDAY_MS + interval * QUARTER_MS);
      expect(run.settled.firings(interval)).toEqual(
        waits ? ['open'] : full.settled.firings(interval),
      );
      for (let cell = interval * 4; cell < interval * 4 + 4; cell++) {
        expect(run.settled.sharedInMilliwattHours[cell]).toBe(
          waits ? 0 : full.settled.sharedInMilliwattHours[cell],
        );
        expect(INTERVAL_QUALITIES[run.settled.quality[cell] ?? -1]).toBe(
          waits ? 'missing' : 'measured',
        );
      }
    }
  });

  test('is substituted by policy, with method and sources, marked as such', () => {
    const days = 9;
    const rows = changed(villageRows(days), (row) =>
      row.point === 'rui' &&
      row.startMs >= NOON_MS + 7 * DAY_MS &&
      row.startMs < NOON_MS + 7 * DAY_MS + 2 * QUARTER_MS
        ? { energies: null }
        : undefined,
    );
    const inputs = villageInputs(rows, village({ missing: 'substitute' }));
    const period = { startMs: MONDAY_MS + 7 * DAY_MS, endMs: MONDAY_MS + 8 * DAY_MS };
    const run = settleRun(inputs, villageRequest(1, { period }));
    expect(run.stopped).toEqual([]);
    expect(run.substituted).toHaveLength(2);
    expect(run.substituted[0]).toMatchObject({
      meteringPoint: 'rui',
      start: formatInstant(NOON_MS + 7 * DAY_MS),
      method: 'previousWeek',
      quality: 'substituted',
      sources: [`rui/${formatInstant(NOON_MS)}`],
    });
    const cell = 48 * 4 + 2;
    const source = villageRows(1).find((row) => isHole(row))?.energies?.[0];
    expect(run.settled.importMilliwattHours[cell]).toBe(source);
    expect(INTERVAL_QUALITIES[run.settled.quality[cell] ?? -1]).toBe('substituted');
  });

  test('that no method can make up stops its intervals all the same', () => {
    const inputs = villageInputs(withHole(1), village({ missing: 'substitute' }));
    const run = settleRun(inputs, villageRequest(1));
    expect(run.substituted).toEqual([]);
    expect(run.stopped).toHaveLength(4);
  });

  test('with nothing at all to settle the run is refused', () => {
    const rows = changed(villageRows(1), ({ point }) =>
      point === 'rui' ? { energies: null } : undefined,
    );
    expect(refusal(() => settleRun(villageInputs(rows), villageRequest(1)))).toMatch(
      /^missing-interval: rui at/,
    );
  });

  test('a point that takes no part may be missing', () => {
    const members = ['ana', 'bea', 'rui', 'sol'].map((id) => ({
      id: `m-${id}`,
      ...(id === 'rui' && { validFrom: '2026-06-16' }),
      meteringPoints: [{ id }],
    }));
    const run = settleRun(villageInputs(withHole(1), village({ members })), villageRequest(1));
    expect(run.stopped).toEqual([]);
    expect(run.completeness.members['m-rui']?.neededIntervals).toBe(0);
  });
});

describe('bitemporal inputs', () => {
  const late = changed(withHole(1).filter(isHole), () => ({ energies: [77_000, 0] as const }));
  const inputs: RunInputs = {
    ...villageInputs(withHole(1)),
    readings: [
      ...villageInputs(withHole(1)).readings,
      { knownMs: DAY_LATER_MS, kind: 'dso-file', columns: villageColumns(late) },
    ],
    prices: [
      {
        knownMs: DAY_LATER_MS + 1,
        price: 'internal',
        startMs: NOON_MS,
        endMs: NOON_MS + QUARTER_MS,
        tariff: flatTariff('0.1'),
      },
    ],
  };

  test('say what was known on a date; every instant that brought something is one', () => {
    expect(knownInstants(inputs)).toEqual([KNOWN_MS, DAY_LATER_MS, DAY_LATER_MS + 1]);
    expect(inputsAsKnownOn(inputs, DAY_LATER_MS - 1).readings).toHaveLength(1);
    expect(inputsAsKnownOn(inputs, KNOWN_MS - 1).contracts).toEqual([]);
    expect(
      refusal(() => settleRun(inputs, villageRequest(1, { asKnownOnMs: KNOWN_MS - 1 }))),
    ).toMatch(/^no-contract:/);
  });

  test('late readings settle what waited, and only that; a late price only its intervals', () => {
    const [first, second, third] = settleVersions(inputs, villageRequest(1), [
      { ...villageRequest(1), kind: 'R1', asKnownOnMs: DAY_LATER_MS },
      { ...villageRequest(1), kind: 'R2', asKnownOnMs: DAY_LATER_MS + 1 },
    ]) as [SettlementRun, SettlementRun, SettlementRun];
    expect([first, second, third].map(({ id }) => id.split('/').at(-1))).toEqual([
      'v1',
      'v2',
      'v3',
    ]);
    expect(third.previous).toBe(second.id);
    expect([first, second].map((run) => qualityAt(run, NOON_MS, 2))).toEqual([
      'missing',
      'measured',
    ]);
    const again = resettle(first, inputs, {
      ...villageRequest(1),
      kind: 'R1',
      asKnownOnMs: DAY_LATER_MS,
    });
    expect(again.recomputed).toEqual(first.stopped);
    expect(again.changed).toEqual(first.stopped);
    const priced = resettle(second, inputs, {
      ...villageRequest(1),
      kind: 'R2',
      asKnownOnMs: DAY_LATER_MS + 1,
    });
    expect(priced.changed).toEqual([NOON_MS]);
    expect(third.settled.prices.internal[at(NOON_MS)]).toBe(100_000);
    expect(second.settled.prices.internal[at(NOON_MS)]).toBe(120_000);
  });

  test('of prices of one interval the newest known one counts, whatever the order', () => {
    const known = (text: string, knownMs: number) => ({
      knownMs,
      price: 'import' as const,
      startMs: NOON_MS,
      endMs: NOON_MS + 2 * QUARTER_MS,
      tariff: flatTariff(text),
    });
    const prices = [known('0.3', KNOWN_MS), known('0.4', DAY_LATER_MS)];
    for (const list of [prices, [...prices].reverse()]) {
      const of = (asKnownOnMs: number): (number | undefined)[] => {
        const base = villageInputs(villageRows(1));
        const run = settleRun({ ...base, prices: list }, villageRequest(1, { asKnownOnMs }));
        return [-1, 0, 1, 2].map((slot) => run.settled.prices.import[at(NOON_MS) + slot]);
      };
      expect(of(KNOWN_MS)).toEqual([250_000, 300_000, 300_000, 250_000]);
      expect(of(DAY_LATER_MS)).toEqual([250_000, 400_000, 400_000, 250_000]);
    }
  });

  test('a less trusted source does not replace a more trusted one, however late', () => {
    const gateway = changed(villageRows(1), () => ({ energies: [1, 0] as const }));
    const both: RunInputs = {
      ...inputs,
      readings: [
        ...inputs.readings,
        { knownMs: DAY_LATER_MS, kind: 'gateway-registers', columns: villageColumns(gateway) },
      ],
    };
    const run = settleRun(both, villageRequest(1, { asKnownOnMs: DAY_LATER_MS }));
    expect(run.settled.importMilliwattHours[at(NOON_MS) * 4 + 2]).toBe(77_000);
    // What the operator does not know the gateway may.
    const early = settleRun(
      {
        ...both,
        readings: both.readings.filter(
          ({ knownMs, kind }) => knownMs === KNOWN_MS || kind !== 'dso-file',
        ),
      },
      villageRequest(1, { asKnownOnMs: DAY_LATER_MS }),
    );
    expect(early.settled.importMilliwattHours[at(NOON_MS) * 4 + 2]).toBe(1);
  });

  test('two versions of one instant are a conflict, unless they say the same', () => {
    const rows = villageRows(1);
    const other = changed(rows, (row) =>
      row.point === 'ana' && row.startMs === NOON_MS ? { energies: [5, 0] } : undefined,
    );
    const base = villageInputs(rows);
    const readings = [
      ...base.readings,
      { knownMs: KNOWN_MS, kind: 'dso-file' as const, columns: villageColumns(other, 'b.csv') },
    ];
    expect(refusal(() => settleRun({ ...base, readings }, villageRequest(1)))).toMatch(
      /^conflicting-inputs: (village|b)\.csv:\d+: ana at 2026-06-15T11:00:00Z: other values/,
    );
    const twice = { ...base, readings: [...base.readings, ...base.readings] };
    expect(settleRun(twice, villageRequest(1)).version).toBe(1);
    const contracts = [
      ...base.contracts,
      { knownMs: KNOWN_MS, community: village({ name: 'Another' }) },
    ];
    expect(refusal(() => settleRun({ ...base, contracts }, villageRequest(1)))).toMatch(
      /^conflicting-inputs: contract of village/,
    );
    const price = {
      knownMs: KNOWN_MS,
      price: 'import' as const,
      startMs: NOON_MS,
      endMs: NOON_MS + DAY_MS,
    };
    const prices = ['0.1', '0.2'].map((text) => ({ ...price, tariff: flatTariff(text) }));
    expect(refusal(() => settleRun({ ...base, prices }, villageRequest(1)))).toMatch(
      /^conflicting-inputs: import price at 2026-06-15T11:00:00Z/,
    );
  });

  test('rows off the grid are refused by file and line, strange points told', () => {
    const rows = villageRows(1);
    const off = rows.map((row, index) =>
      index === 7 ? { ...row, startMs: row.startMs + 60_000 } : row,
    );
    expect(refusal(() => settleRun(villageInputs(off), villageRequest(1)))).toMatch(
      /^bad-grid: village\.csv:9: sol at .*expected an interval of PT15M/,
    );
    const eve = { ...(rows[0] as VillageRow), point: 'eve' };
    expect(settleRun(villageInputs([...rows, eve]), villageRequest(1)).unknownPoints).toEqual([
      'eve',
    ]);
  });
});

test('a reserve level is asked by the states of charge known then', () => {
  const community = village({
    reserveLevels: [{ point: 'sol', minimumPercent: '30', whenNotEvaluable: 'refuse' }],
  });
  const states = (knownMs: number, percent: string, from: number) => ({
    knownMs,
    meteringPoint: 'sol',
    states: Array.from({ length: 4 }, (_, index) => ({
      endMs: NOON_MS + (from + index + 1) * QUARTER_MS,
      state: { percent, signed: true },
    })),
  });
  const inputs: RunInputs = {
    ...villageInputs(villageRows(1), community),
    statesOfCharge: [states(KNOWN_MS, '50', 0), states(DAY_LATER_MS, '20', 2)],
  };
  const shares = ({ settled }: SettlementRun, interval: number): boolean =>
    (settled.sharedMilliwattHours[at(NOON_MS) + interval] ?? 0) > 0;
  const first = settleRun(inputs, villageRequest(1));
  expect([-1, 0, 3, 4].map((interval) => shares(first, interval))).toEqual([
    false,
    true,
    true,
    false,
  ]);
  const request = { ...villageRequest(1), kind: 'R1' as const, asKnownOnMs: DAY_LATER_MS };
  const { run, recomputed, changed: differing } = resettle(first, inputs, request);
  expect(recomputed).toEqual([2, 3, 4, 5].map((slot) => NOON_MS + slot * QUARTER_MS));
  expect(differing).toEqual([2, 3].map((slot) => NOON_MS + slot * QUARTER_MS));
  const fresh = settleRun(inputs, villageRequest(1, { asKnownOnMs: DAY_LATER_MS }));
  expect(run.settled.sharedOutMilliwattHours).toEqual(fresh.settled.sharedOutMilliwattHours);
  const conflict = {
    ...inputs,
    statesOfCharge: [states(KNOWN_MS, '50', 0), states(KNOWN_MS, '51', 0)],
  };
  expect(refusal(() => settleRun(conflict, villageRequest(1)))).toMatch(
    /^conflicting-inputs: sol, state of charge/,
  );
});

describe('later runs', () => {
  const first = settleRun(villageInputs(villageRows(1)), villageRequest(1, { kind: 'R1' }));

  test('go on in kind and knowledge; only a dispute opens what was final', () => {
    const inputs = villageInputs(villageRows(1));
    const attempt = (
      run: SettlementRun,
      kind: 'initial' | 'final' | 'dispute',
      asKnownOnMs = KNOWN_MS,
    ) => refusal(() => resettle(run, inputs, { ...villageRequest(1), kind, asKnownOnMs }));
    expect(attempt(first, 'initial')).toMatch(/^run-not-allowed: .*got initial after R1/);
    expect(attempt(first, 'final', KNOWN_MS - 1)).toMatch(/^run-not-allowed: .*see less/);
    const { run } = resettle(first, inputs, { ...villageRequest(1), kind: 'final' });
    expect(run.version).toBe(1);
    expect(attempt(run, 'final')).toMatch(/^run-not-allowed: .*closed/);
    expect(attempt(run, 'dispute')).toBe('accepted');
  });

  test('a date, an owner: only the intervals concerned are settled again or change', () => {
    const base = villageInputs(villageRows(2), village({ sharingKey: { type: 'proportional' } }));
    const after = (members: object[]) =>
      resettle(
        settleRun(base, villageRequest(2)),
        {
          ...base,
          contracts: [
            ...base.contracts,
            {
              knownMs: DAY_LATER_MS,
              community: village({ sharingKey: { type: 'proportional' }, members }),
            },
          ],
        },
        { ...villageRequest(2), kind: 'R1', asKnownOnMs: DAY_LATER_MS },
      );
    const member = (id: string, dates: object = {}) => ({
      id: `m-${id}`,
      ...dates,
      meteringPoints: [{ id }],
    });
    const all = ['ana', 'bea', 'sol'].map((id) => member(id));
    // Rui took part from the second day on.
    const dated = after([...all, member('rui', { validFrom: '2026-06-16' })]);
    expect(dated.recomputed).toHaveLength(96);
    expect(dated.recomputed[0]).toBe(MONDAY_MS);
    expect(dated.changed.length).toBeGreaterThan(40);
    // Rui never was a member: every interval had his readings.
    expect(after(all).changed).toHaveLength(192);
    // Rui's point was ana's: the energies are the same, the money is hers.
    const moved = after([
      { id: 'm-ana', meteringPoints: [{ id: 'ana' }, { id: 'rui' }] },
      member('bea'),
      member('sol'),
    ]);
    expect(moved.changed).toHaveLength(192);
  });

  test('a point that is new has readings before it takes part: they are bought and sold', () => {
    const sharingKey = { type: 'proportional' };
    const three = ['ana', 'bea', 'sol'].map((id) => ({ id: `m-${id}`, meteringPoints: [{ id }] }));
    const rui = { id: 'm-rui', validFrom: '2026-06-16', meteringPoints: [{ id: 'rui' }] };
    const base = villageInputs(villageRows(2), village({ sharingKey, members: three }));
    const joined = village({ sharingKey, members: [...three, rui] });
    const inputs = {
      ...base,
      contracts: [...base.contracts, { knownMs: DAY_LATER_MS, community: joined }],
    };
    const request = villageRequest(2, { kind: 'R1', asKnownOnMs: DAY_LATER_MS });
    const { run, changed: differing } = resettle(
      settleRun(inputs, villageRequest(2)),
      inputs,
      request,
    );
    const fresh = settleRun(inputs, request);
    expect(differing).toHaveLength(192);
    expect(run.settled.importMilliwattHours).toEqual(fresh.settled.importMilliwattHours);
    expect(run.settled.importMilliwattHours[2]).toBe(villageRows(1)[2]?.energies?.[0]);
    expect(run.settled.sharedInMilliwattHours).toEqual(fresh.settled.sharedInMilliwattHours);
  });

  test('a member that joins or leaves afterwards: nothing vanishes', () => {
    const gone = village({
      members: ['ana', 'bea', 'sol'].map((id) => ({ id: `m-${id}`, meteringPoints: [{ id }] })),
      sharingKey: { type: 'proportional' },
    });
    const all = village({ sharingKey: { type: 'proportional' } });
    for (const [before, after] of [
      [all, gone],
      [gone, all],
    ] as const) {
      const inputs = villageInputs(villageRows(1), before);
      const changedInputs = {
        ...inputs,
        contracts: [...inputs.contracts, { knownMs: DAY_LATER_MS, community: after }],
      };
      const run = settleRun(inputs, villageRequest(1));
      const { run: next, recomputed } = resettle(run, changedInputs, {
        ...villageRequest(1),
        kind: 'R1',
        asKnownOnMs: DAY_LATER_MS,
      });
      const fresh = settleRun(changedInputs, villageRequest(1, { asKnownOnMs: DAY_LATER_MS }));
      expect(recomputed).toHaveLength(96);
      expect(next.settled.sharedInMilliwattHours).toEqual(fresh.settled.sharedInMilliwattHours);
      const total = (of: SettlementRun): number =>
        of.settled.sharedOutMilliwattHours.reduce((a, b) => a + b, 0);
      expect(total(next)).toBe(next.settled.sharedInMilliwattHours.reduce((a, b) => a + b, 0));
    }
  });
});

describe('the versions of an interval', () => {
  const correction = changed(
    villageRows(1).filter(({ point, startMs }) => point === 'ana' && startMs === NOON_MS),
    () => ({ energies: [500_000, 0] as const, quality: 'corrected' }),
  );
  const pooled = village({ sharingKey: { type: 'proportional' } });
  const smaller = village({
    sharingKey: { type: 'proportional' },
    members: ['ana', 'rui', 'sol'].map((id) => ({ id: `m-${id}`, meteringPoints: [{ id }] })),
  });
  const base = villageInputs(villageRows(1));
  const inputs: RunInputs = {
    readings: [
      ...base.readings,
      { knownMs: DAY_LATER_MS, kind: 'dso-file', columns: villageColumns(correction) },
    ],
    contracts: [
      ...base.contracts,
      { knownMs: DAY_LATER_MS + 1, community: pooled },
      { knownMs: DAY_LATER_MS + 2, community: smaller },
    ],
  };
  const runs = settleVersions(inputs, villageRequest(1), [
    { ...villageRequest(1), kind: 'R1', asKnownOnMs: DAY_LATER_MS },
    { ...villageRequest(1), kind: 'R2', asKnownOnMs: DAY_LATER_MS + 1 },
    { ...villageRequest(1), kind: 'R2', asKnownOnMs: DAY_LATER_MS + 2 },
  ]);

  test('are corrections of the settlement net: of readings, of rules, and of none', () => {
    expect(runs.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    const steps = (startMs: number): string[] =>
      intervalCase(runs, startMs)
        .effects.map(({ step }) => step)
        .filter((step) => step.startsWith('correct'));
    const corrected = intervalCase(runs, NOON_MS);
    expect(whereabouts(corrected).issued?.v).toBe(3);
    expect(corrected.effects.map(({ step }) => step).slice(0, 4)).toEqual([
      'issueEvent',
      'correctLate',
      'resettle',
      'issueEvent',
    ]);
    // Another key, then other points.
    expect(steps(NOON_MS)).toEqual(['correctLate', 'correctUpheld', 'correctLate']);
    // The interval beside it had the same readings again at first.
    expect(steps(NOON_MS + QUARTER_MS)).toEqual(['correctUpheld', 'correctUpheld', 'correctLate']);
  });

  test('are journaled: the journal repeats them, and stops where it was changed', () => {
    const energy = intervalCase(runs, NOON_MS);
    const hash = (bytes: Uint8Array): Uint8Array => nodeHash.sha256(bytes);
    const journal = caseJournal(energy, { hash });
    const again = replay(energy.net, journal, { hash });
    expect(again).toMatchObject({ ok: true, marking: energy.marking });
    const entries = journal.entries.map((entry, index) =>
      index === journal.entries.length - 2 ? { ...entry, markingHash: '0'.repeat(64) } : entry,
    );
    expect(replay(energy.net, { ...journal, entries }, { hash }).ok).toBe(false);
  });

  test('have to come to what was published', () => {
    const [first, ...rest] = runs as [SettlementRun, ...SettlementRun[]];
    const sharedInMilliwattHours = first.settled.sharedInMilliwattHours.slice();
    sharedInMilliwattHours[at(NOON_MS) * 4] = 1;
    const forged = { ...first, settled: { ...first.settled, sharedInMilliwattHours } };
    expect(refusal(() => intervalCase([forged, ...rest], NOON_MS))).toMatch(
      /^not-conserved: .*ana: the net comes to sharedIn \d+, 1 was published/,
    );
  });

  test('begin when its readings come', () => {
    const late = changed(withHole(1).filter(isHole), () => ({ energies: [1, 0] as const }));
    const waited: RunInputs = {
      ...base,
      readings: [
        { knownMs: KNOWN_MS, kind: 'dso-file', columns: villageColumns(withHole(1)) },
        { knownMs: DAY_LATER_MS, kind: 'dso-file', columns: villageColumns(late) },
      ],
    };
    const versions = settleVersions(waited, villageRequest(1), [
      { ...villageRequest(1), kind: 'R1', asKnownOnMs: DAY_LATER_MS },
    ]);
    expect(whereabouts(intervalCase(versions.slice(0, 1), NOON_MS)).waitingForData).toBeDefined();
    expect(whereabouts(intervalCase(versions, NOON_MS)).issued?.v).toBe(0);
  });
});
