import { catalog, kebaP30 } from '@microgrid/catalog';
import { isRegisterPoint, pointSize, type Profile, type RegisterPoint } from '@microgrid/devices';
import fc from 'fast-check';
import { planBlocks } from './block-plan.js';
import { wantedPoints } from './wanted-points.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');

const register = (
  id: string,
  address: number,
  encoding: 'u16' | 'u32' | 'u64',
  rate: RegisterPoint['rate'],
): RegisterPoint => ({
  id,
  internal: true,
  table: 'holding',
  address,
  encoding,
  unit: 'count',
  rate,
});

const profileOf = (
  points: RegisterPoint[],
  transport: Partial<Profile['transport']>,
  forbidden: { table: 'holding'; address: number; count: number }[] = [],
): Profile => ({
  ...kebaP30,
  transport: { kinds: ['tcp'], unit: 1, ...transport },
  points,
  forbidden,
  controls: [],
});

/** Points one after another with gaps; a gap may be forbidden. */
const layout = fc
  .array(
    fc.record({
      gap: fc.constantFrom(0, 0, 0, 1, 2, 5, 12),
      forbiddenGap: fc.boolean(),
      encoding: fc.constantFrom('u16' as const, 'u32' as const, 'u64' as const),
      rate: fc.constantFrom('high' as const, 'low' as const, 'once' as const),
    }),
    { minLength: 20, maxLength: 60 },
  )
  .map((entries) => {
    let address = 0;
    const forbidden: { table: 'holding'; address: number; count: number }[] = [];
    const points = entries.map(({ gap, forbiddenGap, encoding, rate }, index) => {
      if (forbiddenGap && gap > 0) forbidden.push({ table: 'holding', address, count: gap });
      address += gap;
      const point = register(`p${index}`, address, encoding, rate);
      address += pointSize(point);
      return point;
    });
    return { points, forbidden };
  });

describe('block plan', () => {
  it('brings every point once, within the longest read, over no forbidden register or long hole', () => {
    let merged = 0;
    fc.assert(
      fc.property(
        layout,
        fc.integer({ min: 4, max: 125 }),
        fc.integer({ min: 0, max: 10 }),
        ({ points, forbidden }, registersPerRead, bridgeRegisters) => {
          const profile = profileOf(points, { registersPerRead, bridgeRegisters }, forbidden);
          const blocks = planBlocks(profile, new Set(points.map(({ id }) => id)));
          const brought = blocks.flatMap((block) => block.points.map(({ id }) => id));
          expect(brought.toSorted()).toEqual(points.map(({ id }) => id).toSorted());
          for (const block of blocks) {
            const end = block.address + block.count;
            expect(block.count).toBeLessThanOrEqual(registersPerRead);
            for (const range of forbidden) {
              expect(range.address >= end || range.address + range.count <= block.address).toBe(
                true,
              );
            }
            let last = block.address;
            for (const point of block.points) {
              expect(point.rate).toBe(block.rate);
              expect(point.address - last).toBeLessThanOrEqual(bridgeRegisters);
              last = point.address + pointSize(point);
            }
            expect(last).toBe(end);
            if (block.points.length > 1) merged += 1;
          }
        },
      ),
      { numRuns: 200 * scale },
    );
    // Otherwise nothing was ever merged and the plan was not tried.
    expect(merged).toBeGreaterThan(200);
  });

  it('asks for one value at a time where the device wants that', () => {
    const points = [0, 2, 4].map((address, index) => register(`p${index}`, address, 'u32', 'high'));
    const wanted = new Set(points.map(({ id }) => id));
    const reads = (transport: Partial<Profile['transport']>) =>
      planBlocks(profileOf(points, transport), wanted).map(({ address, count }) => [
        address,
        count,
      ]);
    expect(reads({})).toEqual([[0, 6]]);
    expect(reads({ oneValuePerRead: true })).toEqual([
      [0, 2],
      [2, 2],
      [4, 2],
    ]);
  });

  it('states the requests of one poll for every profile of the catalogue', () => {
    const high = catalog.map((profile) => {
      const blocks = planBlocks(profile, wantedPoints(profile, profile.phases));
      const points = profile.points.filter(isRegisterPoint).length;
      expect(points).toBeGreaterThan(0);
      return [profile.id, blocks.filter(({ rate }) => rate === 'high').length];
    });
    expect(Object.fromEntries(high)).toMatchObject({
      'eastron-sdm630': 1,
      'modbus-relay': 1,
      'sunspec-battery': 2,
      'sunspec-hybrid': 2,
      'sunspec-pv': 1,
    });
    // Two devices answer one value per read; every other one needs only a few requests.
    for (const [id, requests] of high) {
      expect([id, Number(requests) <= (String(id).startsWith('keba') ? 8 : 12)]).toEqual([
        id,
        true,
      ]);
    }
  });
});
