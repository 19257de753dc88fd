import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { IntervalV1 } from '@microgrid/events';
import type { Simulator } from '@microgrid/simulator';
import { formatInstant, parseInstant } from '@microgrid/units';
import { startBroker, type Broker } from './broker.js';
import { CommunityPrograms, ready } from './community-programs.js';
import { eventually } from './eventually.js';
import { startFastHome } from './fast-home.js';
import { stopPrograms, type Program } from './program.js';
import { temporaryFolder } from './repository.js';
import { chainAtCoordinator, coordinatorIntervals, gatewayIntervals } from './stored-intervals.js';
import { tap, type WireTap } from './wire-tap.js';

/** How long programs are killed, real ms; longer where a slow machine has hardly begun. */
const KILLING_MS = 20_000;
/** How far a reading may lie from the instant it bears, simulated ms: a third of a real second. */
const READING_SLACK_MS = 20_000;

/** What the register of the simulated meter was at instants of simulated time. */
class RegisterRecord {
  private readonly seen: { readonly atMs: number; readonly importMilliwattHours: number }[] = [];
  private readonly timer = setInterval(() => {
    this.look();
  }, 50);

  constructor(private readonly simulator: Simulator) {
    this.look();
  }

  private look(): void {
    const { atMs, devices } = this.simulator.snapshot('home');
    this.seen.push({ atMs, importMilliwattHours: devices['grid']?.['importEnergy'] ?? NaN });
  }

  /** A value the register had already reached at an instant. */
  atLeast(atMs: number): number {
    return this.seen.findLast((one) => one.atMs <= atMs)?.importMilliwattHours ?? 0;
  }

  /** A value the register had not passed at an instant. */
  atMost(atMs: number): number {
    return this.seen.find((one) => one.atMs >= atMs)?.importMilliwattHours ?? Infinity;
  }

  stop(): void {
    clearInterval(this.timer);
  }
}

/** Keeps one program running through kills at random instants, some of them before it is up. */
class Victim {
  kills = 0;
  private current: Program;

  constructor(private readonly start: () => Program) {
    this.current = start();
  }

  get program(): Program {
    return this.current;
  }

  /** Every other kill comes after it was up, so that there is something to lose on any machine. */
  async killAtRandom(goOn: () => boolean, shortestMs: number, longestMs: number): Promise<void> {
    while (goOn()) {
      if (this.kills % 2 === 1) await ready(this.current);
      await delay(shortestMs + Math.random() * (longestMs - shortestMs));
      const { signal } = await this.current.stop('SIGKILL');
      if (signal === 'SIGKILL') this.kills++;
      this.current = this.start();
    }
  }
}

let folder: string;
let broker: Broker;
let wire: WireTap;

beforeAll(async () => {
  folder = temporaryFolder('kill');
  broker = await startBroker();
  wire = await tap(broker.url);
}, 60_000);

afterAll(async () => {
  await stopPrograms();
  await wire.close();
  await broker.close();
  rmSync(folder, { recursive: true, force: true });
});

test('SIGKILL of gateway and coordinator at random instants loses and doubles no receipted interval', async () => {
  const home = await startFastHome(3);
  const programs = new CommunityPrograms(folder, broker.url, 'PT1M');
  const coordinatorKey = await programs.configureCoordinator();
  const control = {
    tickMs: 6000,
    policy: { mainFuse: { amperesPerPhase: 40, phases: 1 } },
  } as const;
  const member = await programs.configureGateway('home', coordinatorKey, home.meter, { control });
  programs.enrol([member]);

  home.run();
  const register = new RegisterRecord(home.simulator);
  const coordinator = new Victim(() => programs.startCoordinator());
  await ready(coordinator.program);
  const gateway = new Victim(() => programs.startGateway('gw-home', home.gatewayArguments));
  await eventually('a first receipt', () => wire.receipted().size > 0 || undefined);

  const beganMs = performance.now();
  const goOn = (): boolean => {
    const elapsedMs = performance.now() - beganMs;
    const enough = gateway.kills >= 4 && coordinator.kills >= 2 && wire.receipted().size >= 10;
    return elapsedMs < (enough ? KILLING_MS : 4 * KILLING_MS);
  };
  await Promise.all([
    gateway.killAtRandom(goOn, 300, 5000),
    coordinator.killAtRandom(goOn, 3000, 8000),
  ]);
  const before = wire.receipted();
  // Life goes on: minutes that began after the last kill are receipted too.
  const end = formatInstant(Math.floor(home.simulatedNow()));
  await eventually('receipts after the last kill', () =>
    [...wire.receipted().values()].some(({ start }) => start > end) ? true : undefined,
  );
  await gateway.program.stop();
  await coordinator.program.stop();
  register.stop();
  await home.simulator.close();

  const journalled = await gatewayIntervals(programs.gatewayData('gw-home'));
  const chain = await chainAtCoordinator(programs.coordinatorData, 'gw-home');
  const settled = await coordinatorIntervals(programs.coordinatorData);
  console.log(
    `${gateway.kills} kills of the gateway and ${coordinator.kills} of the coordinator, ${before.size} intervals receipted before the last one, ${settled.length} stored`,
  );
  expect(gateway.kills).toBeGreaterThanOrEqual(4);
  expect(coordinator.kills).toBeGreaterThanOrEqual(2);
  expect(before.size).toBeGreaterThanOrEqual(10);

  const stored = new Map(settled.map((interval) => [interval.id, interval]));
  for (const [id, interval] of before) expect(stored.get(id)).toEqual(interval);
  // Each minute once and in order, as the gateway journalled it, with nothing between them missing.
  expect(settled).toEqual(journalled.slice(0, settled.length));
  expect(chain).toEqual(settled);
  expectContiguous(settled);
  expectTelescoping(settled, register);
}, 240_000);

function expectContiguous(intervals: readonly IntervalV1[]): void {
  const ends = intervals.map(({ end }) => end);
  expect(intervals.slice(1).map(({ start }) => start)).toEqual(ends.slice(0, -1));
}

/** From the first whole minute on the energies add up to what the meter's register rose by. */
function expectTelescoping(intervals: readonly IntervalV1[], register: RegisterRecord): void {
  const whole = intervals.filter(({ importMilliwattHours: energy }) => energy !== undefined);
  // The gateway was started within a minute: that one alone it cannot know.
  expect(intervals.length - whole.length).toBeLessThanOrEqual(1);
  const fromMs = parseInstant(whole[0]?.start ?? '');
  const toMs = parseInstant(whole.at(-1)?.end ?? '');
  const sum = whole.reduce((total, { importMilliwattHours: energy = 0 }) => total + energy, 0);
  const least =
    register.atLeast(toMs - READING_SLACK_MS) - register.atMost(fromMs + READING_SLACK_MS);
  const most =
    register.atMost(toMs + READING_SLACK_MS) - register.atLeast(fromMs - READING_SLACK_MS);
  expect(sum).toBeGreaterThanOrEqual(least);
  expect(sum).toBeLessThanOrEqual(most);
}
