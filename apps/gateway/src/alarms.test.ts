import { Alarms } from './alarms.js';

const text = 'x';

describe('alarms', () => {
  it('an alarm keeps the instant it began for as long as it is raised', () => {
    const alarms = new Alarms();
    alarms.raise('a', { severity: 'warning', text }, 0);
    alarms.raise('a', { severity: 'critical', text: 'y' }, 60_000);
    expect(alarms.list()).toEqual([
      { id: 'a', severity: 'critical', text: 'y', since: '1970-01-01T00:00:00Z' },
    ]);
  });

  it('a device has exactly the alarms it tells now; those of others stay', () => {
    const alarms = new Alarms();
    alarms.raise('offline/meter', { severity: 'warning', text }, 0);
    const disobeyed = { id: 'disobeyed/batteryPower', severity: 'critical', text } as const;
    alarms.keep('device/battery/', [disobeyed], 0);
    alarms.keep(
      'device/battery/',
      [disobeyed, { id: 'budget/mode', severity: 'warning', text }],
      60_000,
    );
    expect(alarms.list().map(({ id, since }) => [id, since])).toEqual([
      ['offline/meter', '1970-01-01T00:00:00Z'],
      ['device/battery/disobeyed/batteryPower', '1970-01-01T00:00:00Z'],
      ['device/battery/budget/mode', '1970-01-01T00:01:00Z'],
    ]);
    alarms.keep('device/battery/', [], 120_000);
    expect(alarms.list().map(({ id }) => id)).toEqual(['offline/meter']);
  });

  it('each is told when it begins, gets worse and is over, and not at every tick between', () => {
    const told: unknown[] = [];
    const alarms = new Alarms(({ id, severity }, over) => told.push([id, severity, over]));
    const budget = { id: 'budget/mode', severity: 'warning', text } as const;
    alarms.keep('device/battery/', [budget], 0);
    alarms.keep('device/battery/', [{ ...budget, text: 'other words' }], 10_000);
    alarms.keep('device/battery/', [{ ...budget, severity: 'critical' }], 20_000);
    alarms.keep('device/battery/', [], 30_000);
    alarms.clear('device/battery/budget/mode');
    expect(told).toEqual([
      ['device/battery/budget/mode', 'warning', false],
      ['device/battery/budget/mode', 'critical', false],
      ['device/battery/budget/mode', 'critical', true],
    ]);
  });
});
