import { deviceDescriptionV1, parse } from '@microgrid/events';
import { CommandGate, type CommandOutcome, type DeviceCommand } from './index.js';
import { memoryStore, virtualClock } from './testing.js';

const description = parse(deviceDescriptionV1, {
  kind: 'deviceDescription',
  version: 1,
  device: 'd',
  role: 'switch',
  phases: 1,
  points: ['switchState'],
  controls: [
    { id: 'switch', unit: 'bool', volatile: true, onLoss: 'opens' },
    { id: 'exportLimit', unit: 'W', volatile: true, onLoss: 'none' },
  ],
  limits: {},
});

function command(changes: Partial<DeviceCommand> = {}): DeviceCommand {
  return {
    kind: 'command',
    version: 1,
    id: 'c1',
    sequence: 1,
    audience: 'gw',
    issuedAt: '2026-06-21T10:00:00Z',
    validForMs: 1000,
    device: 'd',
    control: 'switch',
    value: true,
    reason: 'test',
    ...changes,
  };
}

const applied: CommandOutcome = { status: 'applied', reason: 'written' };

function gateOn(store = memoryStore(), clock = virtualClock(0)) {
  const runs: DeviceCommand[] = [];
  const options = { device: 'd', gateway: 'gw', clock, store, description: () => description };
  const gate = new CommandGate(options);
  const run = (changes: Partial<DeviceCommand> = {}): Promise<CommandOutcome> =>
    gate.run(command(changes), (taken) => {
      runs.push(taken);
      return Promise.resolve(applied);
    });
  return { gate, run, runs, store, clock };
}

describe('a command', () => {
  it('is taken once by its id, also while it is under way, and its outcome is the first one’s', async () => {
    const { run, runs } = gateOn();
    const outcomes = await Promise.all([run(), run(), run()]);
    outcomes.push(await run());
    expect(outcomes).toEqual([applied, applied, applied, applied]);
    expect(runs).toHaveLength(1);
  });

  it.each([
    [{ device: 'e' }, 'meant for device e, this is d'],
    [{ audience: 'other' }, 'meant for other, expected gw'],
    [{ control: 'warp' }, 'd has no control warp'],
    [{ value: 1 }, 'switch: got 1, expected true or false'],
    [{ control: 'exportLimit', value: true }, 'exportLimit: got true, expected a number'],
    [{ control: 'exportLimit', value: NaN }, 'exportLimit: got NaN, expected a finite number'],
    [{ safeValue: 0 }, 'switch.safeValue: got 0, expected true or false'],
  ])(
    'with %j is rejected, and may come again rightly under the same id',
    async (changes, reason) => {
      const { run, runs } = gateOn();
      expect(await run(changes)).toEqual({ status: 'rejected', reason });
      expect(runs).toHaveLength(0);
      expect(await run()).toEqual(applied);
    },
  );

  it('with a sequence not above the last is rejected, also by the next life of the driver', async () => {
    const { run, store } = gateOn();
    await run({ sequence: 7 });
    expect((await run({ id: 'c2', sequence: 7 })).reason).toContain('not above the last one, 7');
    const next = gateOn(store);
    expect((await next.run({ id: 'c3', sequence: 7 })).status).toBe('rejected');
    expect(await next.run({ id: 'c4', sequence: 8 })).toEqual(applied);
  });

  it('that waited beyond its validity is expired and is not applied', async () => {
    const { gate, run, runs, clock } = gateOn();
    let go: (() => void) | undefined;
    const busy = gate.exclusively(() => new Promise<void>((resolve) => (go = resolve)));
    const waiting = run();
    await Promise.resolve();
    clock.advance(1000);
    go?.();
    await busy;
    expect((await waiting).status).toBe('expired');
    expect(runs).toHaveLength(0);
  });

  it('whose application throws has failed, and the next one runs', async () => {
    const { gate, run } = gateOn();
    const failed = await gate.run(command({ id: 'x', sequence: 1 }), () =>
      Promise.reject(new Error('no line')),
    );
    expect(failed).toEqual({ status: 'failed', reason: 'no line' });
    expect(await run({ id: 'y', sequence: 2 })).toEqual(applied);
  });
});
