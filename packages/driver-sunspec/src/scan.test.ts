import fc from 'fast-check';
import type { LinkResult } from './holding-link.js';
import { decodeModel } from './decoded-model.js';
import { MODEL_IDS, modelDefinition } from './model-registry.js';
import { scanModels, type ModelList } from './scan.js';
import { buildMap, type MapModel } from './sunspec-map.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');

const refused: LinkResult<Uint16Array> = {
  ok: false,
  failure: { cause: 'exception 2', kind: 'refused', exceptionCode: 2 },
};
const silent: LinkResult<Uint16Array> = {
  ok: false,
  failure: { cause: 'timeout', kind: 'silent' },
};

/** A device with some registers; outside of them it answers `outside`. */
function device(base: number, registers: ArrayLike<number>, outside = refused) {
  const requests: [number, number][] = [];
  const read = (address: number, count: number): Promise<LinkResult<Uint16Array>> => {
    requests.push([address, count]);
    const start = address - base;
    if (start < 0 || start + count > registers.length) return Promise.resolve(outside);
    const value = Uint16Array.from({ length: count }, (_, index) => registers[start + index] ?? 0);
    return Promise.resolve({ ok: true, value });
  };
  return { read, requests };
}

async function list(base: number, registers: ArrayLike<number>, outside = refused) {
  const result = await scanModels(device(base, registers, outside).read);
  if (result.kind !== 'found') throw new Error(result.reason);
  return result.list;
}

const ids = ({ models }: ModelList): number[] => models.map(({ id }) => id);

const MODELS: readonly MapModel[] = [
  { id: 1, values: { Mn: 'a', Md: 'b', SN: 'c' } },
  { id: 103 },
  { id: 64_001, length: 7 },
  { id: 120 },
];

describe('scanModels', () => {
  it.each([40_000, 50_000, 0])('finds the marker at %i', async (base) => {
    const { registers } = buildMap(MODELS, { base });
    for (const outside of [refused, silent]) {
      const found = await list(base, registers, outside);
      expect(found).toMatchObject({ base, end: 'end model' });
      expect(ids(found)).toEqual([1, 103, 64_001, 120]);
    }
  });

  it('looks at further bases when told to', async () => {
    const { read } = device(30_000, buildMap(MODELS, { base: 30_000 }).registers);
    expect((await scanModels(read)).kind).toBe('no-marker');
    expect((await scanModels(read, [40_000, 30_000])).kind).toBe('found');
  });

  it('tells a silent device from one without SunSpec', async () => {
    expect((await scanModels(device(0, [], silent).read)).kind).toBe('unreachable');
    const other = await scanModels(device(40_000, new Uint16Array(100)).read);
    expect(other).toMatchObject({ kind: 'no-marker' });
    expect(other.kind === 'no-marker' && other.reason).toContain('0000 0000 at 40000');
  });

  it.each([refused, silent])('ends where a device has no end model', async (outside) => {
    const { registers } = buildMap(MODELS, { endModel: false });
    const found = await list(40_000, registers, outside);
    expect(ids(found)).toEqual([1, 103, 64_001, 120]);
    expect(found.end).toContain('at 40');
  });

  it('takes lengths 65 and 66 of model 1', async () => {
    for (const length of [65, 66]) {
      const map = buildMap([{ ...MODELS[0], id: 1, length }, ...MODELS.slice(1)]);
      expect(ids(await list(40_000, map.registers))).toEqual([1, 103, 64_001, 120]);
    }
  });

  it.each([
    ['says 65 and has 66', 65, 66],
    ['says 66 and has 65', 66, 65],
  ])('finds the next header where model 1 %s', async (_, said, has) => {
    const first = { ...MODELS[0], id: 1, length: has };
    for (const models of [[first, ...MODELS.slice(1)], [first]]) {
      const { registers } = buildMap(models);
      registers[3] = said;
      expect(ids(await list(40_000, registers))).toEqual(models.map(({ id }) => id));
    }
  });

  it('steps over models of length 0 and ends at zeros', async () => {
    const { registers } = buildMap([{ id: 1 }, { id: 64_010, length: 0 }, { id: 103 }]);
    expect(ids(await list(40_000, registers))).toEqual([1, 103]);
    const open = [
      ...buildMap(MODELS, { endModel: false }).registers,
      ...new Array<number>(50).fill(0),
    ];
    const found = await list(40_000, open);
    expect(ids(found)).toEqual([1, 103, 64_001, 120]);
    expect(found.end).toBe(`model 0 of length 0 at ${40_000 + open.length - 50}`);
  });

  it('ends at a length beyond the last register', async () => {
    const { registers } = buildMap(MODELS, { base: 50_000 });
    const at = 2 + 68 + 52 + 9 + 1;
    registers[at] = 20_000;
    const found = await list(50_000, registers);
    expect(ids(found)).toEqual([1, 103, 64_001]);
    expect(found.end).toContain('model 120 of length 20000');
  });

  it('gives up when the connection is lost in the middle', async () => {
    const { registers } = buildMap(MODELS);
    const inner = device(40_000, registers);
    const read = (address: number, count: number): Promise<LinkResult<Uint16Array>> =>
      address > 40_100
        ? Promise.resolve({ ok: false, failure: { cause: 'connection-lost', kind: 'lost' } })
        : inner.read(address, count);
    expect(await scanModels(read)).toEqual({ kind: 'unreachable', reason: 'connection-lost' });
  });

  it('ends on any registers, in few requests, within the address space', async () => {
    const word = fc.oneof(
      fc.constantFrom(0, 1, 2, 0xffff, 0x8000, ...MODEL_IDS),
      fc.integer({ min: 0, max: 0xffff }),
    );
    let walked = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(word, { maxLength: 400 }),
        fc.constantFrom<number>(40_000, 50_000, 0, 65_100),
        fc.constantFrom(refused, silent),
        async (words, base, outside) => {
          const registers = [0x5375, 0x6e53, ...words];
          const { read, requests } = device(base, registers, outside);
          const result = await scanModels(read, [base]);
          expect(requests.length).toBeLessThan(1100);
          for (const [address, count] of requests) {
            expect(address >= 0 && address + count <= 0x1_0000).toBe(true);
          }
          if (result.kind !== 'found') return;
          walked += result.list.models.length;
          let last = base;
          for (const { address, length } of result.list.models) {
            expect(address).toBeGreaterThan(last);
            expect(address + 2 + length).toBeLessThanOrEqual(0x1_0000);
            last = address;
          }
        },
      ),
      { numRuns: 300 * scale },
    );
    expect(walked).toBeGreaterThan(20);
  });
});

describe('decodeModel', () => {
  it('gives finite values or a reason, on any registers of any model and length', () => {
    let values = 0;
    const biased = fc.oneof(
      fc.constantFrom(0, 1, 2, 3, 0x8000, 0xffff, 0xfff5, 10, 11, 0x7fc0),
      fc.integer({ min: 0, max: 0xffff }),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...MODEL_IDS),
        fc.array(biased, { maxLength: 300 }),
        fc.integer({ min: 0, max: 0xffff }),
        fc.boolean(),
        (id, body, length, honest) => {
          const definition = modelDefinition(id);
          if (definition === undefined) throw new Error(`model ${id}`);
          const registers = Uint16Array.from([id, honest ? body.length : length, ...body]);
          for (const [path, point] of decodeModel(definition, registers)) {
            if (point.value === undefined) expect(point.absence).toMatch(/^[a-z-]+$/);
            else if (typeof point.value === 'number') {
              expect([path, Number.isFinite(point.value)]).toEqual([path, true]);
              values += 1;
            }
          }
        },
      ),
      { numRuns: 400 * scale },
    );
    expect(values).toBeGreaterThan(200);
  });

  it('never makes a number of what is not implemented, in any point of any model', () => {
    let points = 0;
    for (const id of MODEL_IDS) {
      const definition = modelDefinition(id);
      if (definition === undefined) continue;
      const { registers } = buildMap([{ id }]);
      for (const [path, point] of decodeModel(definition, registers.subarray(2))) {
        expect([id, path, point]).toEqual([id, path, { absence: 'not-implemented' }]);
        points += 1;
      }
    }
    expect(points).toBeGreaterThan(1000);
  });
});
