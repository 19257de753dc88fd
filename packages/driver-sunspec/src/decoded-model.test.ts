import fc from 'fast-check';
import { decodeModel, decodeThousandths, timesPowerOfTen } from './decoded-model.js';
import { layOutModel } from './model-layout.js';
import { modelDefinition } from './model-registry.js';
import type { ModelDefinition } from './model-definition.js';
import { buildMap, type GroupValues } from './sunspec-map.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');

const definitionOf = (id: number): ModelDefinition => {
  const definition = modelDefinition(id);
  if (definition === undefined) throw new Error(`model ${id}`);
  return definition;
};

const decoded = (id: number, values: GroupValues, length?: number) =>
  decodeModel(
    definitionOf(id),
    buildMap([length === undefined ? { id, values } : { id, values, length }]).registers.subarray(
      2,
    ),
  );

describe('scale factors', () => {
  it('apply exactly, also negative ones', () => {
    const points = decoded(103, { W: -1234, W_SF: 1, Hz: 4999, Hz_SF: -2, A: 7, A_SF: -3 });
    expect(points.get('W')?.value).toBe(-12_340);
    expect(points.get('Hz')?.value).toBe(49.99);
    expect(points.get('A')?.value).toBe(0.007);
    expect(timesPowerOfTen(3, -1)).toBe(0.3);
  });

  it('that are missing or beyond ±10 leave no value, and say why', () => {
    const points = decoded(103, { W: 5, Hz: 5, Hz_SF: 11, V_SF: -11, PhVphA: 1, A_SF: 10, A: 1 });
    expect(points.get('W')).toEqual({ raw: 5, absence: 'scale-factor-not-implemented' });
    expect(points.get('Hz')).toEqual({ raw: 5, absence: 'scale-factor-out-of-range' });
    expect(points.get('PhVphA')).toEqual({ raw: 1, absence: 'scale-factor-out-of-range' });
    expect(points.get('V_SF')).toEqual({ raw: -11, absence: 'scale-factor-out-of-range' });
    expect(points.get('A')?.value).toBe(1e10);
  });

  it('of an outer group hold in the inner ones', () => {
    const points = decoded(704, { PF_SF: -3, PFWInj: { PF: 950, Ext: 1 } });
    expect(points.get('PFWInj.PF')?.value).toBe(0.95);
    expect(points.get('PFWInj.Ext')?.value).toBe(1);
  });
});

describe('repeated groups', () => {
  it('are counted by the point that says so, nested ones too', () => {
    const Pt = [
      { V: 9200, Var: 3000 },
      { V: 9670, Var: 0 },
    ];
    const points = decoded(705, {
      NPt: 2,
      NCrv: 2,
      V_SF: -2,
      DeptRef_SF: -2,
      Crv: [
        { ActPt: 2, Pt },
        { ActPt: 1, Pt: [{ V: 9300, Var: -1 }] },
      ],
    });
    expect(points.get('Crv[0].Pt[1].V')?.value).toBe(96.7);
    expect(points.get('Crv[1].Pt[0].Var')?.value).toBe(-0.01);
    expect(points.get('Crv[1].Pt[1].V')?.absence).toBe('not-implemented');
    expect(points.has('Crv[2].ActPt')).toBe(false);
  });

  it('end where the length ends, whatever the count says', () => {
    const definition = definitionOf(160);
    const { registers } = buildMap([{ id: 160, values: { N: 2, module: [{ ID: 1 }, { ID: 2 }] } }]);
    const model = registers.subarray(2);
    expect(layOutModel(definition, model).points.at(-1)?.path).toBe('module[1].DCEvt');
    const few = Uint16Array.from(model);
    few[1] = 8 + 20 + 5;
    expect(layOutModel(definition, few)).toMatchObject({ end: 30 });
    const many = Uint16Array.from(model);
    many[8] = 9;
    expect(layOutModel(definition, many).points.at(-1)?.path).toBe('module[1].DCEvt');
    const padded = Uint16Array.from([...model, ...new Array<number>(40).fill(0)]);
    padded[1] = 8 + 80;
    expect(layOutModel(definition, padded).points.at(-1)?.path).toBe('module[1].DCEvt');
    const uncounted = Uint16Array.from(padded);
    uncounted[8] = 0xffff;
    expect(layOutModel(definition, uncounted).points.at(-1)?.path).toBe('module[3].DCEvt');
  });

  it('leave the front of a model that is shorter than its definition', () => {
    const points = decoded(103, { W: 5, W_SF: 0 }, 20);
    expect(points.get('W')?.value).toBe(5);
    expect(points.has('WH')).toBe(false);
  });
});

describe('decodeThousandths', () => {
  const energy = (id: number, point: string, values: GroupValues) => {
    const registers = buildMap([{ id, values }]).registers.subarray(2);
    const place = layOutModel(definitionOf(id), registers).points.find(
      ({ path }) => path === point,
    );
    if (place === undefined) throw new Error(point);
    return decodeThousandths(place, registers);
  };

  it('counts whole milliwatt-hours exactly', () => {
    expect(energy(103, 'WH', { WH: 4_294_967_295, WH_SF: 3 }).value).toBe(4_294_967_295_000_000);
    expect(energy(103, 'WH', { WH: 123, WH_SF: -2 }).value).toBe(1230);
    expect(energy(103, 'WH', { WH: 15, WH_SF: -4 }).value).toBe(2);
    expect(energy(113, 'WH', { WH: 1.5 }).value).toBe(1500);
    expect(energy(701, 'TotWhInj', { TotWhInj: 0n, TotWh_SF: 0 }).value).toBe(0);
  });

  it('gives none where a number could not hold it', () => {
    const huge = energy(701, 'TotWhInj', { TotWhInj: 1n << 60n, TotWh_SF: 0 });
    expect(huge).toEqual({ raw: 1n << 60n, absence: 'too-large' });
    expect(decoded(701, { TotWhInj: 1n << 60n, TotWh_SF: 0 }).get('TotWhInj')).toEqual(huge);
  });

  it('agrees with exact arithmetic for every counter and scale', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 0xffff_ffff }),
        fc.integer({ min: -10, max: 10 }),
        (raw, exponent) => {
          const { value } = energy(103, 'WH', { WH: raw, WH_SF: exponent });
          const exact = raw * 10 ** (exponent + 3);
          if (value === undefined) expect(exact).toBeGreaterThan(2 ** 52);
          else {
            expect(Number.isSafeInteger(value)).toBe(true);
            expect(Math.abs(Number(value) - exact)).toBeLessThanOrEqual(0.5 + exact * 1e-15);
          }
        },
      ),
      { numRuns: 300 * scale },
    );
  });
});
