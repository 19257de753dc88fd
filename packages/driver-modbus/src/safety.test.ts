import { kebaP30, sunspecBattery, sunspecPv } from '@microgrid/catalog';
import { parseProfile, type Profile, type ProfileControl } from '@microgrid/devices';
import { TwinBench } from './twin-bench.test-data.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const firstControl = ({ controls: [control] }: Profile): ProfileControl => {
  if (control === undefined) throw new Error('no control');
  return control;
};

/** A charger whose fallback an installer may set, and whose factory setting is 32 A. */
const wallbox: Profile = parseProfile({
  schema: 'microgrid/profile/1',
  id: 'wallbox',
  manufacturer: 'Example',
  models: ['Wallbox'],
  roles: ['charger'],
  phases: 3,
  transport: { kinds: ['tcp'], unit: 1 },
  points: [
    {
      id: 'fallbackCurrent',
      table: 'holding',
      address: 409,
      encoding: 'u16',
      unit: 'A',
      rate: 'once',
      twin: 32,
    },
    {
      id: 'currentL1',
      table: 'input',
      address: 10,
      encoding: 'u16',
      unit: 'A',
      scale: 0.1,
      rate: 'high',
    },
  ],
  controls: [
    {
      id: 'chargeCurrent',
      unit: 'A',
      minimum: 6,
      maximum: 32,
      allowZero: true,
      steps: [
        { table: 'holding', address: 502, fields: [{ encoding: 'u16', value: { factor: 1 } }] },
      ],
      verify: 'registers',
      follows: { point: 'currentL1', tolerance: 1 },
      storage: 'volatile',
      expiryMs: 600_000,
      onLoss: 'falls to its fallback current, 32 A from the factory',
      fallback: { value: { point: 'fallbackCurrent' }, configurable: true },
      safeValue: 6,
      risk: 'import',
      responseMs: 10_000,
      release: [{ table: 'holding', address: 502, fields: [{ encoding: 'u16', value: 6 }] }],
    },
  ],
  sources: [{ title: 'made up' }],
  confidence: 'verified',
  vectors: [],
});

describe('a crash after a command', () => {
  it('KEBA: falls back to 6 A by itself, and a start writes nothing', async () => {
    const bench = new TwinBench(kebaP30);
    await bench.start();
    expect(await bench.command('chargeCurrent', 16)).toMatchObject({ status: 'applied' });
    expect(bench.written().slice(0, 2)).toEqual(['5016=6000', '5018=60']);
    expect(bench.twin.setPoints()).toMatchObject({ chargeCurrent: 16 });
    await bench.start({}, MINUTE);
    expect(bench.twin.setPoints()['chargeCurrent']).toBeUndefined();
    await bench.live(MINUTE);
    expect(bench.written()).toEqual([]);
  });

  it('a battery is not left locked: the reversion time is written before the set point', async () => {
    const bench = new TwinBench(sunspecBattery);
    bench.twin.image.set({ ratedPower: 5000, chargeRating: 5000 });
    await bench.start();
    bench.faults.set('write 40270', 'silent');
    expect(await bench.command('batteryPower', 2000)).toMatchObject({ status: 'failed' });
    // Died half-way: the reversion stands, the set point was never enabled.
    expect(bench.written()).toEqual(['40268=60', '40270=1']);
    bench.faults.clear();
    await bench.command('batteryPower', 2000);
    expect(bench.twin.setPoints()['batteryPower']).toBe(2000);
    bench.advance(MINUTE);
    expect(bench.twin.setPoints()['batteryPower']).toBeUndefined();
  });

  it('a battery that never falls back is known to the next run, made safe and handed back', async () => {
    const { expiryMs: _never, ...lasting } = firstControl(sunspecBattery);
    const bench = new TwinBench({
      ...sunspecBattery,
      controls: [{ ...lasting, fallback: { value: 'last' } }],
    });
    bench.twin.image.set({ ratedPower: 5000, chargeRating: 5000 });
    await bench.start();
    await bench.command('batteryPower', 2000, { validForMs: MINUTE });
    bench.written();
    await bench.start({}, HOUR);
    expect(bench.alarms()).toEqual(['left-over']);
    expect(await bench.live(55_000)).toEqual([]);
    expect(bench.twin.setPoints()['batteryPower']).toBe(2000);
    expect(await bench.live(10_000)).toContain('40265=0,0');
    expect(bench.twin.setPoints()['batteryPower']).toBe(0);
    await bench.live(2 * HOUR, MINUTE);
    expect(bench.twin.setPoints()['batteryPower']).toBeUndefined();
    expect(bench.alarms()).toEqual([]);
  });

  it('a sequence taken before it is refused after it', async () => {
    const bench = new TwinBench(kebaP30);
    await bench.start();
    await bench.command('chargeCurrent', 16, { sequence: 70 });
    await bench.start({}, 1000);
    const outcome = await bench.command('chargeCurrent', 16, { sequence: 70, id: 'replayed' });
    expect(outcome).toMatchObject({ status: 'rejected' });
    expect(outcome.reason).toMatch(/not above the last one, 70/);
  });
});

describe('a command that lapses', () => {
  it('KEBA: 6 A is as safe as 6 A, so the refresh lapses', async () => {
    const bench = new TwinBench(kebaP30);
    await bench.start();
    await bench.command('chargeCurrent', 16, { validForMs: 20_000 });
    bench.written();
    expect(await bench.live(20_000)).toEqual(['5004=6000']);
    expect(await bench.live(5 * MINUTE)).toEqual([]);
    expect(bench.twin.setPoints()['chargeCurrent']).toBeUndefined();
    expect(bench.alarms()).toEqual([]);
  });

  it('a fallback of 32 A is more than was commanded: 6 A is kept up, with an alarm, through blind mode', async () => {
    const bench = new TwinBench(wallbox);
    await bench.start({ blindModeMs: HOUR });
    await bench.command('chargeCurrent', 10, { validForMs: MINUTE });
    await bench.live(50 * MINUTE, MINUTE);
    expect(bench.twin.setPoints()['chargeCurrent']).toBe(6);
    expect(bench.alarms()).toEqual(['blind']);
    expect(bench.device?.alarms?.()[0]).toMatchObject({
      severity: 'critical',
      subject: 'chargeCurrent',
    });
    bench.written();
    expect((await bench.live(11 * MINUTE, MINUTE)).at(-1)).toBe('502=6');
    expect(await bench.live(HOUR, MINUTE)).toEqual([]);
  });

  it('a fallback that the installer has set to 6 A is as safe', async () => {
    const bench = new TwinBench(wallbox);
    bench.twin.image.set({ fallbackCurrent: 6 });
    await bench.start();
    await bench.command('chargeCurrent', 10, { validForMs: MINUTE });
    await bench.live(5 * MINUTE, MINUTE);
    expect(bench.alarms()).toEqual([]);
    bench.written();
    expect(await bench.live(30 * MINUTE, MINUTE)).toEqual([]);
  });

  it('a fallback above what the installation bears is found before it is needed', async () => {
    const bench = new TwinBench(wallbox);
    await bench.start({ limits: { maxCurrentAmperes: 16 } });
    expect(bench.alarms()).toEqual(['fallback-above-limit']);
    expect(bench.device?.alarms?.()[0]?.text).toMatch(/falls back to 32 A, allowed are 6 to 16/);
  });

  it('SunSpec 123: full output is worse than any limit, so the safe value is kept up', async () => {
    const bench = new TwinBench(sunspecPv);
    bench.twin.image.set({ ratedPower: 5000, maximumPower: 5000, power: -2000 });
    await bench.start();
    await bench.command('exportLimit', 1500, { validForMs: MINUTE });
    await bench.live(30 * MINUTE, 10_000);
    expect(bench.twin.setPoints()['exportLimit']).toBe(0);
    expect(bench.alarms()).toEqual(['blind']);
  });

  it('SunSpec 123: a limit at full output bounds nothing and is handed back', async () => {
    const bench = new TwinBench(sunspecPv);
    bench.twin.image.set({ ratedPower: 5000, maximumPower: 5000, power: -2000 });
    await bench.start();
    await bench.command('exportLimit', 5000, { validForMs: MINUTE });
    bench.written();
    expect(await bench.live(MINUTE, 10_000)).toContain('40236=0');
    expect(bench.twin.setPoints()['exportLimit']).toBeUndefined();
    expect(bench.alarms()).toEqual([]);
  });

  it('the safe value of the command takes the place of the profile’s, and is brought into bounds', async () => {
    const bench = new TwinBench(wallbox);
    await bench.start({ limits: { maxCurrentAmperes: 13 } });
    await bench.device?.command({
      kind: 'command',
      version: 1,
      id: 'x',
      sequence: 1,
      audience: 'dut',
      issuedAt: '2026-06-21T10:00:00Z',
      validForMs: MINUTE,
      device: 'dut',
      control: 'chargeCurrent',
      value: 8,
      safeValue: 50,
      reason: 'test',
    });
    await bench.device?.makeSafe?.('the meter is stale');
    expect(bench.twin.setPoints()['chargeCurrent']).toBe(13);
  });
});

describe('a device in trouble', () => {
  it('unreachable at release: an alarm, and the next start knows what was left', async () => {
    const { expiryMs: _never, ...lasting } = firstControl(wallbox);
    const bench = new TwinBench({
      ...wallbox,
      controls: [{ ...lasting, fallback: { value: 'last' } }],
    });
    await bench.start();
    await bench.command('chargeCurrent', 10);
    bench.faults.set('*', 'silent');
    await bench.device?.close();
    expect(bench.alarms()).toEqual(['not-released']);
    bench.faults.clear();
    bench.written();
    await bench.start({}, MINUTE);
    expect(bench.alarms()).toEqual(['left-over']);
    expect(bench.written()).toEqual([]);
    await bench.device?.release();
    expect(bench.written()).toEqual(['502=6']);
    expect(bench.alarms()).toEqual([]);
  });

  it('one that draws more than it was allowed disobeys, once response time has passed', async () => {
    const bench = new TwinBench(wallbox);
    await bench.start();
    bench.twin.image.set({ currentL1: 15.5 });
    await bench.command('chargeCurrent', 16);
    await bench.live(20_000);
    expect(bench.alarms()).toEqual([]);
    await bench.command('chargeCurrent', 8);
    await bench.live(5000);
    expect(bench.alarms()).toEqual([]);
    await bench.live(5000);
    expect(bench.alarms()).toEqual(['disobeyed']);
    bench.written();
    expect(await bench.live(2 * MINUTE)).toEqual([]);
    bench.twin.image.set({ currentL1: 7.9 });
    await bench.live(5000);
    expect(bench.alarms()).toEqual([]);
  });

  it('exception 5 is waited for, read back and never sent again', async () => {
    const bench = new TwinBench(wallbox);
    await bench.start();
    bench.faults.set('write 502', 5);
    expect(await bench.command('chargeCurrent', 8)).toMatchObject({ status: 'accepted' });
    expect(bench.written()).toEqual(['502=8']);
    bench.faults.clear();
    bench.twin.image.write('holding', 502, [8]);
    expect(await bench.live(20_000)).toEqual([]);
    expect(bench.alarms()).toEqual([]);
    expect(await bench.command('chargeCurrent', 8)).toMatchObject({
      status: 'applied',
      reason: 'holds already, confirmed',
    });
  });

  it('a write it refuses for good is an alarm and is not sent again', async () => {
    const bench = new TwinBench(wallbox);
    await bench.start();
    bench.faults.set('write 502', 3);
    expect(await bench.command('chargeCurrent', 8)).toMatchObject({ status: 'failed' });
    bench.written();
    expect(await bench.live(5 * MINUTE)).toEqual([]);
    expect(bench.alarms()).toEqual(['disobeyed']);
  });

  it('registers it does not have are named by an alarm, and the others go on', async () => {
    const bench = new TwinBench(wallbox);
    bench.twin.image.set({ currentL1: 5 });
    bench.faults.set('read 409', 2);
    await bench.start();
    expect(bench.alarms()).toEqual(['disabled-block']);
    const readings = (await bench.device?.read()) ?? [];
    expect(readings.find(({ point }) => point === 'currentL1')?.value).toBe(5);
  });
});

describe('configuration', () => {
  it('reads only the points asked for, and what controls need', async () => {
    const bench = new TwinBench(wallbox);
    await bench.start({ points: ['fallbackCurrent'] });
    expect(bench.device?.description.points).toEqual(['fallbackCurrent']);
    await expect(bench.start({ points: ['warp'] })).rejects.toThrow(
      /points\[0\]: got "warp", expected one of fallbackCurrent, currentL1/,
    );
  });

  it('a device that wants time between polls is not asked sooner', async () => {
    const bench = new TwinBench(kebaP30);
    await bench.start();
    bench.reads.length = 0;
    await bench.device?.read();
    expect(bench.reads).toEqual([]);
    bench.advance(500);
    await bench.device?.read();
    expect(bench.reads.length).toBeGreaterThan(3);
  });
});
