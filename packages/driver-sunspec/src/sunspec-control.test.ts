import type { Device } from '@microgrid/devices';
import { ServedSunspec } from './served-sunspec.test-data.js';

let served: ServedSunspec;
afterEach(() => served.close());

const PV = [1, 103, 120, 121, 122, 123];
const HYBRID = [1, 103, 120, 121, 122, 123, 160, 124];
const DER = [1, 701, 702, 704, 713];

async function opened(models: readonly number[], config: unknown = {}): Promise<Device> {
  served = new ServedSunspec(models, config);
  const device = await served.open(config);
  await device.read();
  served.seen.length = 0;
  return device;
}

/** Lets time pass, polled every so often, and gives what was written. */
async function pass(device: Device, seconds: number, everySeconds = 5): Promise<string[]> {
  served.seen.length = 0;
  for (let passed = 0; passed < seconds; passed += everySeconds) {
    served.clock.advance(everySeconds * 1000);
    await device.read();
  }
  return served.writes();
}

describe('a limit by model 123', () => {
  it('is written reversion first and enable last, in percent of WMax, and read back', async () => {
    const device = await opened(PV);
    const outcome = await device.command(served.command('exportLimit', 3333));
    expect(outcome).toMatchObject({ status: 'applied', readback: 3333 });
    expect(served.writes()).toEqual([
      '123.WMaxLimPct_RvrtTms=60',
      '123.WMaxLimPct=3333',
      '123.WMaxLim_Ena=1',
    ]);
    expect(served.twin.setPoints()).toEqual({ exportLimit: 3333 });
  });

  it('is rounded down, so that it is not exceeded', async () => {
    const device = await opened(PV);
    served.poke(123, 'WMaxLimPct_SF', 0);
    served.poke(123, 'WMaxLimPct', 100);
    const outcome = await device.command(served.command('exportLimit', 3399));
    expect(outcome).toMatchObject({ status: 'applied', readback: 3300 });
  });

  it('is written by the scale factor that holds now', async () => {
    const device = await opened(PV);
    served.poke(123, 'WMaxLimPct_SF', 0xffff);
    await device.command(served.command('exportLimit', 5000));
    expect(served.writes()).toContain('123.WMaxLimPct=500');
  });

  it('is brought into the range of device and register', async () => {
    const device = await opened(PV, { limits: { maxExportWatts: 8000 } });
    const above = await device.command(served.command('exportLimit', 99_999));
    expect(above).toMatchObject({ status: 'applied', readback: 8000 });
    expect(above.reason).toContain('99999 was brought to 8000');
    const below = await device.command(served.command('exportLimit', -5));
    expect(below).toMatchObject({ status: 'applied', readback: 0 });
    // With steps of 0.001 % a register ends at 65.534 %.
    served.poke(123, 'WMaxLimPct_SF', 0xfffd);
    await device.command(served.command('exportLimit', 8000));
    expect(served.writes()).toContain('123.WMaxLimPct=65534');
  });

  it('is refreshed at half the reversion time and stays in force', async () => {
    const device = await opened(PV);
    await device.command(served.command('exportLimit', 2000));
    const writes = await pass(device, 300);
    expect(writes.filter((write) => write.startsWith('123.WMaxLim_Ena'))).toHaveLength(10);
    expect(served.twin.setPoints()).toEqual({ exportLimit: 2000 });
    await device.release();
    expect(served.writes()).toEqual(['123.WMaxLim_Ena=0']);
    expect(served.twin.setPoints()).toEqual({ exportLimit: undefined });
  });

  it('whose command lapses is kept at its safe value, since the device would feed out fully', async () => {
    const device = await opened(PV);
    await device.command(served.command('exportLimit', 2000, { validForMs: 20_000 }));
    await pass(device, 300);
    expect(served.twin.setPoints()).toEqual({ exportLimit: 0 });
    expect(device.alarms?.()).toEqual([
      expect.objectContaining({ code: 'blind', subject: 'exportLimit', severity: 'critical' }),
    ]);
    expect(device.safety().exportLimit).toMatchObject({
      storage: 'volatile',
      risk: 'export',
      fallback: { value: 'unlimited' },
      expiryMs: 60_000,
      refreshMs: 30_000,
      onLoss: 'returns to full output after 60 s',
    });
  });

  it('lapses in the device when nobody polls any more', async () => {
    const device = await opened(PV);
    await device.command(served.command('exportLimit', 2000));
    served.clock.advance(61_000);
    expect(served.twin.setPoints()).toEqual({ exportLimit: undefined });
    await device.close();
  });

  it('without a reversion time says so, and is written on change only', async () => {
    served = new ServedSunspec(PV);
    served.poke(123, 'WMaxLimPct_RvrtTms', 0xffff);
    const device = await served.open();
    await device.read();
    const [control] = device.description.controls;
    expect(control).toMatchObject({ id: 'exportLimit', maximum: 10_000 });
    expect(control).not.toHaveProperty('expiresAfterMs');
    expect(device.safety().exportLimit).toMatchObject({ fallback: { value: 'last' } });
    served.seen.length = 0;
    await device.command(served.command('exportLimit', 2000));
    expect(served.writes()).toEqual(['123.WMaxLimPct=2000', '123.WMaxLim_Ena=1']);
    expect(await pass(device, 200)).toEqual([]);
  });

  it('that the device ignores is an alarm and not a write loop', async () => {
    const device = await opened(PV);
    const { handler } = served.twin;
    const deaf = { ...handler, write: () => undefined };
    served.twin = { ...served.twin, handler: deaf };
    const outcome = await device.command(served.command('exportLimit', 2000));
    expect(outcome.status).toBe('accepted');
    const writes = await pass(device, 60);
    expect(writes.length).toBeLessThanOrEqual(6);
    expect(device.alarms?.()).toEqual([expect.objectContaining({ code: 'disobeyed' })]);
  });

  it('is not offered without the power that its percent mean', async () => {
    served = new ServedSunspec([1, 103, 123]);
    const device = await served.open();
    await device.read();
    expect(device.description.controls).toEqual([]);
    expect((await device.command(served.command('exportLimit', 5))).status).toBe('rejected');
  });
});

describe('battery power by model 124', () => {
  it.each([
    [2500, '5000', '60536'],
    [-1250, '63036', '2500'],
    [0, '0', '0'],
  ])('of %i W leaves nothing but that', async (watts, inRate, outRate) => {
    const device = await opened(HYBRID);
    const outcome = await device.command(served.command('batteryPower', watts));
    expect(outcome).toMatchObject({ status: 'applied', readback: watts });
    expect(served.writes()).toEqual([
      '124.InOutWRte_RvrtTms=60',
      ...(watts > 0 ? ['124.ChaGriSet=1'] : []),
      `124.OutWRte=${outRate},${inRate}`,
      '124.StorCtl_Mod=3',
    ]);
    expect(served.twin.setPoints()).toMatchObject({ batteryPower: watts });
  });

  it('is handed back with everything as it was', async () => {
    const device = await opened(HYBRID);
    await device.command(served.command('batteryPower', 1000));
    served.seen.length = 0;
    await device.close();
    expect(served.writes()).toEqual([
      '124.StorCtl_Mod=0',
      '124.OutWRte=10000,10000',
      '124.ChaGriSet=0',
    ]);
  });

  it('whose command lapses is brought to rest and then left to the device', async () => {
    const device = await opened(HYBRID);
    await device.command(served.command('batteryPower', -2000, { validForMs: 20_000 }));
    await pass(device, 25);
    expect(served.twin.setPoints()).toMatchObject({ batteryPower: 0 });
    const writes = await pass(device, 120);
    expect(writes).toEqual([]);
    expect(served.twin.setPoints()).toMatchObject({ batteryPower: undefined });
    expect(device.alarms?.()).toEqual([]);
    expect(device.description.controls.find(({ id }) => id === 'batteryPower')).toMatchObject({
      terminal: 'dc',
      minimum: -5000,
      maximum: 5000,
      expiresAfterMs: 60_000,
    });
  });

  it('is failed, not guessed, without a scale factor', async () => {
    const device = await opened(HYBRID);
    served.poke(124, 'InOutWRte_SF', 0x8000);
    const outcome = await device.command(served.command('batteryPower', 100));
    expect(outcome).toMatchObject({ status: 'failed' });
    expect(outcome.reason).toContain('scale-factor-not-implemented');
    expect(served.writes()).toEqual([]);
  });
});

describe('model 704', () => {
  it('sets active power in watts, positive out of the device', async () => {
    const device = await opened(DER, { role: 'batteryInverter' });
    const outcome = await device.command(served.command('batteryPower', 1234));
    expect(outcome).toMatchObject({ status: 'applied', readback: 1234 });
    expect(served.writes()).toEqual([
      '704.WSetEnaRvrt=0',
      '704.WSetRvrtTms=0,60',
      '704.WSetMod=1',
      '704.WSet=65535,64302',
      '704.WSetEna=1',
    ]);
    await pass(device, 120);
    expect(served.twin.setPoints()).toMatchObject({ batteryPower: 1234 });
    served.seen.length = 0;
    await device.release();
    expect(served.writes()).toEqual(['704.WSetEna=0']);
  });

  it('limits output with a fallback of its own', async () => {
    const config = { role: 'pvInverter', fallbackExportWatts: 1500 };
    const device = await opened(DER, config);
    const outcome = await device.command(served.command('exportLimit', 4000));
    expect(outcome).toMatchObject({ status: 'applied', readback: 4000 });
    expect(served.writes()).toEqual([
      '704.WMaxLimPctRvrt=150',
      '704.WMaxLimPctEnaRvrt=1',
      '704.WMaxLimPctRvrtTms=0,60',
      '704.WMaxLimPct=400',
      '704.WMaxLimPctEna=1',
    ]);
    expect(device.safety().exportLimit).toMatchObject({
      fallback: { value: 1500, configurable: true },
      onLoss: 'limits itself to 1500 W after 60 s',
    });
    served.clock.advance(61_000);
    expect(served.twin.setPoints()).toEqual({ exportLimit: 1500 });
  });
});

describe('commands', () => {
  it('of another sequence, audience or value are refused and write nothing', async () => {
    const device = await opened(PV);
    await device.command(served.command('exportLimit', 1000));
    served.seen.length = 0;
    const refused = [
      served.command('exportLimit', 1, { sequence: 1, id: 'old' }),
      served.command('exportLimit', 1, { audience: 'other' }),
      served.command('exportLimit', 1, { device: 'other' }),
      served.command('exportLimit', 1, { value: true }),
      served.command('exportLimit', NaN),
      served.command('batteryPower', 1),
    ];
    for (const command of refused) {
      expect((await device.command(command)).status).toBe('rejected');
    }
    expect(served.writes()).toEqual([]);
  });

  it('repeated by id give the same outcome and write nothing', async () => {
    const device = await opened(PV);
    const command = served.command('exportLimit', 1000);
    const first = await device.command(command);
    served.seen.length = 0;
    expect(await device.command(command)).toEqual(first);
    expect(served.seen).toEqual([]);
  });
});
