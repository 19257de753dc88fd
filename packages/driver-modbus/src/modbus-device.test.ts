import { eastronSdm630, kebaP30, modbusRelay, sunspecBattery, sunspecPv } from '@microgrid/catalog';
import { isDevicesError, parseProfile, type Profile } from '@microgrid/devices';
import { readingV1, deviceDescriptionV1, parse } from '@microgrid/events';
import { modbusDriver } from './index.js';
import { byPoint, ServedDevice } from './served-device.test-data.js';

const modbusProfile = (text: string): Profile => parseProfile(JSON.parse(text));

let served: ServedDevice;
const serve = async (profile: Profile): Promise<ServedDevice> => {
  served = new ServedDevice(profile);
  await served.start();
  return served;
};
afterEach(() => served.close());

const battery = async (): Promise<ServedDevice> => {
  const made = await serve(sunspecBattery);
  made.image.set({ power: -10, batteryPower: 0, stateOfCharge: 50, chargeRating: 5000 });
  made.image.set({ ratedPower: 5000, ratedEnergy: 10_000_000 });
  return made;
};

describe('reading', () => {
  it('gives one valid reading for each point of the description, in one request per block', async () => {
    await serve(eastronSdm630);
    served.image.set({ power: 1234.5, importEnergy: 5_000_000_000, voltageL1: 230, frequency: 50 });
    const device = await served.open();
    const readings = await device.read();
    expect(served.seen).toEqual(['read input 0+76']);
    expect(readings.map(({ point }) => point)).toEqual(device.description.points);
    for (const reading of readings) parse(readingV1, reading);
    parse(deviceDescriptionV1, device.description);
    const { power, importEnergy } = byPoint(readings);
    expect(power).toMatchObject({ value: 1234.5, quality: 'good', at: '2026-06-21T10:00:00Z' });
    expect(importEnergy?.value).toBe(5_000_000_000);
  });

  it('a single-phase device has no points of L2 and L3', async () => {
    await serve(eastronSdm630);
    const device = await served.open({ phases: 1, role: 'meter' });
    expect(device.description.points.filter((point) => /L[23]$/.test(point))).toEqual([]);
    expect(device.description).toMatchObject({ phases: 1, role: 'meter' });
  });

  it('a value outside its bounds is none, and the reading says why', async () => {
    await serve(eastronSdm630);
    served.image.set({ voltageL1: 411, frequency: 50 });
    const device = await served.open();
    const reading = byPoint(await device.read())['voltageL1'];
    expect(reading).toMatchObject({ quality: 'bad', cause: '411 is above 300' });
    expect(reading).not.toHaveProperty('value');
  });

  it('points of low rate repeat their reading with its own instant, then are read again', async () => {
    await serve(eastronSdm630);
    served.image.set({ importEnergyL1: 1_000_000 });
    const device = await served.open({ lowRateMs: 60_000 });
    served.image.set({ importEnergyL1: 2_000_000 });
    served.clock.advance(30_000);
    expect(byPoint(await device.read())['importEnergyL1']).toMatchObject({
      value: 1_000_000,
      at: '2026-06-21T10:00:00Z',
      quality: 'good',
    });
    served.clock.advance(30_000);
    expect(byPoint(await device.read())['importEnergyL1']).toMatchObject({
      value: 2_000_000,
      at: '2026-06-21T10:01:00Z',
    });
  });

  it('a refused block makes its own points bad, with the cause and no value, and no others', async () => {
    await serve(eastronSdm630);
    served.image.set({ power: 10 });
    const device = await served.open();
    served.faults.set('read 346', 2);
    served.clock.advance(60_000);
    const readings = byPoint(await device.read());
    expect(readings['power']).toMatchObject({ value: 10, quality: 'good' });
    expect(readings['importEnergyL1']).toMatchObject({ quality: 'bad' });
    expect(readings['importEnergyL1']?.cause).toMatch(/exception 2 \(illegal-data-address\)/);
    expect(readings['importEnergyL1']).not.toHaveProperty('value');
  });

  it('a lost device reads bad without a value, never throws, and recovers by itself', async () => {
    await serve(eastronSdm630);
    served.image.set({ power: 10 });
    const device = await served.open();
    await served.stop();
    for (let poll = 0; poll < 3; poll += 1) {
      const readings = await device.read();
      const high = readings.filter(({ point }) => point === 'power' || point === 'voltageL1');
      expect(high).toHaveLength(2);
      for (const reading of high) {
        expect(reading).toMatchObject({ quality: 'bad' });
        expect(reading).not.toHaveProperty('value');
      }
    }
    await served.start();
    let power = byPoint(await device.read())['power'];
    for (let poll = 0; poll < 50 && power?.quality !== 'good'; poll += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      power = byPoint(await device.read())['power'];
    }
    expect(power).toMatchObject({ value: 10, quality: 'good' });
  });

  it('opens a device that is not there and describes it once it answers', async () => {
    await battery();
    await served.stop();
    const device = await served.open();
    expect(device.description.controls).toEqual([]);
    expect(await device.command(served.command('batteryPower', 100))).toMatchObject({
      status: 'rejected',
    });
    await served.start();
    for (let poll = 0; poll < 50 && device.description.controls.length === 0; poll += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      await device.read();
    }
    expect(device.description.limits.capacityMilliwattHours).toBe(10_000_000);
    expect(device.description.controls[0]).toMatchObject({ minimum: -5000, maximum: 5000 });
  });

  it('refuses to use a device whose identity registers say something else', async () => {
    await serve(sunspecPv);
    served.image.write('holding', 40_069, [701]);
    const device = await served.open();
    const [first] = await device.read();
    expect(first?.quality).toBe('bad');
    expect(first?.cause).toMatch(
      /not a sunspec-pv: register 40069: got 02bd 0032, expected SunSpec/,
    );
    expect(await device.command(served.command('exportLimit', 100))).toMatchObject({
      status: 'rejected',
    });
    expect(served.writes()).toEqual([]);
    const driver = modbusDriver(sunspecPv);
    expect(await driver.probe(served.context(), {})).toBeUndefined();
  });

  it('probes by reads only', async () => {
    await battery();
    served.image.set({ manufacturer: 'Acme', model: 'B5', serial: '77' });
    const identity = await modbusDriver(sunspecBattery).probe(served.context(), {});
    expect(identity).toEqual({ manufacturer: 'Acme', model: 'B5', serial: '77', firmware: '' });
    expect(served.writes()).toEqual([]);
  });

  it('runs a stranger’s profile from JSON, and refuses a wrong one by path, value and expectation', async () => {
    const text = JSON.stringify({ ...eastronSdm630, id: 'strangers-meter' });
    await serve(modbusProfile(text));
    served.image.set({ power: 10 });
    const device = await modbusDriver(JSON.parse(text)).open(served.context(), {});
    expect(byPoint(await device.read())['power']?.value).toBe(10);
    const broken: unknown = JSON.parse(text.replace('"address":52', '"address":"52"'));
    expect(() => modbusDriver(broken, 'meter.json')).toThrow(/^meter\.json: points\[\d+\]\.?.*got/);
    expect(() => modbusDriver('a text')).toThrow(/^profile: got "a text", expected/);
  });

  it('refuses a configuration by path, value and expectation', async () => {
    await serve(eastronSdm630);
    const open = modbusDriver(eastronSdm630).open(served.context(), { unit: 300, adress: 1 });
    await expect(open).rejects.toThrow(/device dut: unit: got 300[^]*adress/);
    await expect(
      modbusDriver(eastronSdm630).open(served.context(), { role: 'charger' }),
    ).rejects.toThrow(/role: got charger, expected gridMeter or meter/);
  });
});

describe('commands', () => {
  it('nothing is written by opening and reading', async () => {
    await battery();
    const device = await modbusDriver(sunspecBattery).open(served.context(), {});
    await device.read();
    expect(served.writes()).toEqual([]);
  });

  it('writes fallback first and enable last, and reads back', async () => {
    await battery();
    const device = await served.open();
    const outcome = await device.command(served.command('batteryPower', -2500));
    expect(outcome).toEqual({ status: 'applied', reason: 'written, confirmed', readback: -2500 });
    expect(served.writes()).toEqual([
      'write holding 40268=60',
      'write holding 40270=1',
      'write holding 40265=5000,60536',
      'write holding 40258=3',
    ]);
  });

  it('refreshes everything at half of the expiry, and only what changed in between', async () => {
    await battery();
    const device = await served.open();
    await device.command(served.command('batteryPower', 1000));
    served.writes();
    for (const [seconds, expected] of [
      [10, 0],
      [19, 0],
      [1, 4],
      [29, 0],
      [1, 4],
    ] as const) {
      served.clock.advance(seconds * 1000);
      await device.read();
      expect([seconds, served.writes().length]).toEqual([seconds, expected]);
    }
    await device.command(served.command('batteryPower', 1500));
    expect(served.writes()).toEqual(['write holding 40265=62536,3000']);
    await device.command(served.command('batteryPower', 1500));
    expect(served.writes()).toEqual([]);
  });

  it('writes the safe value when the command lapses on the monotonic clock, whatever the wall clock does', async () => {
    await battery();
    const device = await served.open();
    await device.command(served.command('batteryPower', 1000, { validForMs: 20_000 }));
    served.writes();
    served.clock.setWallClock(Date.UTC(2030, 0, 1));
    served.clock.advance(19_999);
    await device.read();
    expect(served.writes()).toEqual([]);
    served.clock.advance(1);
    await device.read();
    expect(served.writes()).toEqual(['write holding 40265=0,0']);
    // From here the battery's own reversion acts: it is as safe.
    served.clock.advance(60_000);
    await device.read();
    expect(served.writes()).toEqual([]);
    await device.release();
    expect(served.writes()).toEqual([]);
  });

  it('a release that fails is tried again at each poll until it is through', async () => {
    await battery();
    const device = await served.open();
    await device.command(served.command('batteryPower', 1000));
    served.faults.set('write 40258', 4);
    await device.release();
    await device.read();
    expect(device.alarms?.().map(({ code }) => code)).toEqual(['not-released']);
    served.faults.clear();
    served.writes();
    await device.read();
    expect(served.writes()).toEqual(['write holding 40258=0', 'write holding 40265=10000,10000']);
    expect(device.alarms?.()).toEqual([]);
    expect(
      served.logs.some((line) =>
        /release of batteryPower: writing holding 40258: exception 4/.test(line),
      ),
    ).toBe(true);
  });

  it('refuses other audiences and devices, old sequences, unknown controls and wrong types', async () => {
    await battery();
    const device = await served.open({}, 'gw-1');
    const reasons: [string, Parameters<ServedDevice['command']>[2], RegExp][] = [
      ['batteryPower', { audience: 'gw-2' }, /meant for gw-2, expected gw-1/],
      ['batteryPower', { device: 'other' }, /meant for device other/],
      ['exportLimit', {}, /no control exportLimit/],
      ['batteryPower', { value: true }, /got true, expected a number/],
      ['batteryPower', { value: Infinity }, /expected a finite number/],
    ];
    for (const [control, changes, reason] of reasons) {
      const outcome = await device.command(served.command(control, 100, changes));
      expect(outcome).toMatchObject({ status: 'rejected' });
      expect(outcome.reason).toMatch(reason);
    }
    const accepted = served.command('batteryPower', 100, { audience: 'gw-1' });
    expect(await device.command(accepted)).toMatchObject({ status: 'applied' });
    served.writes();
    const replay = await device.command({ ...accepted, id: 'again' });
    expect(replay).toMatchObject({ status: 'rejected' });
    expect(replay.reason).toMatch(/is not above the last one/);
    // The same command once more is answered, not refused and not written again.
    expect(await device.command(accepted)).toMatchObject({ status: 'applied' });
    expect(served.writes()).toEqual([]);
  });

  it('brings a value into its limits and says so; configured limits narrow', async () => {
    await battery();
    const device = await served.open({ limits: { maxChargeWatts: 3000 } });
    expect(device.description.controls[0]?.maximum).toBe(3000);
    const outcome = await device.command(served.command('batteryPower', 9000));
    expect(outcome).toMatchObject({ status: 'applied', readback: 3000 });
    expect(outcome.reason).toMatch(/9000 was brought to 3000/);
  });

  it('a charger below its minimum pauses', async () => {
    await serve(kebaP30);
    const device = await served.open();
    served.image.set({ chargeCurrentLimit: 0 });
    const outcome = await device.command(served.command('chargeCurrent', 4));
    expect(outcome).toMatchObject({ status: 'applied', readback: 0 });
    expect(served.writes().at(-1)).toBe('write holding 5014=0');
  });

  it('a device that answers one value per read is read so', async () => {
    await serve(kebaP30);
    const device = await served.open();
    served.clock.advance(60_000);
    await device.read();
    expect(served.seen.length).toBeGreaterThan(8);
    for (const request of served.seen) expect(request).toMatch(/\+2$/);
  });

  it('what the device does not take is accepted only, and is looked at again, not written again', async () => {
    await battery();
    served.deaf.add(40_265);
    const device = await served.open();
    const outcome = await device.command(served.command('batteryPower', 1000));
    expect(outcome.status).toBe('accepted');
    expect(outcome.reason).toMatch(/instead of 1000/);
    served.writes();
    served.clock.advance(5000);
    await device.read();
    expect(served.writes()).toEqual([]);
  });

  it('a write that fails is named, and repeated only while the command holds', async () => {
    await battery();
    const device = await served.open();
    served.faults.set('write 40258', 6);
    const outcome = await device.command(served.command('batteryPower', 1000));
    expect(outcome).toMatchObject({ status: 'failed' });
    expect(outcome.reason).toMatch(/writing holding 40258: exception 6/);
    served.faults.clear();
    served.writes();
    await device.read();
    expect(served.writes()).toHaveLength(4);
  });

  it('stored registers are written on change only, within a daily budget, and never refreshed', async () => {
    const [control] = modbusRelay.controls;
    if (control === undefined) throw new Error('no control');
    await serve({
      ...modbusRelay,
      controls: [{ ...control, storage: 'unknown', writesPerDay: 4 }],
    });
    const device = await served.open();
    expect(device.description.controls[0]?.volatile).toBe(false);
    const outcomes: string[] = [];
    for (const value of [false, true, false, true]) {
      const { status, reason } = await device.command(
        served.command('switch', value, { validForMs: 3_600_000 }),
      );
      outcomes.push(`${status}: ${reason}`.slice(0, 22));
      served.clock.advance(300_000);
    }
    // Two of the four are kept for the safe value and the release.
    expect(outcomes).toEqual([
      'applied: holds already',
      'applied: written, conf',
      'applied: written, conf',
      'rejected: daily budget',
    ]);
    await device.read();
    expect(served.writes()).toHaveLength(2);
    served.clock.advance(86_400_000);
    expect(await device.command(served.command('switch', true))).toMatchObject({
      status: 'applied',
    });
  });

  it('a least dwell keeps the last value', async () => {
    const [control] = modbusRelay.controls;
    if (control === undefined) throw new Error('no control');
    await serve({ ...modbusRelay, controls: [{ ...control, minimumDwellMs: 60_000 }] });
    const device = await served.open();
    await device.command(served.command('switch', false));
    expect(await device.command(served.command('switch', true))).toMatchObject({
      status: 'rejected',
    });
    served.clock.advance(60_000);
    expect(await device.command(served.command('switch', true))).toMatchObject({
      status: 'applied',
    });
  });

  it('closing releases once; a closed device refuses by name', async () => {
    await battery();
    const device = await served.open();
    await device.release();
    expect(served.writes()).toEqual([]);
    await device.command(served.command('batteryPower', 1000));
    served.writes();
    await device.close();
    await device.close();
    expect(served.writes()).toHaveLength(2);
    const error: unknown = await device.read().catch((reason: unknown) => reason);
    expect(isDevicesError(error) && error.code).toBe('closed');
  });
});
