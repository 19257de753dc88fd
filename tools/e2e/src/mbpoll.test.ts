import { rmSync } from 'node:fs';
import { startBroker, type Broker } from './broker.js';
import { CommunityPrograms, ready } from './community-programs.js';
import { eventually } from './eventually.js';
import { startFastHome, type FastHome } from './fast-home.js';
import { installed, testWith } from './installed.js';
import { run, stopPrograms } from './program.js';
import { temporaryFolder } from './repository.js';

const MBPOLL = '/usr/bin/mbpoll';
const withMbpoll = testWith('mbpoll', installed(MBPOLL));

let folder: string;
let broker: Broker;
let home: FastHome;

beforeAll(async () => {
  folder = temporaryFolder('mbpoll');
  broker = await startBroker();
  home = await startFastHome(9);
}, 60_000);

afterAll(async () => {
  await stopPrograms();
  await home.simulator.close();
  await broker.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A 32-bit float among the input registers, as a stranger's tool reads it. */
async function poll(address: number): Promise<number> {
  const { host, port, unit } = home.meter;
  const target = ['-m', 'tcp', '-p', String(port), '-a', String(unit)];
  const what = ['-t', '3:float', '-B', '-0', '-r', String(address), '-c', '1', '-1', '-q'];
  const { output } = await run(MBPOLL, [...target, ...what, host]);
  return Number(/\[\d+\]:\s+(\S+)/.exec(output)?.[1] ?? NaN);
}

withMbpoll(
  'while a gateway reads the SDM630, mbpoll reads the same, and both are the plant',
  async () => {
    // Time stands still, so that all three speak of one instant.
    home.simulator.advanceTo(home.simulatedNow() + 3_600_000);
    const programs = new CommunityPrograms(folder, broker.url, 'PT1M');
    const coordinatorKey = await programs.configureCoordinator();
    const control = { policy: { mainFuse: { amperesPerPhase: 40, phases: 1 } } } as const;
    await programs.configureGateway('home', coordinatorKey, home.meter, { control });
    const { console: page = '' } = await ready(programs.startGateway('gw-home'));
    const shown = await eventually('a power on the page', async () => {
      const state = (await (await fetch(`${page}api/state`)).json()) as {
        flows: { gridWatts?: number };
      };
      return state.flows.gridWatts;
    });

    const plant = home.simulator.snapshot('home').devices['grid'] ?? {};
    const power = plant['power'] ?? NaN;
    expect(power).toBeGreaterThan(3000);
    expect(shown).toBe(Math.fround(power));
    // mbpoll prints six significant digits; registers as in the paper of the SDM630.
    const sixDigits = (value: number): number => Number(Math.fround(value).toPrecision(6));
    expect(await poll(52)).toBe(sixDigits(power));
    expect(await poll(0)).toBe(sixDigits(plant['voltageL1'] ?? NaN));
    expect(await poll(72)).toBe(sixDigits((plant['importEnergy'] ?? NaN) / 1e6));
    expect(plant['importEnergy']).toBeGreaterThan(3_000_000);
  },
  90_000,
);
