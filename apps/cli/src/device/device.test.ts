import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { kebaP30 } from '@microgrid/catalog';
import type { Access } from '@microgrid/modbus';
import type { Simulator } from '@microgrid/simulator';
import { EXIT_BAD_INPUT, EXIT_FOUND, EXIT_INTERRUPTED, EXIT_OK, EXIT_UNKNOWN } from '../index.js';
import type { DeviceReport } from './read.js';
import {
  addressOf,
  device,
  NOON_MS,
  scratchFolder,
  startHome,
} from './simulated-site.test-data.js';

const WRITES = new Set([5, 6, 15, 16, 22, 23]);

let home: Simulator;
let accesses: { device: string; access: Access }[];
let scratch: ReturnType<typeof scratchFolder>;
beforeEach(async () => {
  accesses = [];
  scratch = scratchFolder();
  home = await startHome({
    onAccess: (_site, name, access) => {
      accesses.push({ device: name, access });
    },
  });
  home.advanceTo(NOON_MS + 60_000);
});
afterEach(async () => {
  await home.close();
  scratch.remove();
});

const writes = (): number =>
  accesses.filter(({ access }) => WRITES.has(access.functionCode)).length;
const wired = (name: string): string => addressOf(home, name);
const lineOf = (name: string): string => wired(name).replace(/\/\d+$/, '');
const current = (): number | undefined =>
  home.snapshot('home').devices['charger']?.['chargeCurrentLimit'];

describe('microgrid device read', () => {
  it('shows every point with value, unit, registers, quality and age, and writes nothing', async () => {
    const { code, out, err } = await device(['read', 'eastron-sdm630', wired('meter')]);
    expect({ code, err }).toEqual({ code: EXIT_OK, err: '' });
    expect(out).toMatch(/^point +value +unit +age +registers +quality$/m);
    expect(out).toMatch(/^powerL2 +\d+(\.\d+)? +W +0\.\d s +[0-9a-f]{4} [0-9a-f]{4} +good$/m);
    expect(out).toMatch(/^powerFactorL1 .* not implemented$/m);
    expect(writes()).toBe(0);
  });

  it('gives programs the same as JSON: values are the plant’s, registers as they came', async () => {
    const { code, out } = await device(['read', 'eastron-sdm630', wired('meter'), '--json']);
    expect(code).toBe(EXIT_OK);
    const report = JSON.parse(out) as DeviceReport;
    expect(report).toMatchObject({ profile: 'eastron-sdm630', device: { role: 'gridMeter' } });
    const power = report.points.find(({ point }) => point === 'power');
    const truth = home.snapshot('home').devices['meter']?.['power'] ?? NaN;
    expect(power).toMatchObject({ unit: 'W', quality: 'good', value: Math.fround(truth) });
    const image = new DataView(new ArrayBuffer(4));
    image.setFloat32(0, truth);
    expect(power?.raw).toEqual([image.getUint16(0), image.getUint16(2)]);
  });

  it('reads by a driver in code and by a profile file too', async () => {
    const { code, out } = await device(['read', 'sunspec', wired('pv')]);
    expect(code).toBe(EXIT_OK);
    expect(out).toMatch(/^power +-\d+ +W /m);
    const file = join(scratch.folder, 'mine.json');
    writeFileSync(file, JSON.stringify({ ...kebaP30, id: 'my-box' }));
    const mine = await device(['read', file, wired('charger'), '--json']);
    expect(mine.code).toBe(EXIT_OK);
    expect(JSON.parse(mine.out)).toMatchObject({ profile: 'my-box', believed: kebaP30.believed });
  });

  it('says 3 and why where nothing answers, and where another device does', async () => {
    const silent = await device([
      'read',
      'eastron-sdm630',
      `${lineOf('meter')}/9`,
      '--timeout',
      '50ms',
    ]);
    expect(silent.code).toBe(EXIT_UNKNOWN);
    expect(silent.err).toContain('nothing could be read: exception 11');
    const other = await device(['read', 'keba-p30', wired('pv').replace(/\d+$/, '1')]);
    expect(other.code).toBe(EXIT_UNKNOWN);
    expect(other.err).toContain('not a keba-p30');
  });

  it.each([
    [['read', 'keba', 'tcp://127.0.0.1:1/1'], 'Did you mean keba-p30'],
    [['read', 'keba-p30', '127.0.0.1'], 'it has no scheme'],
    [['read', 'keba-p30', 'tcp://127.0.0.1:502'], 'names no unit'],
    [['read', 'keba-p30', 'rtu:///dev/ttyS9?unit=1'], 'keba-p30 is not reached that way'],
    [['read', './none.json', 'tcp://127.0.0.1:1/1'], 'cannot be read'],
    [['read', 'sunspec', 'tcp://127.0.0.1:1/1', '--config', '[]'], 'expected a JSON object'],
    [['read', 'sunspec', 'tcp://127.0.0.1:1/1', '--config', '{"rolle":1}'], 'rolle'],
    [['read', 'sunspec', 'tcp://127.0.0.1:1/1', '--timeout', 'soon'], '500ms'],
  ])('refuses %j with 2', async (argv, message) => {
    const { code, err } = await device(argv);
    expect(code).toBe(EXIT_BAD_INPUT);
    expect(err).toContain(message);
  });
});

describe('microgrid device watch', () => {
  it('reads again and again, one report a line', async () => {
    const argv = [
      'watch',
      'keba-p30',
      wired('charger'),
      '--interval',
      '10ms',
      '--count',
      '2',
      '--json',
    ];
    const { code, out } = await device([...argv, '--points', 'power']);
    expect(code).toBe(EXIT_OK);
    const reports = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as DeviceReport);
    expect(reports.map(({ points }) => points.map(({ point }) => point))).toEqual([
      ['power'],
      ['power'],
    ]);
  });

  it('ends with 130 on Ctrl-C', async () => {
    const interrupt = new AbortController();
    setTimeout(() => {
      interrupt.abort();
    }, 200);
    const { signal } = interrupt;
    const { code, out } = await device(['watch', 'sunspec', wired('pv')], { signal });
    expect(code).toBe(EXIT_INTERRUPTED);
    expect(out).toContain('pvPower');
  });
});

describe('microgrid device write', () => {
  const argv = (...more: string[]): string[] => [
    ...['write', 'keba-p30', wired('charger'), 'chargeCurrent'],
    ...more,
    ...['--state', scratch.folder],
  ];

  it('shows the safety facts, asks, holds, expires by itself and releases', async () => {
    const running = device(argv('10', '--for', '1500ms'), { answers: ['y'] });
    await wait(900);
    home.advanceTo(NOON_MS + 61_000);
    expect(current()).toBe(10);
    const { code, out, err } = await running;
    expect(err).toContain('Write chargeCurrent = 10 A to keba-p30 at tcp://');
    expect(out).toMatch(/on loss +charges at 6 A after 60 s/);
    expect(out).toContain('applied: written, confirmed, reads back 10');
    expect(out).toContain('released');
    expect(code).toBe(EXIT_OK);
    home.advanceTo(NOON_MS + 62_000);
    expect(current()).toBe(6);
  });

  it('releases on Ctrl-C', async () => {
    const interrupt = new AbortController();
    setTimeout(() => {
      interrupt.abort();
    }, 700);
    const { signal } = interrupt;
    const { code, out } = await device(argv('8', '--yes', '--for', '1h', '--json'), { signal });
    expect(code).toBe(EXIT_INTERRUPTED);
    expect(JSON.parse(out)).toMatchObject({ outcome: { status: 'applied' }, released: true });
    home.advanceTo(NOON_MS + 62_000);
    expect(current()).toBe(6);
  });

  it.each([
    ['no', ['n']],
    ['nothing', []],
  ])('writes nothing when the answer is %s', async (_answer, answers) => {
    const { code, err } = await device(argv('10'), { answers });
    expect(code).toBe(EXIT_FOUND);
    expect(err).toContain('nothing was written');
    expect(writes()).toBe(0);
  });

  it('refuses, before anything is written, what is out of bounds or nobody agreed to', async () => {
    const refused: [string[], string][] = [
      [argv('17', '--yes'), 'chargeCurrent: got 17, expected 0 or 6 to 16 A'],
      [argv('3', '--yes'), 'expected 0 or 6 to 16 A'],
      [argv('-6', '--yes'), 'expected 0 or 6 to 16 A'],
      [argv('much', '--yes'), 'expected a number in A'],
      [argv('10'), 'add --yes'],
      [
        ['write', 'keba-p30', wired('charger'), 'batteryPower', '1', '--yes'],
        'expected one of chargeCurrent',
      ],
      [
        ['write', 'keba-p30', wired('charger'), 'holding:5020', '1', '--yes'],
        'deny list: stores the failsafe',
      ],
      [
        ['write', 'keba-p30', wired('charger'), '5004', '1', '--yes'],
        'registers are written only by a control',
      ],
      [
        ['write', 'eastron-sdm630', wired('meter'), 'switch', 'on', '--yes'],
        'this device has no control',
      ],
      [
        ['write', 'modbus-relay', wired('heater'), 'switch', 'maybe', '--yes'],
        'expected on or off',
      ],
    ];
    for (const [line, message] of refused) {
      const { code, err } = await device(line);
      expect({ line, code, err }).toMatchObject({ code: EXIT_BAD_INPUT });
      expect(err).toContain(message);
    }
    expect(writes()).toBe(0);
  });

  it('a device that does not answer is not written', async () => {
    const { code, err } = await device([
      ...['write', 'keba-p30', `${lineOf('charger')}/9`, 'chargeCurrent', '6', '--yes'],
      ...['--timeout', '50ms', '--state', scratch.folder],
    ]);
    expect(code).toBe(EXIT_UNKNOWN);
    expect(err).toContain('nothing was written');
  });
});

describe('microgrid device scan', () => {
  it('recognises by SunSpec, by the catalogue and by plausible values, and writes nothing', async () => {
    const ran = async (name: string): Promise<unknown> => {
      const { code, out } = await device(['scan', wired(name), '--json', '--timeout', '200ms']);
      expect(code).toBe(EXIT_OK);
      return (JSON.parse(out) as { found: unknown[] }).found[0];
    };
    expect(await ran('pv')).toMatchObject({
      unit: 1,
      devices: [
        { profile: 'sunspec', by: 'SunSpec', identity: { manufacturer: 'microgrid' } },
        { profile: 'sunspec-pv', by: 'catalogue' },
      ],
    });
    expect(await ran('charger')).toMatchObject({
      unit: 255,
      devices: [{ profile: 'keba-p30', by: 'catalogue', identity: { serial: '30412345' } }],
    });
    expect(await ran('meter')).toMatchObject({
      devices: expect.arrayContaining([
        { profile: 'eastron-sdm630', by: 'plausible values', identity: {} },
      ]) as unknown,
    });
    expect(writes()).toBe(0);
  });

  it('asks only the units it was told, and says 1 when nobody answers', async () => {
    const { code, out } = await device([
      'scan',
      lineOf('meter'),
      '--units',
      '5-6,9',
      '--timeout',
      '30ms',
    ]);
    expect(code).toBe(EXIT_FOUND);
    expect(out).toBe('0 of 3 units answer\n');
    expect(accesses).toEqual([]);
  });

  it('asks nobody by itself', async () => {
    const { code, err } = await device(['scan', lineOf('meter')]);
    expect(code).toBe(EXIT_BAD_INPUT);
    expect(err).toContain('say which units');
    expect((await device(['scan', lineOf('meter'), '--units', '1-300'])).code).toBe(EXIT_BAD_INPUT);
  });

  it('says 3 where there is no connection', async () => {
    await home.close();
    const { code, err } = await device(['scan', 'tcp://127.0.0.1:9/1', '--timeout', '50ms']);
    expect(code).toBe(EXIT_UNKNOWN);
    expect(err).toContain('127.0.0.1:9');
  });
});

describe('microgrid device profiles', () => {
  it('lists everything that read takes', async () => {
    const { code, out } = await device(['profiles', '--json']);
    expect(code).toBe(EXIT_OK);
    const listed = JSON.parse(out) as { id: string; kind: string }[];
    expect(listed.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['sunspec', 'eredes-han', 'keba-p30']),
    );
    for (const { id } of listed) {
      const one = await device(['profiles', id]);
      expect(one.code).toBe(EXIT_OK);
      expect(one.out.startsWith(`${id}: `)).toBe(true);
    }
  });

  it('shows points, controls, safety, what is never written and what is believed', async () => {
    const { out } = await device(['profiles', 'keba-p30']);
    expect(out).toMatch(/^power +W +holding 1020 u32 +high +Active power/m);
    expect(out).toMatch(/falls back to +6 A/);
    expect(out).toMatch(/never written\n +holding 5020\+1: stores the failsafe/);
    expect(out).toContain('believed, not verified\n  At least 0.5 s between polls.');
  });
});

const socat = spawnSync('which', ['socat']).status === 0;
if (!socat) console.warn('skipped: microgrid device on a serial line needs socat');
(socat ? describe : describe.skip)('microgrid device on a pseudo-terminal', () => {
  it('scans and reads by RTU', async () => {
    const path = join(scratch.folder, 'line');
    const serial = await startHome({
      lines: { bus: { type: 'pty', path } },
      devices: {
        'home/meter': { line: 'bus' },
        'home/heater': { line: 'bus', speaks: { profile: 'modbus-relay', unit: 4 } },
      },
    });
    try {
      expect(existsSync(path)).toBe(true);
      const read = await device(['read', 'eastron-sdm630', `rtu://${path}?baud=115200&unit=1`]);
      expect(read).toMatchObject({ code: EXIT_OK, err: '' });
      expect(read.out).toMatch(/^powerL2 +\d/m);
      const scanned = await device([
        ...['scan', `rtu://${path}?baud=115200`, '--units', '1-4', '--timeout', '100ms', '--json'],
      ]);
      const { found } = JSON.parse(scanned.out) as { found: { unit: number }[] };
      expect(found.map(({ unit }) => unit)).toEqual([1, 4]);
    } finally {
      await serial.close();
    }
  });
});
