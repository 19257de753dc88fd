import { parseCommunity, type Community } from '@microgrid/community';
import { INTERVAL_QUALITIES } from '@microgrid/events';
import {
  parseRunCalendar,
  type KnownContract,
  type KnownPrice,
  type KnownReadings,
  type RunInputs,
  type RunRequest,
} from '@microgrid/settlement';
import { flatTariff } from '@microgrid/tariff';
import fc from 'fast-check';

export const START_MS = Date.UTC(2026, 5, 21, 21);
export const HOUR_MS = 3_600_000;
export const HOURS = 6;
export const PERIOD = { startMs: START_MS, endMs: START_MS + HOURS * HOUR_MS };
/** When the first things became known; each later event one hour after the one before. */
export const FIRST_KNOWN_MS = Date.UTC(2026, 5, 23);
/** Local midnight of Lisbon within the period. */
const MIDNIGHT = '2026-06-22';
const MOST_POINTS = 5;
const MISSING = INTERVAL_QUALITIES.indexOf('missing');

/** One row of a delivery; without energies it withdraws what was known. */
export interface ReadingRow {
  readonly point: number;
  readonly interval: number;
  readonly energies: readonly [imported: number, exported: number] | null;
  readonly quality: number;
}

/** What became known at one instant. */
export type HistoryEvent =
  | { readonly what: 'readings'; readonly rows: readonly ReadingRow[] }
  | { readonly what: 'contract'; readonly community: Community }
  | { readonly what: 'price'; readonly price: Omit<KnownPrice, 'knownMs'> };

/** A period's inputs as they came in. */
export interface GeneratedHistory {
  readonly first: { readonly community: Community; readonly rows: readonly ReadingRow[] };
  readonly events: readonly HistoryEvent[];
}

const none = { energy: '0', count: '0' };
const anything = { member: none, total: none };

/** Runs that ask for nothing, so that what they give is what is tested. */
export const ANY_RUN = parseRunCalendar({
  schema: 'microgrid/run-calendar/1',
  substitution: [{ method: 'linear', maximumMinutes: 180 }],
  runs: [
    { kind: 'preliminary', minimum: anything },
    { kind: 'R1', minimum: anything },
    { kind: 'final', minimum: anything },
  ],
});

export function columns(rows: readonly ReadingRow[], name = 'history'): KnownReadings['columns'] {
  const of = (read: (row: ReadingRow) => number): Float64Array => Float64Array.from(rows, read);
  const points = Array.from({ length: MOST_POINTS }, (_, index) => `p${index}`);
  return {
    file: name,
    rows: rows.length,
    points,
    point: Int32Array.from(rows, ({ point }) => point),
    startMs: of(({ interval }) => START_MS + interval * HOUR_MS),
    endMs: of(({ interval }) => START_MS + (interval + 1) * HOUR_MS),
    importMilliwattHours: of(({ energies }) => energies?.[0] ?? NaN),
    exportMilliwattHours: of(({ energies }) => energies?.[1] ?? NaN),
    quality: Uint8Array.from(rows, ({ energies, quality }) =>
      energies === null ? MISSING : quality,
    ),
    line: Int32Array.from(rows, (_, index) => index + 2),
  };
}

/** When the nth thing became known; 0 is the first. */
export function knownMs(index: number): number {
  return FIRST_KNOWN_MS + index * HOUR_MS;
}

/** Everything that is known in the end. */
export function inputsOf({ first, events }: GeneratedHistory): RunInputs {
  const readings: KnownReadings[] = [
    { knownMs: knownMs(0), kind: 'dso-file', columns: columns(first.rows) },
  ];
  const contracts: KnownContract[] = [{ knownMs: knownMs(0), community: first.community }];
  const prices: KnownPrice[] = [];
  for (const [index, event] of events.entries()) {
    const at = knownMs(index + 1);
    if (event.what === 'readings')
      readings.push({ knownMs: at, kind: 'dso-file', columns: columns(event.rows) });
    else if (event.what === 'contract') contracts.push({ knownMs: at, community: event.community });
    else prices.push({ ...event.price, knownMs: at });
  }
  return { readings, contracts, prices };
}

export function request(index: number): RunRequest {
  return { period: PERIOD, kind: 'R1', asKnownOnMs: knownMs(index), calendar: ANY_RUN };
}

const price = fc.integer({ min: -50_000, max: 600_000 }).map((micro) => (micro / 1e6).toFixed(6));

const energy = fc.oneof(
  fc.constant(0),
  fc.nat({ max: 9 }),
  fc.nat({ max: 5_000_000 }),
  fc.nat({ max: 2 ** 50 }),
);

const row = (missing: boolean): fc.Arbitrary<ReadingRow> =>
  fc.record({
    point: fc.nat({ max: MOST_POINTS - 1 }),
    // The first interval is always there: a run with nothing to settle is refused.
    interval: fc.integer({ min: missing ? 1 : 0, max: HOURS - 1 }),
    energies: missing ? fc.option(fc.tuple(energy, energy), { freq: 3 }) : fc.tuple(energy, energy),
    quality: fc.nat({ max: MISSING - 1 }),
  });

/** What a generated community is made of. */
interface CommunityRules {
  readonly size: number;
  readonly weights: readonly number[] | null;
  readonly dates: readonly ('validFrom' | 'validTo' | undefined)[];
  readonly perMember: number;
  readonly netting: string;
  readonly missing: string;
  readonly prices: { readonly import: string; readonly export: string; readonly internal: string };
  readonly transformer: number | null;
}

const rulesRecord = {
  size: fc.integer({ min: 1, max: MOST_POINTS }),
  weights: fc.option(fc.array(fc.nat({ max: 200 }), { minLength: 5, maxLength: 5 }), { freq: 1 }),
  dates: fc.array(fc.constantFrom(undefined, undefined, 'validFrom', 'validTo'), {
    minLength: 5,
    maxLength: 5,
  }),
  perMember: fc.integer({ min: 1, max: 3 }),
  netting: fc.constantFrom('none', 'none', 'interval'),
  missing: fc.constantFrom('stop', 'substitute'),
  prices: fc.record({ import: price, export: price, internal: price }),
  transformer: fc.option(fc.nat({ max: 4_000_000 })),
};

const rules: fc.Arbitrary<CommunityRules> = fc.record(rulesRecord);

/** A change of one thing: who takes part when, who is a member, whose a point is, what energy costs. */
const oneRule: fc.Arbitrary<Partial<CommunityRules>> = fc.oneof(
  fc.record({ dates: rulesRecord.dates }),
  fc.record({ size: rulesRecord.size }),
  fc.record({ perMember: rulesRecord.perMember }),
  fc.record({ prices: rulesRecord.prices }),
);

function communityOf(made: CommunityRules): Community {
  const points = Array.from({ length: made.size }, (_, index) => {
    const date = made.dates[index];
    return { id: `p${index}`, ...(date !== undefined && { [date]: MIDNIGHT }) };
  });
  const members: object[] = [];
  for (let first = 0; first < points.length; first += made.perMember) {
    members.push({
      id: `m${first}`,
      meteringPoints: points.slice(first, first + made.perMember),
    });
  }
  const coefficient = (index: number): string => ((made.weights?.[index] ?? 0) / 1000).toFixed(3);
  return parseCommunity(
    JSON.stringify({
      schema: 'microgrid/community/1',
      id: 'generated',
      name: 'Generated',
      timeZone: 'Europe/Lisbon',
      resolution: 'PT60M',
      currency: 'EUR',
      netting: made.netting,
      missing: made.missing,
      sharingKey:
        made.weights === null
          ? { type: 'proportional' }
          : {
              type: 'fixed',
              coefficients: Object.fromEntries(
                points.map(({ id }, index) => [id, coefficient(index)]),
              ),
            },
      prices: made.prices,
      ...(made.transformer !== null && {
        transformer: { limitKilovoltAmperes: (made.transformer / 1e6).toFixed(6) },
      }),
      members,
    }),
  );
}

type EventDraft =
  | Exclude<HistoryEvent, { what: 'contract' }>
  | { readonly what: 'contract'; readonly rules: Partial<CommunityRules> };

const event: fc.Arbitrary<EventDraft> = fc.oneof(
  fc.record({
    what: fc.constant('readings' as const),
    rows: fc.uniqueArray(row(true), {
      minLength: 1,
      maxLength: 6,
      selector: ({ point, interval }) => `${point}/${interval}`,
    }),
  }),
  fc.record({ what: fc.constant('contract' as const), rules: fc.oneof(rules, oneRule, oneRule) }),
  fc.record({
    what: fc.constant('price' as const),
    price: fc
      .record({
        price: fc.constantFrom('import' as const, 'export' as const, 'internal' as const),
        from: fc.nat({ max: HOURS - 1 }),
        hours: fc.integer({ min: 1, max: HOURS }),
        tariff: price.map((text) => flatTariff(text)),
      })
      .map(({ from, hours, ...rest }) => ({
        ...rest,
        startMs: START_MS + from * HOUR_MS,
        endMs: START_MS + (from + hours) * HOUR_MS,
      })),
  }),
);

const everyRow = fc
  .array(fc.tuple(energy, energy), {
    minLength: MOST_POINTS * HOURS,
    maxLength: MOST_POINTS * HOURS,
  })
  .map((energies) =>
    energies.map((values, cell): ReadingRow => ({
      point: cell % MOST_POINTS,
      interval: Math.floor(cell / MOST_POINTS),
      energies: values,
      quality: 0,
    })),
  );

/** Periods whose readings, contract and prices are corrected up to `mostEvents` times. */
export function generatedHistory(mostEvents: number): fc.Arbitrary<GeneratedHistory> {
  return fc
    .record({
      first: rules,
      rows: everyRow,
      events: fc.array(event, { minLength: 1, maxLength: mostEvents }),
    })
    .map(({ first, rows, events }) => {
      let now = first;
      return {
        first: { community: communityOf(first), rows },
        events: events.map((draft): HistoryEvent => {
          if (draft.what !== 'contract') return draft;
          now = { ...now, ...draft.rules };
          return { what: 'contract', community: communityOf(now) };
        }),
      };
    });
}
