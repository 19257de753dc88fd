import { commandLine, settledSmall } from './command-line.test-data.js';
import { COMMUNITY, scratch } from './scratch.test-data.js';

let place: ReturnType<typeof scratch>;
beforeEach(() => {
  place = scratch();
});
afterEach(() => {
  place.remove();
});

describe('explain', () => {
  test('names the postings of charges, VAT and of what stayed of the pool', async () => {
    const community =
      COMMUNITY.replace(
        '{ type: proportional }',
        "{ type: fixed, coefficients: { ana-1: '1' } }\nunused: member",
      ).trimEnd() +
      "\ncharges:\n  - { id: fee, on: point, per: month, rate: '1.50', payTo: egac, vat: iva }\n" +
      "vat:\n  - { id: iva, rates: [{ validFrom: '2020-01-01', percent: '23' }] }\n" +
      'rounding: { point: line, decimals: 2, mode: half-away, vat: category }\n';
    const run = await settledSmall(place, 'out', { community });
    const told = await commandLine([
      'explain',
      run,
      '--member',
      'ana',
      '--interval',
      '2026-10-23T10:00Z',
    ]);
    expect(told.err).toBe('');
    expect(told.out).toMatch(/^ {2}ownSurplus\n {4}credit member:ana/m);
    expect(told.out).toMatch(/^ {2}charge\/ana-1\/fee\S*\n {4}debit +member:ana[^]*egac/m);
    expect(told.out).toMatch(/^ {2}vat\/ana-1\S*\n {4}debit +member:ana/m);
  }, 30_000);
});
