import {
  dependsOnCommand,
  lintProfile,
  parseProfile,
  purposesOf,
  STORED_WRITES_PER_DAY,
  type Profile,
  type ProfileControl,
  type WriteStep,
} from '@microgrid/devices';
import fc from 'fast-check';
import { TwinBench, type SeenWrite, type TwinFault } from './twin-bench.test-data.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');
const DAY = 86_400_000;

/** A step of a generated control, its address filled in later. */
const constant = fc.record({ kind: fc.constant('constant' as const), raw: fc.nat(1000) });
const carrying = fc.record({
  kind: fc.constant('carrying' as const),
  factor: fc.constantFrom(1, 10, -1),
});

const generated = fc.record({
  before: fc.array(constant, { maxLength: 2 }),
  set: fc.array(carrying, { minLength: 1, maxLength: 2 }),
  after: fc.array(constant, { maxLength: 2 }),
  storage: fc.constantFrom('volatile' as const, 'stored' as const, 'unknown' as const),
  expires: fc.boolean(),
  fallback: fc.constantFrom(0, 500, 'unlimited' as const, 'own' as const),
  risk: fc.constantFrom('import' as const, 'export' as const, 'both' as const),
  minimum: fc.integer({ min: -2000, max: 0 }),
  maximum: fc.integer({ min: 500, max: 3000 }),
  dwellMs: fc.constantFrom(undefined, 60_000, 900_000),
  budget: fc.constantFrom(undefined, 2, 7, 40),
  responseMs: fc.constantFrom(0, 5000, 40_000),
  spacing: fc.integer({ min: 1, max: 4 }),
  denied: fc.boolean(),
});
type Generated = typeof generated extends fc.Arbitrary<infer T> ? T : never;

/** A profile that keeps every rule of the format. */
function profileOf(made: Generated): Profile {
  let address = 200;
  const step = (part: { kind: 'constant'; raw: number } | { kind: 'carrying'; factor: number }) => {
    address += made.spacing;
    const value = part.kind === 'constant' ? part.raw : { factor: part.factor };
    return { table: 'holding' as const, address, fields: [{ encoding: 's16' as const, value }] };
  };
  const steps: WriteStep[] = [...made.before, ...made.set, ...made.after].map(step);
  const wears = made.storage !== 'volatile';
  const expires = made.expires && !wears;
  const control: ProfileControl = {
    id: 'batteryPower',
    unit: 'W',
    terminal: 'ac',
    minimum: made.minimum,
    maximum: made.maximum,
    steps,
    verify: 'registers',
    storage: made.storage,
    ...(expires ? { expiryMs: 60_000 } : {}),
    onLoss: 'as generated',
    fallback: { value: expires ? made.fallback : 'last' },
    safeValue: 0,
    risk: made.risk,
    responseMs: made.responseMs,
    ...(made.dwellMs === undefined ? {} : { minimumDwellMs: made.dwellMs }),
    ...(made.budget === undefined || !wears ? {} : { writesPerDay: made.budget }),
    release: [{ table: 'holding', address: address + 3, fields: [{ encoding: 'u16', value: 7 }] }],
  };
  return parseProfile({
    schema: 'microgrid/profile/1',
    id: 'generated',
    manufacturer: 'Generated',
    models: ['G'],
    roles: ['batteryInverter'],
    phases: 1,
    transport: { kinds: ['tcp'], unit: 1 },
    points: [
      {
        id: 'power',
        table: 'input',
        address: 1,
        encoding: 's16',
        unit: 'W',
        sign: 1,
        rate: 'high',
      },
    ],
    controls: [control],
    deny: made.denied ? [{ table: 'holding', address: 0, count: 200, why: 'settings' }] : [],
    sources: [{ title: 'generated' }],
    confidence: 'verified',
    vectors: [],
  });
}

const action = fc.oneof(
  fc.record({
    kind: fc.constant('command' as const),
    value: fc.integer({ min: -5000, max: 5000 }),
    validForMs: fc.constantFrom(10_000, 120_000, 3_600_000),
  }),
  fc.record({ kind: fc.constant('live' as const), ms: fc.constantFrom(5000, 60_000, 600_000) }),
  fc.record({
    kind: fc.constant('sleep' as const),
    ms: fc.integer({ min: 0, max: 4 * 3_600_000 }),
  }),
  fc.record({
    kind: fc.constant('fault' as const),
    where: fc.constantFrom('write', 'read', '*', 'write 202', 'write 204'),
    fault: fc.constantFrom<TwinFault>('silent', 'deaf', 2, 3, 4, 5, 6),
  }),
  fc.record({ kind: fc.constant('heal' as const) }),
  fc.record({ kind: fc.constant('restart' as const), ms: fc.integer({ min: 0, max: 3_600_000 }) }),
  fc.record({
    kind: fc.constant('setClock' as const),
    ms: fc.integer({ min: -2 * DAY, max: 2 * DAY }),
  }),
  fc.record({ kind: fc.constant('release' as const) }),
  fc.record({ kind: fc.constant('makeSafe' as const) }),
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

async function run(bench: TwinBench, step: Action): Promise<void> {
  switch (step.kind) {
    case 'command':
      await bench.command('batteryPower', step.value, { validForMs: step.validForMs });
      return;
    case 'live':
      for (let passed = 0; passed < step.ms; passed += Math.max(5000, step.ms / 20)) {
        bench.advance(Math.max(5000, step.ms / 20));
        await bench.device?.read();
      }
      return;
    case 'sleep':
      bench.advance(step.ms);
      return;
    case 'fault':
      bench.faults.set(step.where, step.fault);
      return;
    case 'heal':
      bench.faults.clear();
      return;
    case 'restart':
      await bench.start({ blindModeMs: 900_000 }, step.ms);
      return;
    case 'setClock':
      bench.clock.setWallClock(Math.max(0, bench.clock.nowMs() + step.ms));
      await bench.device?.read();
      return;
    case 'release':
      await bench.device?.release();
      return;
    default:
      await bench.device?.makeSafe?.('the model says so');
  }
}

const signed = (raw: number | undefined): number => ((raw ?? 0) << 16) >> 16;

/** What one write must be: a step of the control or of its release, and what it carries in bounds. */
function checkWrite({ address, values }: SeenWrite, profile: Profile): void {
  const [control] = profile.controls;
  const steps = [...(control?.steps ?? []), ...(control?.release ?? [])];
  const step = steps.find((candidate) => candidate.address === address);
  expect([address, step !== undefined]).toEqual([address, true]);
  for (const { address: denied, count } of profile.deny ?? []) {
    expect(address < denied || address >= denied + count).toBe(true);
  }
  const [field] = step?.fields ?? [];
  if (field === undefined || typeof field.value === 'number') {
    expect(signed(values[0])).toBe(field?.value);
    return;
  }
  if (!('factor' in field.value)) throw new Error('not generated');
  const value = signed(values[0]) / (field.value.factor ?? 1);
  expect(value).toBeGreaterThanOrEqual(Number(control?.minimum));
  expect(value).toBeLessThanOrEqual(Number(control?.maximum));
}

/** Within one instant, writes keep the order of the steps: fallback, set point, enable. */
function checkOrder(writes: readonly SeenWrite[], control: ProfileControl): number {
  const order = new Map(control.steps.map(({ address }, index) => [address, index]));
  const purposes = purposesOf(control.steps);
  let ordered = 0;
  let last = -1;
  let atMs = -1;
  for (const write of writes) {
    const index = order.get(write.address);
    if (index === undefined) {
      last = -1;
      continue;
    }
    // A sequence begun anew starts over; within it nothing goes back.
    const restarts = write.atMs !== atMs || index <= last;
    if (!restarts) {
      const ranks = ['fallback', 'setPoint', 'enable'];
      expect(ranks.indexOf(purposes[index] ?? '')).toBeGreaterThanOrEqual(
        ranks.indexOf(purposes[last] ?? ''),
      );
      ordered += 1;
    }
    last = index;
    atMs = write.atMs;
  }
  return ordered;
}

function checkBudget(writes: readonly SeenWrite[], perDay: number): void {
  for (const [index, { atMs }] of writes.entries()) {
    const inDay = writes.slice(0, index + 1).filter((write) => write.atMs > atMs - DAY).length;
    expect(inDay).toBeLessThanOrEqual(perDay);
  }
}

it('whatever is commanded and whatever fails, writes stay within bounds, deny list, budget and order', async () => {
  let written = 0;
  let ordered = 0;
  let spent = 0;
  await fc.assert(
    fc.asyncProperty(
      generated,
      fc.array(action, { minLength: 10, maxLength: 40 }),
      async (made, actions) => {
        const profile = profileOf(made);
        const [control] = profile.controls;
        if (control === undefined) throw new Error('no control');
        const bench = new TwinBench(profile);
        await bench.start({ blindModeMs: 900_000 });
        expect(bench.writes).toEqual([]);
        for (const step of actions) {
          const before = bench.writes.length;
          await run(bench, step);
          // A start, a fault and the passing of time alone never write.
          if (['restart', 'fault', 'heal', 'sleep'].includes(step.kind)) {
            expect([step.kind, bench.writes.length]).toEqual([step.kind, before]);
          }
        }
        for (const write of bench.writes) checkWrite(write, profile);
        ordered += checkOrder(bench.writes, control);
        if (control.storage !== 'volatile') {
          checkBudget(bench.writes, control.writesPerDay ?? STORED_WRITES_PER_DAY);
          spent += bench.writes.length;
        }
        written += bench.writes.length;
      },
    ),
    { numRuns: 150 * scale },
  );
  expect(written).toBeGreaterThan(500);
  expect(ordered).toBeGreaterThan(50);
  expect(spent).toBeGreaterThan(50);
});

it('every generated profile keeps the rules of the format, and its commands are carried by a step', () => {
  fc.assert(
    fc.property(generated, (made) => {
      const profile = profileOf(made);
      expect(lintProfile(profile).filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(profile.controls[0]?.steps.some(({ fields }) => fields.some(dependsOnCommand))).toBe(
        true,
      );
    }),
    { numRuns: 50 * scale },
  );
});

it('once everything is well again, a device without a policy ends where it began: handed back', async () => {
  let ended = 0;
  await fc.assert(
    fc.asyncProperty(
      generated.filter(({ storage }) => storage === 'volatile'),
      fc.array(action, { minLength: 5, maxLength: 20 }),
      async (made, actions) => {
        const bench = new TwinBench(profileOf(made));
        await bench.start({ blindModeMs: 900_000 });
        for (const step of actions) await run(bench, step);
        bench.faults.clear();
        // The longest command, blind mode and the longest response, with room to spare.
        await bench.live(3 * 3_600_000, 20_000);
        bench.written();
        expect(await bench.live(3_600_000, 60_000)).toEqual([]);
        ended += 1;
      },
    ),
    { numRuns: 25 * scale },
  );
  expect(ended).toBeGreaterThan(20);
});
