import { virtualClock } from '@microgrid/devices/testing';
import { sunspecConfig } from './config.js';
import { byPoint, ServedSunspec, valuesOf } from './served-sunspec.test-data.js';
import { driver } from './sunspec-driver.js';
import { sunspecTwin } from './sunspec-twin.js';
import { twinModels } from './twin-values.js';

let served: ServedSunspec;
afterEach(() => served.close());

const HYBRID = [1, 103, 120, 121, 122, 123, 160, 124];

describe('readings', () => {
  it('of a hybrid are in the house’s units and signs', async () => {
    served = new ServedSunspec(HYBRID);
    served.twin.set({
      power: -3210,
      voltageL1: 230.4,
      currentL2: 4.25,
      frequency: 49.98,
      exportEnergy: 12_345_678_000,
      pvPower: -4000,
      batteryPower: 700,
      stateOfCharge: 55.5,
      dcPower: -3300,
      reactivePower: 120,
    });
    const device = await served.open();
    const values = valuesOf(await device.read());
    expect(values).toMatchObject({
      power: -3210,
      voltageL1: 230.4,
      currentL2: 4.25,
      frequency: 49.98,
      exportEnergy: 12_345_678_000,
      pvPower: -4000,
      batteryPower: 700,
      stateOfCharge: 55.5,
      dcPower: -3300,
      reactivePower: 120,
      operating: 1,
      fault: 0,
    });
    expect(device.description).toMatchObject({
      role: 'hybridInverter',
      phases: 3,
      manufacturer: 'microgrid',
      serial: 'serial-7',
      limits: {
        maxExportWatts: 10_000,
        maxImportWatts: 10_000,
        maxChargeWatts: 5000,
        maxDischargeWatts: 5000,
        capacityMilliwattHours: 10_000_000,
      },
    });
    served.twin.set({ batteryPower: -900 });
    expect(valuesOf(await device.read())['batteryPower']).toBe(-900);
  });

  it('come in two requests a poll, whatever the number of points', async () => {
    served = new ServedSunspec(HYBRID);
    served.twin.set({ exportEnergy: 5_000_000, voltageL1: 230 });
    const device = await served.open();
    await device.read();
    served.seen.length = 0;
    served.clock.advance(1000);
    const readings = await device.read();
    expect(readings.length).toBeGreaterThan(11);
    expect(served.seen).toHaveLength(2);
  });

  it.each([
    ['gridMeter', 203],
    ['gridMeter', 213],
    ['meter', 201],
    ['meter', 204],
    ['meter', 211],
  ])('of a %s, model %i, count import as positive', async (role, id) => {
    served = new ServedSunspec([1, id], { role });
    served.twin.set({
      power: 1500,
      importEnergy: 7_000_000_000,
      exportEnergy: 3_000_000_000,
      voltageL1: 231,
      currentL1: 6.5,
    });
    const device = await served.open({ role });
    expect(valuesOf(await device.read())).toMatchObject({
      power: 1500,
      importEnergy: 7_000_000_000,
      exportEnergy: 3_000_000_000,
      voltageL1: 231,
      currentL1: 6.5,
    });
    expect(device.description).toMatchObject({ role, phases: id % 10 === 1 ? 1 : 3, controls: [] });
  });

  it('of model 701 have both directions and each phase', async () => {
    served = new ServedSunspec([1, 701, 702, 713, 714]);
    const shown = {
      power: 2500,
      powerL3: -800,
      importEnergy: 0,
      exportEnergy: 9_000_000,
      exportEnergyL2: 1_000_000,
      stateOfCharge: 12.34,
      stateOfHealth: 98,
      pvPower: -1234,
      batteryPower: -700,
      pvEnergy: 44_000,
      batteryChargeEnergy: 2000,
      batteryDischargeEnergy: 1000,
      powerFactor: -0.98,
    };
    served.twin.set(shown);
    const device = await served.open();
    expect(valuesOf(await device.read())).toMatchObject(shown);
    expect(device.description).toMatchObject({
      role: 'hybridInverter',
      limits: { maxChargeWatts: 5000, maxDischargeWatts: 5000, capacityMilliwattHours: 10_000_000 },
    });
  });

  it('of a battery by itself turn its sign', async () => {
    served = new ServedSunspec([1, 802, 803]);
    served.twin.set({ batteryPower: 1200, batteryCurrent: 3.5, stateOfCharge: 40 });
    const device = await served.open();
    expect(device.description.role).toBe('batteryInverter');
    const values = valuesOf(await device.read());
    expect(values).toMatchObject({ batteryPower: 1200, batteryCurrent: 3.5, stateOfCharge: 40 });
    const image = served.twin.images.find(({ found }) => found.id === 802);
    expect(image?.number('W')).toBe(-1200);
    const turned = await served.open({ invertBatteryPower: true });
    expect(valuesOf(await turned.read())['batteryPower']).toBe(-1200);
  });

  it('of SolarEdge meters are turned, and each of several meters can be chosen', async () => {
    const meter = (W: number) => ({ id: 203, values: { W, W_SF: 0 } });
    const common = (SN: string) => ({ id: 1, values: { Mn: 'SolarEdge', Md: 'SE', SN } });
    served = new ServedSunspec([
      common('inverter'),
      { id: 103, values: { W: 900, W_SF: 0 } },
      common('first'),
      meter(-100),
      common('second'),
      meter(250),
    ]);
    const read = async (config: unknown) => {
      const device = await served.open(config);
      return [device.description.serial, valuesOf(await device.read())['power']];
    };
    expect(await read({})).toEqual(['inverter', -900]);
    expect(await read({ role: 'gridMeter' })).toEqual(['first', 100]);
    expect(await read({ role: 'meter', instance: 2 })).toEqual(['second', -250]);
    expect(await read({ role: 'meter', instance: 2, invertMeterPower: false })).toEqual([
      'second',
      250,
    ]);
    const none = await served.open({ role: 'meter', instance: 3 });
    expect(await none.read()).toEqual([]);
    expect(served.memory.lines.at(-1)?.message).toContain(
      'unit 1: got models 1, 103, 1, 203, 1, 203, expected 201-204 or 211-214, the one counted as 3',
    );
  });

  it('of what the device does not have are bad and without a value', async () => {
    served = new ServedSunspec(HYBRID);
    served.twin.set({ power: -100, exportEnergy: undefined });
    const device = await served.open();
    const readings = byPoint(await device.read());
    expect(readings['exportEnergy']).toMatchObject({
      quality: 'bad',
      cause: 'WH: not implemented',
    });
    expect(readings['exportEnergy']).not.toHaveProperty('value');
    expect(readings['power']?.quality).toBe('good');
    // An optional point that was never there is not announced, but appears when it is.
    expect(device.description.points).not.toContain('temperatureL1');
    expect(readings['apparentPower']).toBeUndefined();
    served.twin.set({ apparentPower: 120 });
    expect(byPoint(await device.read())['apparentPower']?.value).toBe(120);
    expect(device.description.points).toContain('apparentPower');
  });

  it('use the scale factor of the same reply, and none where it is out of range', async () => {
    served = new ServedSunspec(HYBRID);
    served.twin.set({ power: -1000 });
    const device = await served.open();
    served.poke(103, 'W', 123);
    served.poke(103, 'W_SF', 1);
    expect(valuesOf(await device.read())['power']).toBe(-1230);
    served.poke(103, 'W_SF', 11);
    expect(byPoint(await device.read())['power']).toMatchObject({
      quality: 'bad',
      cause: 'W: scale factor out of range',
    });
    served.poke(103, 'W_SF', 0x8000);
    expect(byPoint(await device.read())['power']?.cause).toBe('W: scale factor not implemented');
  });

  it('outside plausible bounds are suspect', async () => {
    served = new ServedSunspec(HYBRID);
    served.twin.set({ frequency: 12, stateOfCharge: 50 });
    const device = await served.open();
    expect(byPoint(await device.read())['frequency']).toMatchObject({
      quality: 'suspect',
      value: 12,
    });
  });

  it('arrive on points$ and end with close', async () => {
    served = new ServedSunspec(HYBRID);
    const device = await served.open();
    const batches: number[] = [];
    let complete = false;
    device.points$.subscribe({
      next: (batch) => batches.push(batch.length),
      complete: () => (complete = true),
    });
    const { length } = await device.read();
    await device.close();
    await device.close();
    expect(batches).toEqual([length]);
    expect(complete).toBe(true);
    await expect(device.read()).rejects.toMatchObject({ code: 'closed' });
    await expect(device.command(served.command('exportLimit', 1))).rejects.toMatchObject({
      code: 'closed',
    });
  });
});

describe('long models', () => {
  const module = Array.from({ length: 9 }, (_, index) => ({
    IDStr: `MPPT ${index}`,
    DCW: 100 + index,
  }));
  const models = [
    { id: 1, values: { Mn: 'm', Md: 'n', SN: 's' } },
    { id: 103, values: { W: 5, W_SF: 0 } },
    { id: 160, values: { DCW_SF: 0, DCWH_SF: 0, N: 9, module } },
  ];

  it('are read in pieces with one set of scale factors', async () => {
    served = new ServedSunspec(models);
    const device = await served.open();
    expect(valuesOf(await device.read())['pvPower']).toBe(-936);
    for (const request of served.seen) {
      expect(Number(request.split('+')[1])).toBeLessThanOrEqual(125);
    }
  });

  it('give no value while the scale factors change under the read', async () => {
    served = new ServedSunspec(models);
    const device = await served.open();
    let changes = 1;
    served.distort = () => {
      if (changes > 0) served.poke(160, 'DCW_SF', (changes += 1) % 3);
    };
    expect(byPoint(await device.read())['pvPower']).toMatchObject({
      quality: 'bad',
      cause: 'scale factors changed while the model was read',
    });
    expect(byPoint(await device.read())['power']?.value).toBe(-5);
    changes = 0;
    served.poke(160, 'DCW_SF', 1);
    expect(valuesOf(await device.read())['pvPower']).toBe(-9360);
  });
});

describe('counters', () => {
  it('torn between their registers are read again, and given only when two reads agree', async () => {
    served = new ServedSunspec(HYBRID);
    served.twin.set({ exportEnergy: 65_535_000 });
    const device = await served.open();
    expect(valuesOf(await device.read())['exportEnergy']).toBe(65_535_000);
    served.clock.advance(1000);
    served.twin.set({ exportEnergy: 65_536_000 });
    const at = 40_000 + 2 + 68 + 24;
    let torn = 1;
    served.distort = (address, registers) => {
      const low = at + 1 - address;
      if (torn > 0 && low >= 0 && low < registers.length) {
        torn -= 1;
        registers[low] = 0xffff;
      }
    };
    // 65,536 Wh with the old low half would be 131,071 Wh.
    expect(byPoint(await device.read())['exportEnergy']).toMatchObject({
      quality: 'bad',
      cause: 'two reads disagree: 131071000 and 65536000 mWh',
    });
    served.clock.advance(1000);
    expect(valuesOf(await device.read())['exportEnergy']).toBe(65_536_000);
  });

  it('that begin anew are given as they are', async () => {
    served = new ServedSunspec(HYBRID);
    served.twin.set({ exportEnergy: 900_000_000 });
    const device = await served.open();
    await device.read();
    served.twin.set({ exportEnergy: 1000 });
    expect(valuesOf(await device.read())['exportEnergy']).toBe(1000);
  });
});

describe('a large device', () => {
  it('has scale factors into which its ratings fit', async () => {
    const ratings = { watts: 250_000, chargeWatts: 120_000, wattHours: 1_000_000 };
    for (const ids of [HYBRID, [1, 701, 702, 704, 713, 714, 120, 121, 124]]) {
      served = new ServedSunspec(twinModels(ids, 'large', ratings));
      served.twin.set({ power: -240_000, pvPower: -200_000, batteryPower: -40_000 });
      const device = await served.open();
      const shown = { power: -240_000, pvPower: -200_000, batteryPower: -40_000 };
      expect(valuesOf(await device.read())).toMatchObject(shown);
      expect(device.description.limits).toMatchObject({
        maxExportWatts: 250_000,
        maxChargeWatts: 120_000,
        capacityMilliwattHours: 1_000_000_000,
      });
      const outcome = await device.command(served.command('batteryPower', -60_000));
      expect(outcome).toMatchObject({ status: 'applied', readback: -60_000 });
      await device.close();
      await served.close();
    }
  });
});

describe('for clients that look at other points', () => {
  it('the twin shows the sum of its currents and the mean of its voltages', () => {
    for (const id of [101, 103, 113, 203, 213, 701]) {
      served = new ServedSunspec([1, id]);
      const image = served.twin.images.find(({ found }) => found.id === id);
      const lines =
        id === 101 ? { currentL1: 10.5 } : { currentL1: 4, currentL2: 5, currentL3: 1.5 };
      served.twin.set({ ...lines, voltageL1: 230 });
      expect({ id, total: image?.number('A') }).toEqual({ id, total: 10.5 });
      if (id === 203 || id === 213) expect(image?.number('PhV')).toBe(230);
      served.twin.set(Object.fromEntries(Object.keys(lines).map((line) => [line, undefined])));
      expect({ id, total: image?.number('A') }).toEqual({ id, total: undefined });
    }
  });

  it('the twin states the ratings of its configuration', () => {
    const ratings = { watts: 3680, chargeWatts: 2500, wattHours: 5120 };
    const config = sunspecConfig.parse({ twin: { models: [1, 702, 713], ratings } });
    const { images } = sunspecTwin(config, { clock: virtualClock(0) });
    expect(images.map((image) => image.number('WMaxRtg') ?? image.number('WHRtg'))).toEqual([
      undefined,
      3680,
      5120,
    ]);
    expect(images[1]?.number('WChaRteMaxRtg')).toBe(2500);
  });
});

describe('a battery that was off when its inverter was found', () => {
  it('appears with its ratings', async () => {
    served = new ServedSunspec([1, 103, 120, 121, 123, 124]);
    served.poke(120, 'DERTyp', 4);
    served.poke(124, 'WChaMax', 0xffff);
    const device = await served.open();
    await device.read();
    expect(device.description.role).toBe('pvInverter');
    served.poke(124, 'WChaMax', 5000);
    served.clock.advance(61_000);
    await device.read();
    await device.read();
    expect(device.description.role).toBe('hybridInverter');
    expect(device.description.controls.map(({ id }) => id)).toEqual([
      'exportLimit',
      'batteryPower',
    ]);
  });
});

describe('trouble', () => {
  it('on the wire gives bad readings, and the device comes back', async () => {
    served = new ServedSunspec(HYBRID);
    served.twin.set({ power: -42 });
    const device = await served.open();
    await device.read();
    await served.stop();
    const readings = await device.read();
    expect(readings.length).toBeGreaterThan(5);
    expect(readings.every(({ quality, value }) => quality === 'bad' && value === undefined)).toBe(
      true,
    );
    await served.start();
    for (let attempt = 0; attempt < 50; attempt += 1) {
      const values = valuesOf(await device.read());
      if (values['power'] === -42) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('did not come back');
  });

  it('with one model leaves the others', async () => {
    served = new ServedSunspec(HYBRID);
    served.twin.set({ power: -42, pvPower: -50, stateOfCharge: 10 });
    const device = await served.open();
    const mppt = served.twin.images.find(({ found }) => found.id === 160)?.found.address ?? 0;
    served.faults.set(mppt, 4);
    const readings = byPoint(await device.read());
    expect(readings['pvPower']).toMatchObject({
      quality: 'bad',
      cause: expect.stringContaining('exception 4') as string,
    });
    expect(readings['power']?.value).toBe(-42);
    expect(readings['stateOfCharge']?.value).toBe(10);
  });

  it('with a model at the start is forgotten when the model answers later', async () => {
    served = new ServedSunspec(HYBRID);
    served.twin.set({ power: -42, pvPower: -50 });
    const mppt = served.twin.images.find(({ found }) => found.id === 160)?.found.address ?? 0;
    const whole = `${mppt}+90`;
    served.refuse = whole;
    const device = await served.open();
    expect(byPoint(await device.read())['pvPower']).toBeUndefined();
    served.refuse = undefined;
    served.clock.advance(601_000);
    expect(byPoint(await device.read())['power']?.value).toBe(-42);
    expect(valuesOf(await device.read())).toMatchObject({ power: -42, pvPower: -50 });
  });

  it('of one lost reply does not spoil the look for a device', async () => {
    served = new ServedSunspec(HYBRID);
    served.twin.set({ power: -42 });
    for (const lost of [40_000, 40_002, 40_070]) {
      served.lose = lost;
      const device = await served.open();
      expect(served.lose).toBeUndefined();
      expect(valuesOf(await device.read())['power']).toBe(-42);
    }
  });

  it('of a map that has changed is noticed and looked at anew', async () => {
    served = new ServedSunspec(HYBRID);
    served.twin.set({ power: -1 });
    const device = await served.open();
    await device.read();
    served.twin = served.simulate([1, 113, 120, 121, 123]);
    served.twin.set({ power: -77 });
    const lost = await device.read();
    expect(lost.every(({ quality }) => quality === 'bad')).toBe(true);
    expect(valuesOf(await device.read())['power']).toBe(-77);
    expect(device.description.role).toBe('pvInverter');
    expect(served.memory.lines.map(({ message }) => message).join('\n')).toContain(
      'model 103 of length 50 is no longer at',
    );
  });

  it('finds the unit among candidates, and says why when there is none', async () => {
    served = new ServedSunspec(HYBRID);
    served.unit = 126;
    await served.start();
    expect(await driver.probe(served.context())).toEqual({
      manufacturer: 'microgrid',
      model: 'simulated SunSpec',
      serial: 'serial-7',
      firmware: '1',
    });
    expect(await driver.probe(served.context(), { unit: 9 })).toBeUndefined();
    const device = await served.open({ bases: [100] });
    expect(await device.read()).toEqual([]);
    expect(device.description.points).toEqual([]);
  });

  it('is not made by reading: nothing is written', async () => {
    served = new ServedSunspec(HYBRID);
    const device = await served.open();
    await device.read();
    await device.release();
    await device.close();
    expect(served.twin.writes).toBe(0);
  });
});
