import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { virtualClock } from '@microgrid/devices/testing';
import { startTcpServer } from '@microgrid/modbus';
import { sunspecConfig } from './config.js';
import { decodeModel } from './decoded-model.js';
import { parseDeviceDump } from './device-dump.js';
import { modelDefinition } from './model-registry.js';
import { PYSUNSPEC2_CLIENT, PYTHON_CLIENT, PYTHON_SERVER } from './python-peers.test-data.js';
import { byPoint, ServedSunspec, valuesOf } from './served-sunspec.test-data.js';
import { simulateSunspec } from './sunspec-twin.js';
import { twinModels } from './twin-values.js';
import type { MapModel } from './sunspec-map.js';

jest.setTimeout(60_000);

const SHARED = join(__dirname, '../../../../shared/data');
const OFFICIAL = join(SHARED, 'sunspec-models');
const DUMPS = join(SHARED, 'meters/sunspec');

/** Debian's Python sees Debian's packages, another one may not. */
const PYTHONS = ['/usr/bin/python3', 'python3'];
const pythonWith = (module: string): string | undefined =>
  PYTHONS.find((python) => spawnSync(python, ['-c', `import ${module}`]).status === 0);

const run = promisify(execFile);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function serve(models: readonly MapModel[], use: (port: number) => Promise<void>) {
  const config = sunspecConfig.parse({});
  const twin = simulateSunspec({ models, config, clock: virtualClock(0) });
  const server = await startTcpServer({ port: 0, units: new Map([[1, twin.handler]]) });
  try {
    await use(server.port);
  } finally {
    await server.close();
  }
  return twin;
}

interface WalkedModel {
  readonly id: number;
  readonly address: number;
  readonly registers: readonly number[];
  readonly points?: Readonly<Record<string, number | string | null>>;
}

async function walk(python: string, port: number): Promise<readonly WalkedModel[]> {
  const { stdout } = await run(python, ['-c', PYTHON_CLIENT, String(port), OFFICIAL], {
    maxBuffer: 1e7,
  });
  return JSON.parse(stdout) as WalkedModel[];
}

function compare(walked: readonly WalkedModel[]): number {
  let compared = 0;
  for (const { id, registers, points } of walked) {
    const definition = modelDefinition(id);
    if (definition === undefined || points === undefined) continue;
    const ours = decodeModel(definition, registers);
    expect([...ours.keys()].sort()).toEqual(Object.keys(points).sort());
    for (const [path, value] of Object.entries(points)) {
      const found = ours.get(path)?.value;
      if (typeof value === 'number')
        expect([id, path, found]).toEqual([id, path, expect.closeTo(value, 6)]);
      else expect([id, path, found]).toEqual([id, path, value ?? undefined]);
      compared += 1;
    }
  }
  return compared;
}

describe('a SunSpec client in Python', () => {
  const python = pythonWith('pymodbus');

  it('scans the simulated device and reads what is shown', async () => {
    if (python === undefined) {
      console.log('skipped: python3-pymodbus is not installed');
      return;
    }
    const models = twinModels(
      [1, 103, 120, 121, 122, 123, 160, 124, 203, 701, 702, 704, 713, 714, 802],
      'peer',
    );
    const twin = await serve([...models, { id: 64_100, length: 9 }], async (port) => {
      const walked = await walk(python, port);
      expect(walked.map(({ id }) => id)).toEqual([...models.map(({ id }) => id), 64_100]);
      const compared = compare(walked);
      if (existsSync(OFFICIAL)) expect(compared).toBeGreaterThan(400);
      else console.log(`skipped: decoding by the official model files, absent at ${OFFICIAL}`);
    });
    expect(twin.writes).toBe(0);
  });

  it('reads device images that are served', async () => {
    if (python === undefined || !existsSync(DUMPS)) {
      console.log('skipped: python3-pymodbus or the device images are not there');
      return;
    }
    for (const file of readdirSync(DUMPS).filter((name) => name.endsWith('.json'))) {
      const { models } = parseDeviceDump(JSON.parse(readFileSync(join(DUMPS, file), 'utf8')));
      await serve(models, async (port) => {
        const walked = await walk(python, port);
        expect(walked.map(({ id }) => id)).toEqual(models.map(({ id }) => id));
        expect(compare(walked)).toBeGreaterThan(5);
      });
    }
  });
});

describe('a SunSpec device in Python', () => {
  const python = pythonWith('pymodbus');
  let child: ChildProcess | undefined;
  let served: ServedSunspec | undefined;
  afterEach(async () => {
    await served?.close();
    child?.kill();
  });

  it('is found, read and controlled', async () => {
    if (python === undefined) {
      console.log('skipped: python3-pymodbus is not installed');
      return;
    }
    const port = await freePort();
    child = spawn(python, ['-c', PYTHON_SERVER, String(port)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await new Promise((resolve, reject) => {
      child?.stdout?.once('data', resolve);
      child?.once('exit', (code) => {
        reject(new Error(`the Python server ended with ${code}`));
      });
    });
    served = new ServedSunspec([1, 103]);
    served.listenAt(port);
    const device = await served.open();
    const readings = await device.read();
    expect(valuesOf(readings)).toMatchObject({
      power: -7770,
      voltageL3: 230.3,
      currentL1: 4,
      frequency: 49.98,
      apparentPower: 7800,
      reactivePower: 35,
      powerFactor: -0.998,
      exportEnergy: 123_456_000,
      dcPower: -8000,
      temperature: 41.5,
      stateOfCharge: 62.5,
      operating: 1,
    });
    expect(byPoint(readings)['batteryVoltage']).toBeUndefined();
    expect(device.description).toMatchObject({
      role: 'hybridInverter',
      manufacturer: 'Foreign',
      model: 'Python 10',
      serial: 'py-1',
      limits: {
        maxExportWatts: 8000,
        maxChargeWatts: 3000,
        maxDischargeWatts: 3000,
        capacityMilliwattHours: 10_000_000,
      },
    });
    expect(await device.command(served.command('exportLimit', 4000))).toMatchObject({
      status: 'applied',
      readback: 4000,
    });
    expect(await device.command(served.command('batteryPower', -1500))).toMatchObject({
      status: 'applied',
      readback: -1500,
    });
    await device.close();
  });
});

describe('pysunspec2', () => {
  it('scans the simulated device', async () => {
    const python = pythonWith('sunspec2');
    if (python === undefined) {
      console.log('skipped: pysunspec2 is not installed (pip install pysunspec2)');
      return;
    }
    const models = twinModels([1, 103, 120, 121, 123, 160, 124, 701, 702, 704, 713, 714], 'peer');
    await serve(models, async (port) => {
      const { stdout } = await run(python, ['-c', PYSUNSPEC2_CLIENT, String(port)]);
      expect(JSON.parse(stdout)).toEqual({
        ids: models.map(({ id }) => id),
        Mn: 'microgrid',
        SN: 'peer',
      });
    });
  });
});
