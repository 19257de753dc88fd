import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { canonicalBytes, parseEvent } from '@microgrid/events';
import { nodeHash } from '@microgrid/journal/node';
import { columnsBytes, columnsHash } from './columns-bytes.js';
import { explainPoint } from './explain-point.js';
import { generatedPeriod, HOURS, START_MS } from './generated-period.test-data.js';
import { settle } from './settle.js';
import { isSettlementError } from './settlement-error.js';
import { contractEvent, contractHash, settlementEvents } from './settlement-events.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
const FIRST = 'ab'.repeat(32);

describe('settlementEvents', () => {
  test('are valid events that form one chain and add up in themselves', () => {
    fc.assert(
      fc.property(generatedPeriod(4, 20_000_000), ({ community, contract, grid }) => {
        const settled = settle(contract, grid);
        const chain = [
          ...settlementEvents(settled, {
            hash: nodeHash,
            contractHash: contractHash(community, nodeHash),
            firstPreviousHash: FIRST,
          }),
        ];
        expect(chain).toHaveLength(HOURS);
        let previous = FIRST;
        for (const { event, hash } of chain) {
          expect(parseEvent(JSON.parse(JSON.stringify(event)))).toEqual(event);
          expect(event.previousHash).toBe(previous);
          expect(hash).toBe(createHash('sha256').update(canonicalBytes(event)).digest('hex'));
          previous = hash;
          if (community.netting === 'none') {
            const { totals } = event;
            const shared = BigInt(totals.sharedMilliwattHours);
            expect(shared + BigInt(totals.residualMilliwattHours)).toBe(
              BigInt(totals.importMilliwattHours),
            );
            expect(shared + BigInt(totals.surplusMilliwattHours)).toBe(
              BigInt(totals.exportMilliwattHours),
            );
          }
        }
      }),
      { numRuns: 40 * scale, seed: 3 },
    );
  });

  test('change their columns hash when any value of any point changes', () => {
    const [period] = fc.sample(generatedPeriod(3, 20_000_000), { seed: 11, numRuns: 1 });
    if (period === undefined) throw new Error('nothing generated');
    const settled = settle(period.contract, period.grid);
    const hash = columnsHash(settled, 0, nodeHash);
    for (const field of ['importMilliwattHours', 'sharedOutMilliwattHours', 'quality'] as const) {
      for (let point = 0; point < settled.points.length; point++) {
        const column = settled[field].slice();
        column[point] = (column[point] ?? 0) + 1;
        expect(columnsHash({ ...settled, [field]: column }, 0, nodeHash)).not.toBe(hash);
      }
    }
  });

  test('hash columns in the documented bytes', () => {
    const one = (value: number): Float64Array => Float64Array.of(value);
    const bytes = columnsBytes(
      {
        points: ['a'],
        importMilliwattHours: one(2 ** 53 - 1),
        exportMilliwattHours: one(258),
        sharedInMilliwattHours: one(0),
        sharedOutMilliwattHours: one(1),
        prices: { import: one(250_000), export: one(-1), internal: one(0) },
        quality: Uint8Array.of(3),
      } as never,
      0,
    );
    const words = [1n, 2n ** 53n - 1n, 258n, 0n, 1n, 250_000n, -1n, 0n].map((value) => {
      const word = Buffer.alloc(8);
      word.writeBigInt64LE(value);
      return word;
    });
    const expected = Buffer.concat([
      Buffer.from('microgrid/settlement-columns/1\n'),
      ...words,
      Buffer.of(3),
    ]);
    expect(Buffer.from(bytes).toString('hex')).toBe(expected.toString('hex'));
  });
});

test('contractEvent is a valid event whose hash is over its terms', () => {
  const [period] = fc.sample(generatedPeriod(3, 20), { seed: 12, numRuns: 1 });
  if (period === undefined) throw new Error('nothing generated');
  const event = contractEvent(period.community, period.contract, nodeHash);
  expect(parseEvent(event)).toEqual(event);
  expect(event.termsHash).toBe(
    createHash('sha256').update(canonicalBytes(event.terms)).digest('hex'),
  );
});

describe('explainPoint', () => {
  test('tells a chain whose lines add up to the cost and whose shares are the kernel’s', () => {
    fc.assert(
      fc.property(generatedPeriod(4, 20_000_000), fc.nat(), ({ contract, grid }, pick) => {
        const settled = settle(contract, grid);
        const point = settled.points[pick % settled.points.length] ?? '';
        const explained = explainPoint(settled, point, START_MS + (pick % HOURS) * 3_600_000);
        const lines = explained.lines.reduce((sum, line) => sum + BigInt(line.exactPico), 0n);
        expect(lines.toString()).toBe(explained.costPico);
        const { share, claim } = explained;
        expect(share.sharedInMilliwattHours).toBeLessThanOrEqual(claim.claimedMilliwattHours);
        expect(share.sharedInMilliwattHours + share.residualMilliwattHours).toBe(
          claim.consumedMilliwattHours,
        );
        if (share.key === 'proportional' && share.transformerLimitMilliwattHours === undefined) {
          expect(Number(share.sharedMilliwattHours)).toBe(
            Math.min(Number(share.poolMilliwattHours), Number(share.claimsMilliwattHours)),
          );
        }
        // It is what a program prints with --json.
        expect(JSON.parse(JSON.stringify(explained))).toEqual(explained);
      }),
      { numRuns: 100 * scale, seed: 13 },
    );
  });

  test('refuses a point and a time the period does not have', () => {
    const [period] = fc.sample(generatedPeriod(2, 20), { seed: 14, numRuns: 1 });
    if (period === undefined) throw new Error('nothing generated');
    const settled = settle(period.contract, period.grid);
    const message = (point: string, ms: number): string => {
      try {
        explainPoint(settled, point, ms);
        return 'explained';
      } catch (error) {
        return isSettlementError(error) ? `${error.code}: ${error.message}` : 'another error';
      }
    };
    expect(message('nobody', START_MS)).toMatch(/^unknown-point: metering point: got nobody/);
    expect(message('p0', START_MS - 3_600_000)).toMatch(/^bad-period: interval: got 2026-06-21T20/);
    expect(message('p0', START_MS + 1)).toMatch(/^bad-period/);
  });
});
