import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { openTcpBus } from '@microgrid/modbus';
import type { PlantedFault, Simulator } from '@microgrid/simulator';
import {
  EXIT_BAD_INPUT,
  EXIT_FOUND,
  EXIT_INTERRUPTED,
  EXIT_OK,
  EXIT_UNKNOWN,
  main,
} from '../index.js';
import type { CommissioningReport } from './commissioning-report.js';
import {
  addressOf,
  device,
  endpoint,
  scratchFolder,
  startHome,
  type Ran,
} from './simulated-site.test-data.js';

let scratch: ReturnType<typeof scratchFolder>;
let home: Simulator | undefined;
beforeEach(() => {
  scratch = scratchFolder();
});
afterEach(async () => {
  await home?.close();
  home = undefined;
  scratch.remove();
});

/** Starts the home and writes its site file. */
async function site(
  faults: Readonly<Record<string, readonly PlantedFault[]>> = {},
  { circuitAmperes = 20, relay = true } = {},
): Promise<{ readonly file: string; readonly simulator: Simulator }> {
  const devices = Object.fromEntries(
    Object.entries(faults).map(([name, planted]) => [`home/${name}`, { faults: planted }]),
  );
  const simulator = await startHome({ devices });
  home = simulator;
  simulator.run(10);
  const heater = relay
    ? `  - { id: heater, role: load, profile: modbus-relay, address: '${addressOf(simulator, 'heater')}',
      phase: 2, step: { control: switch, off: false, on: true, watts: 2000 } }\n`
    : '';
  const file = join(scratch.folder, 'site.yaml');
  writeFileSync(
    file,
    `schema: microgrid/commissioning/1
site: { id: home, phases: 3, circuitAmperes: 32 }
devices:
  - { id: meter, role: gridMeter, profile: eastron-sdm630, address: '${addressOf(simulator, 'meter')}' }
  - { id: pv, role: pvInverter, profile: sunspec, address: '${addressOf(simulator, 'pv')}' }
  - { id: charger, role: charger, profile: keba-p30, address: '${addressOf(simulator, 'charger')}',
      phase: all, circuitAmperes: ${circuitAmperes},
      step: { control: chargeCurrent, off: 0, on: 10, watts: 6900 } }
${heater}${relay ? '' : 'loads:\n  - { id: heater, label: the water heater, phase: 2, watts: 2000 }\n'}sampling: { intervalMs: 20, samples: 6, settleMs: 550 }
`,
  );
  return { file, simulator };
}

const commissioned = (file: string, ...more: string[]): Promise<Ran> =>
  device([
    ...['commission', file, '--auto', '--json', '--state', scratch.folder],
    ...['--output', join(scratch.folder, 'report'), ...more],
  ]);

const found = ({ out }: Ran): string[] =>
  (JSON.parse(out) as CommissioningReport).findings
    .map(({ kind, device: name, phases = [] }) => [kind, name, ...phases].join(' '))
    .sort();

describe('microgrid device commission', () => {
  it('finds nothing where nothing is wrong, tells phases and sizes, and writes three reports', async () => {
    const { file, simulator } = await site();
    const ran = await commissioned(file);
    expect({ code: ran.code, found: found(ran), err: ran.err }).toMatchObject({
      code: EXIT_OK,
      found: [],
    });
    const report = JSON.parse(ran.out) as CommissioningReport;
    expect(report.loads.map(({ load, phases }) => [load, phases])).toEqual([
      ['charger', [1, 2, 3]],
      ['heater', [2]],
    ]);
    const folder = join(scratch.folder, 'report');
    const page = readFileSync(join(folder, 'commissioning.html'), 'utf8');
    expect(page).toContain('Nothing wrong was found.');
    expect(page).not.toMatch(/<script|src=|href=|@import|url\(/);
    expect(readFileSync(join(folder, 'commissioning.txt'), 'utf8')).toMatch(/^heater +L2 +\d+ W$/m);
    expect(JSON.parse(readFileSync(join(folder, 'commissioning.json'), 'utf8'))).toEqual(report);
    // Everything was handed back: the charger to its safe current, the switch closed.
    expect(simulator.snapshot('home').devices['charger']?.['chargeCurrentLimit']).toBe(6);
  }, 60_000);

  it.each<[string, Readonly<Record<string, readonly PlantedFault[]>>, object, string[]]>([
    [
      'a reversed transformer, and a fallback above the circuit',
      { meter: [{ fault: 'ctReversed', phase: 3 }] },
      { circuitAmperes: 5 },
      ['ctReversed meter 3', 'fallbackAboveCircuit charger'],
    ],
    ['a wrong scale', { meter: [{ fault: 'scale', factor: 2 }] }, {}, ['scale meter']],
    [
      'phases exchanged, which one load alone cannot tell from a wrong plan',
      { meter: [{ fault: 'phasesSwapped', phases: [1, 2] }] },
      {},
      ['phasesSwapped meter 1 2'],
    ],
  ])(
    'finds %s',
    async (_name, faults, options, expected) => {
      const { file } = await site(faults, options);
      const ran = await commissioned(file);
      expect({ found: found(ran), code: ran.code }).toEqual({ found: expected, code: EXIT_FOUND });
    },
    120_000,
  );

  it('asks the person to switch what it may not', async () => {
    const { file, simulator } = await site({}, { relay: false });
    const { host, port, unit } = endpoint(simulator, 'heater');
    const relay = openTcpBus({ host, port });
    const [stdout, stderr, stdin] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const asked: string[] = [];
    // The person: does as told, then presses Enter; leaves the charger out.
    stderr.on('data', (chunk: Buffer) => {
      const [, name, state] = /Switch (.+) (ON|OFF), leave/.exec(chunk.toString()) ?? [];
      if (name === undefined) return;
      asked.push(`${name} ${state ?? ''}`);
      if (name === 'charger') stdin.write('s\n');
      else {
        void relay
          .write(unit, { table: 'coil', address: 0, values: [state === 'ON'] })
          .then(() => stdin.write('\n'));
      }
    });
    const argv = ['device', 'commission', file, '--output', join(scratch.folder, 'report')];
    const code = await main(argv, { stdout, stderr, stdin });
    await relay.close();
    const out = ((stdout.read() as Buffer | null) ?? '').toString();
    expect(out).toMatch(/^heater +L2 +\d+ W$/m);
    expect(out).toContain('charger: not measured: left out');
    expect(asked.slice(0, 4)).toEqual([
      'charger OFF',
      'the water heater OFF',
      'the water heater ON',
      'the water heater OFF',
    ]);
    // The charger was not measured, so not all is known.
    expect(code).toBe(EXIT_UNKNOWN);
  }, 60_000);

  it('ends in order on Ctrl-C, with what it has', async () => {
    const { file, simulator } = await site();
    const interrupt = new AbortController();
    setTimeout(() => {
      interrupt.abort();
    }, 1500);
    const argv = ['commission', file, '--auto', '--state', scratch.folder];
    const { code, out } = await device([...argv, '--output', join(scratch.folder, 'report')], {
      signal: interrupt.signal,
    });
    expect(code).toBe(EXIT_INTERRUPTED);
    expect(out).toContain('not measured: interrupted');
    expect(simulator.snapshot('home').devices['charger']?.['chargeCurrentLimit']).toBe(6);
  }, 60_000);

  it('refuses, before anything is switched, a step beyond the limits and a file that is wrong', async () => {
    const { file } = await site();
    const text = readFileSync(file, 'utf8');
    const refused: [string, string, string][] = [
      ['on: 10, watts: 6900', 'on: 40, watts: 6900', 'chargeCurrent: got 40'],
      ['control: chargeCurrent', 'control: batteryPower', 'devices.charger.step.control'],
      ['role: gridMeter', 'role: meter', 'exactly one device of role gridMeter'],
      ['circuitAmperes: 32', 'circuitAmps: 32', 'circuitAmps'],
      ['profile: keba-p30', 'profile: keba', 'Did you mean'],
      ['phases: 3', 'phases: 1', 'L2 or L3'],
    ];
    for (const [from, to, message] of refused) {
      writeFileSync(file, text.replace(from, to));
      const { code, err } = await commissioned(file);
      expect({ to, code }).toEqual({ to, code: EXIT_BAD_INPUT });
      expect(err).toContain(message);
    }
  }, 60_000);
});
