import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import type { SiteConfig } from '@microgrid/plant';
import { parseInstant } from '@microgrid/units';
import { startSimulator } from './index.js';

const run = promisify(execFile);
const MBPOLL = '/usr/bin/mbpoll';
const installed = existsSync(MBPOLL);
if (!installed) console.log('skipped: mbpoll reads the simulated SDM630 (mbpoll is not installed)');

const startMs = parseInstant('2026-06-21T11:00:00Z');
const site: SiteConfig = {
  id: 'home',
  latitudeDegrees: 38.7,
  longitudeDegrees: -9.1,
  phases: 3,
  devices: [
    { kind: 'gridMeter', id: 'meter' },
    { kind: 'house', id: 'house', phases: 3 },
    { kind: 'pv', id: 'pv', array: { peakWatts: 5000 }, phases: 3 },
  ],
};

/** Where the SDM630 shows each point, as its paper says. */
const REGISTERS: Readonly<Record<string, number>> = {
  voltageL1: 0,
  voltageL3: 4,
  currentL2: 8,
  powerL1: 12,
  power: 52,
  frequency: 70,
};

(installed ? it : it.skip)(
  'mbpoll reads the simulated SDM630, and its values are the plant',
  async () => {
    const simulator = await startSimulator({ sites: [site], startMs, seed: 11 });
    try {
      simulator.advanceTo(startMs + 7_213_000);
      const endpoint = simulator.endpoints['home']?.['meter'];
      if (endpoint === undefined) throw new Error('no endpoint');
      const read = async (address: number): Promise<number> => {
        const target = ['-m', 'tcp', '-p', String(endpoint.port), '-a', String(endpoint.unit)];
        const what = ['-t', '3:float', '-B', '-0', '-r', String(address), '-c', '1', '-1', '-q'];
        const { stdout } = await run(MBPOLL, [...target, ...what, endpoint.host], {
          timeout: 5000,
        });
        return Number(/\[\d+\]:\s+(\S+)/.exec(stdout)?.[1] ?? NaN);
      };
      const plant = simulator.snapshot('home').devices['meter'] ?? {};
      for (const [point, address] of Object.entries(REGISTERS)) {
        const value = plant[point] ?? NaN;
        // mbpoll prints six significant digits.
        expect([point, Number(Math.fround(value).toPrecision(6))]).toEqual([
          point,
          await read(address),
        ]);
      }
      for (const [point, address] of [
        ['importEnergy', 72],
        ['exportEnergy', 74],
      ] as const) {
        const kilowattHours = Math.fround((plant[point] ?? NaN) / 1e6);
        expect([point, Number(kilowattHours.toPrecision(6))]).toEqual([point, await read(address)]);
      }
      expect(plant['exportEnergy']).toBeGreaterThan(0);
    } finally {
      await simulator.close();
    }
  },
);
