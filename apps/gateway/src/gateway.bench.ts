import { execFileSync, fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DeviceConfig } from '@microgrid/plant';
import { startSimulator, type Endpoint } from '@microgrid/simulator';
import { formatInstant } from '@microgrid/units';
import { stringify } from 'yaml';

/** How many devices of each kind one gateway has, beside its grid meter. */
const SIZES = [
  { pv: 1, battery: 1, charger: 1, switchedLoad: 1 },
  { pv: 4, battery: 4, charger: 4, switchedLoad: 7 },
] as const;
type Size = (typeof SIZES)[number];

const TICK_MS = 10_000;
/** Times real: a tick every 50 ms. */
const SPEED = 200;
const MEASURED_AFTER_MS = 60 * 60_000;
const COLD_STARTS = 3;
/** This program, as it was started: it is the devices' process too. */
const SELF = process.argv[1] ?? '';
const BUILT = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const BIN = fileURLToPath(new URL('../bin/microgrid-gateway.mjs', import.meta.url));
const SOURCE = fileURLToPath(new URL('main.ts', import.meta.url));

function devicesOf(size: Size): DeviceConfig[] {
  const store = { capacityMilliwattHours: 8e6, maxChargeWatts: 3000, maxDischargeWatts: 3000 };
  const each = <T>(count: number, make: (id: number) => T): T[] =>
    Array.from({ length: count }, (_, index) => make(index + 1));
  return [
    { kind: 'gridMeter', id: 'grid' },
    { kind: 'house', id: 'house' },
    ...each(size.pv, (id) => ({ kind: 'pv' as const, id: `pv-${id}`, array: { peakWatts: 3000 } })),
    ...each(size.battery, (id) => ({ kind: 'battery' as const, id: `battery-${id}`, store })),
    ...each(size.charger, (id) => ({
      kind: 'charger' as const,
      id: `charger-${id}`,
      phases: 3 as const,
    })),
    ...each(size.switchedLoad, (id) => ({
      kind: 'switchedLoad' as const,
      id: `load-${id}`,
      watts: 500,
      windows: [[0, 1440] as const],
    })),
  ];
}

/** The other process: the devices, whose time runs as the gateway's does. */
async function serveDevices(size: Size): Promise<void> {
  const place = { latitudeDegrees: 38.6, longitudeDegrees: -7.9, phases: 3 as const };
  const site = { id: 'home', ...place, devices: devicesOf(size) };
  const simulator = await startSimulator({ sites: [site], startMs: Date.now(), seed: 1 });
  simulator.run(SPEED);
  process.send?.(simulator.endpoints['home']);
  process.on('disconnect', () => process.exit(0));
}

function configuration(endpoints: Readonly<Record<string, Endpoint>>, size: Size): string {
  const devices = Object.entries(endpoints);
  return stringify({
    schema: 'microgrid/gateway/1',
    gateway: 'gw-home',
    site: { id: 'home', timeZone: 'Europe/Lisbon' },
    buses: devices.map(([id, { host, port }]) => ({ id, type: 'tcp', host, port })),
    devices: devices.map(([id, { profile, unit }]) => ({
      id,
      bus: id,
      profile,
      config: {
        unit,
        ...(id === 'grid' ? { role: 'gridMeter', phases: 3 } : {}),
        ...(id.startsWith('load') ? { role: 'load' } : {}),
      },
    })),
    metering: { points: [{ meteringPoint: 'home', device: 'grid', maximumWatts: 43_000 }] },
    control: {
      tickMs: TICK_MS,
      policy: {
        mainFuse: { amperesPerPhase: 63, phases: 3 },
        staleAfterMs: 60_000,
        loads: Array.from({ length: size.switchedLoad }, (_, index) => ({
          device: `load-${index + 1}`,
          priority: index + 1,
          ratedWatts: 500,
        })),
      },
    },
    console: { port: 0 },
  });
}

interface Started {
  readonly process: ChildProcess;
  readonly url: string;
  /** From the start of the process to the first decision that its page tells, s. */
  readonly seconds: number;
}

async function startGateway(config: string, sinceMs: number): Promise<Started> {
  const options = [
    'run',
    '-c',
    config,
    '--speed',
    String(SPEED),
    '--since',
    formatInstant(sinceMs),
  ];
  const program = existsSync(BUILT)
    ? [BIN]
    : ['--conditions=@microgrid/source', '--import', 'tsx', SOURCE];
  const began = performance.now();
  const child = spawn(process.execPath, [...program, ...options], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${config}: it ended`)));
  const [line] = (await Promise.race([once(child.stdout, 'data'), ended])) as [Buffer];
  const { console: url } = JSON.parse(line.toString()) as { console: string };
  while (!('decision' in (await state(url)))) await wait(5);
  return { process: child, url, seconds: (performance.now() - began) / 1000 };
}

async function state(url: string): Promise<object> {
  return (await (await fetch(`${url}api/state`)).json()) as object;
}

/** A gateway that has lost its devices would need little. */
async function assertAtWork(url: string): Promise<void> {
  const { decision, devices } = (await state(url)) as {
    decision: { mode: string };
    devices: { device: string; online: boolean }[];
  };
  const lost = devices.filter(({ online }) => !online).map(({ device }) => device);
  if (decision.mode === 'normal' && lost.length === 0) return;
  throw new Error(`decides ${decision.mode}ly, lost: ${lost.join(', ')}; the figures mean nothing`);
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Resident memory of a process, MB. */
function residentMegabytes({ pid }: ChildProcess): number {
  const kilobytes = execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Math.round(Number(kilobytes) / 1024);
}

async function measure(size: Size, index: number): Promise<void> {
  const others = fork(SELF, ['devices', String(index)]);
  const [endpoints] = (await once(others, 'message')) as [Record<string, Endpoint>];
  const folder = mkdtempSync(join(tmpdir(), 'microgrid-bench-'));
  const seconds: number[] = [];
  let megabytes = 0;
  for (let run = 0; run < COLD_STARTS; run += 1) {
    const config = join(folder, `${run}.yaml`);
    // Every start is a first one: key and database are made.
    const text = `${configuration(endpoints, size)}dataFolder: data-${run}\n`;
    writeFileSync(config, text);
    const sinceMs = Math.floor(Date.now() / 1000) * 1000;
    const gateway = await startGateway(config, sinceMs);
    seconds.push(gateway.seconds);
    if (run === COLD_STARTS - 1) {
      await wait(MEASURED_AFTER_MS / SPEED);
      await assertAtWork(gateway.url);
      megabytes = residentMegabytes(gateway.process);
    }
    await stop(gateway.process);
  }
  others.disconnect();
  rmSync(folder, { recursive: true });
  const median = seconds.sort((a, b) => a - b)[Math.floor(COLD_STARTS / 2)] ?? NaN;
  console.log(
    JSON.stringify({
      bench: 'gateway',
      devices: Object.keys(endpoints).length,
      program: existsSync(BUILT) ? 'built' : 'tsx',
      coldStartSeconds: Number(median.toFixed(2)),
      residentMegabytes: megabytes,
      virtualMinutes: MEASURED_AFTER_MS / 60_000,
      tickMs: TICK_MS,
      speed: SPEED,
    }),
  );
}

/** Resident memory after an hour, and seconds to the first decision, of one gateway process. */
async function main(): Promise<void> {
  const [, , role, index] = process.argv;
  if (role === 'devices') await serveDevices(SIZES[Number(index)] ?? SIZES[0]);
  else for (const [place, size] of SIZES.entries()) await measure(size, place);
}

void main();
