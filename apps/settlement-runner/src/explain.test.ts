import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readStatement, sumExactNumbers } from '@microgrid/invoicing';
import { parseFraction, roundFraction } from '@microgrid/tariff';
import { commandLine, settledSmall } from './command-line.test-data.js';
import { explain, type Explanation } from './index.js';
import { CHARGES, CONTRACTED, scratch } from './scratch.test-data.js';

let place: ReturnType<typeof scratch>;
beforeEach(() => {
  place = scratch();
});
afterEach(() => {
  place.remove();
});

/** Charges of every unit and in percent; VAT with a block; a pool that members keep. */
const STACKED = `${CONTRACTED.replace(
  '{ type: proportional }',
  "{ type: fixed, coefficients: { ana-1: '1' } }\nunused: member",
)}${CHARGES}  - { id: levy, on: point, per: percent, rate: '2.5', of: [access, fee], payTo: state }
vat:
  - id: iva
    rates:
      - validFrom: '2020-01-01'
        percent: '23'
        block: { percent: '6', firstKilowattHoursPer30Days: '100', upToKilovoltAmperes: '6.9' }
`;

const ROUNDED = 'rounding: { point: line, decimals: 2, mode: half-away, vat: category }\n';

const INTERVAL = ['--member', 'ana', '--interval', '2026-10-23T10:00Z'] as const;

/** An exact sum as statements have it: whole 10^-12, half to even. */
function whole(texts: readonly string[]): string {
  const sum = sumExactNumbers(texts);
  const [numerator = '', denominator = '1'] = sum.split('/');
  const value = parseFraction(numerator);
  const exact = { ...value, denominator: value.denominator * BigInt(denominator) };
  return roundFraction(exact, { decimals: 0, mode: 'half-even' }).numerator.toString();
}

describe('explain', () => {
  test('names the charges of the interval, their VAT, rounding and postings', async () => {
    const run = await settledSmall(place, 'out', { community: STACKED + ROUNDED });
    const told = await commandLine(['explain', run, ...INTERVAL]);
    expect(told.err).toBe('');
    expect(told.out).toMatch(/^Validated quality measured: as the meter counted it$/m);
    expect(told.out).toMatch(
      /^ {2}ana-2 access \(fora de vazio\): (about )?[\d.]+ kWh of supply x 0\.0614 = .* EUR with dso, VAT iva 6 % = /m,
    );
    expect(told.out).toMatch(/^ {2}ana-1 power: 41\.4 kVA-day x 0\.0411 = 1\.70154 EUR with dso/m);
    expect(told.out).toMatch(
      /^Due for the whole period, whatever the energy\n {2}ana-1 \w+: [^]*ana-1 levy: .* x 0\.025 = .* without VAT$/m,
    );
    expect(told.out).toMatch(/^ {2}ownSurplus: .* \(rounded to 2 decimals, half-away\)$/m);
    expect(told.out).toMatch(/^ {2}ownSurplus\n {4}credit member:ana/m);
    expect(told.out).toMatch(
      /^ {2}charge\/ana-2\/access\/supply\/fora de vazio\S*\n {4}debit +member:ana[^]*dso/m,
    );
    expect(told.out).toMatch(/^ {2}vat\/ana-2\S*\n {4}debit +member:ana/m);
    const [ofInterval = '', ofPeriod = ''] = told.out.split('Posting of what is due');
    expect(ofInterval).not.toMatch(/^ {2}charge\/ana-1\/fee/m);
    expect(ofPeriod).toMatch(/^ {2}charge\/ana-1\/fee\S*\n {4}debit +member:ana[^]*egac/m);
  }, 30_000);

  test.each([ROUNDED, 'rounding: { point: total, decimals: 2, mode: half-away }\n'])(
    'comes to the statement: all intervals and what is due make every line exactly (%s)',
    async (rounding) => {
      const range = { from: '2026-10-24', to: '2026-10-26' };
      const run = await settledSmall(place, 'out', { community: STACKED + rounding, ...range });
      const statement = readStatement(readFileSync(join(run, 'statements/ana.json'), 'utf8'));
      const first = Date.UTC(2026, 9, 23, 23);
      // 49 hours: summer time ends on the second day.
      const told = Array.from({ length: 49 }, (_, hour): Explanation =>
        explain(run, {
          member: 'ana',
          interval: new Date(first + hour * 3_600_000).toISOString().replace('.000Z', 'Z'),
        }),
      );
      const parts = new Map<string, string[]>();
      const add = (key: string, amount: string): void => {
        parts.set(key, [...(parts.get(key) ?? []), amount]);
      };
      for (const { key, intervalPico } of told.flatMap(({ lines }) => lines)) {
        add(key, intervalPico);
      }
      for (const { key, exactPico, vat } of told[0]?.charges?.period ?? []) {
        add(key, exactPico);
        if (vat !== undefined) add(vat.key, vat.exactPico);
      }
      const sums = Object.fromEntries([...parts].map(([key, list]) => [key, whole(list)]));
      const lines = statement.lines
        .map(({ line, charge, exactPico }) => [charge?.key ?? line, exactPico] as const)
        .filter(([key, exactPico]) => exactPico !== '0' || key in sums);
      expect(sums).toEqual(Object.fromEntries(lines));
      // Not vacuous: both rates of the block, both price periods, a percentage, the pool that was kept.
      expect(Object.keys(sums).join(' ')).toMatch(
        /(?=.*ownSurplus)(?=.*fora de vazio)(?=.*vazio\/0\.0158)(?=.*levy)(?=.*\/6)(?=.*\/23)/,
      );
      // The day's exact cost is of energy alone.
      const day = told.slice(0, 24).reduce((sum, { costPico }) => sum + BigInt(costPico), 0n);
      expect(day.toString()).toBe(statement.days[0]?.costPico);
    },
    60_000,
  );

  test('prints with --json what the function gives, and nothing of charges where there are none', async () => {
    const run = await settledSmall(place, 'out', { community: STACKED + ROUNDED });
    const told = await commandLine(['explain', run, ...INTERVAL, '--json']);
    const value = explain(run, { member: 'ana', interval: '2026-10-23T10:00Z' });
    expect(JSON.parse(told.out)).toEqual(value);
    expect(value.charges?.rounding).toMatchObject({ point: 'line', vat: 'category' });
    const plain = await settledSmall(place, 'plain');
    const energy = explain(plain, { member: 'ana', interval: '2026-10-23T10:00Z' });
    expect(energy.charges).toBeUndefined();
    expect(energy.periodPostings).toEqual([]);
    expect(energy.lines.map(({ key }) => key)).toEqual(['supply', 'sharedIn']);
  }, 30_000);
});
