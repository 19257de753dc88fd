import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import {
  startSimulator,
  type Endpoint,
  type Simulator,
  type SimulatorOptions,
} from '@microgrid/simulator';
import { main } from '../index.js';

/** Noon in June: the sun shines. */
export const NOON_MS = Date.UTC(2026, 5, 21, 12);

/** What a command printed. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const textOf = (stream: PassThrough): string => ((stream.read() as Buffer | null) ?? '').toString();

/** Runs `microgrid device …` in this process. @param answers what the person types, line by line. */
export async function device(
  argv: readonly string[],
  { answers, signal }: { readonly answers?: readonly string[]; readonly signal?: AbortSignal } = {},
): Promise<Ran> {
  const [stdout, stderr, stdin] = [new PassThrough(), new PassThrough(), new PassThrough()];
  if (answers !== undefined) stdin.end(answers.map((answer) => `${answer}\n`).join(''));
  const streams = { stdout, stderr, ...(answers === undefined ? {} : { stdin }) };
  const code = await main(['device', ...argv], streams, signal);
  return { code, out: textOf(stdout), err: textOf(stderr) };
}

/** A home with one of everything. */
export function startHome(options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  return startSimulator({
    startMs: NOON_MS,
    seed: 7,
    sites: [
      {
        id: 'home',
        latitudeDegrees: 38.7,
        longitudeDegrees: -9.1,
        phases: 3,
        clouds: 'clear',
        devices: [
          { kind: 'gridMeter', id: 'meter' },
          { kind: 'house', id: 'house', phase: 1 },
          { kind: 'pv', id: 'pv', array: { peakWatts: 4000 } },
          {
            kind: 'charger',
            id: 'charger',
            phases: 3,
            habits: { presence: 1, arrivalMinute: 420, departureMinute: 1200, spreadMinutes: 0 },
          },
          { kind: 'switchedLoad', id: 'heater', watts: 2000, phase: 2, windows: [[0, 1440]] },
        ],
      },
    ],
    ...options,
  });
}

/** Where a device of the home answers. */
export function endpoint(simulator: Simulator, name: string): Endpoint {
  const found = simulator.endpoints['home']?.[name];
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

/** Address of a device of the home. */
export function addressOf(simulator: Simulator, name: string): string {
  const { host, port, unit } = endpoint(simulator, name);
  return `tcp://${host}:${port}/${unit}`;
}

/** A folder that is removed by the function returned. */
export function scratchFolder(): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'microgrid-device-'));
  return {
    folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
