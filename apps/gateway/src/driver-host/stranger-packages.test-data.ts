import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const REPOSITORY = join(__dirname, '../../../..');

/**
 * A heating rod on Modbus by somebody we never met: register 0 = W, 1 = set point, 2 = the mood of
 * the driver's author.
 */
const HEATER = `
import { CommandGate, defineDriver, missingReading, readingOf, secret } from '@microgrid/devices';
import { connect } from 'node:net';
import { Subject } from 'rxjs';
import { z } from 'zod';

const safety = {
  switch: {
    storage: 'volatile', safeValue: false, fallback: { value: false }, onLoss: 'goes off',
    risk: 'import', responseMs: 0, minimumDwellMs: 0, writesPerDay: 'unlimited', release: ['write 0'],
  },
};
const read = (transport, unit, address, count, signal) =>
  transport.read(unit, { table: 'holding', address, count }, { signal });

async function moody(mood, context) {
  if (mood === 1) setTimeout(() => { throw new Error('the author never tried this'); }, 0);
  if (mood === 2) for (;;);
  if (mood === 3) await new Promise(() => {});
  if (mood === 4) connect(80, '127.0.0.1');
  if (mood === 5) context.log('warn', 'cannot read ' + process.env.HOME, { f: () => 1 });
  if (mood === 6) return [{ kind: 'reading', version: 1, device: 'grid', point: 'power', at: '2026-06-21T11:00:00Z', value: 99, quality: 'good' }];
  if (mood === 7) { const all = []; for (;;) all.push(new Array(1e6).fill(Math.random())); }
  if (mood === 8) process.exit(0);
  return [];
}

export const driver = defineDriver({
  manifest: {
    name: 'acme-heater', version: '1.2.3', contractVersion: 1, families: ['load'],
    transports: ['modbus'], licence: 'MIT',
    capabilities: { points: ['power'], controls: ['switch'] },
  },
  config: z.strictObject({ unit: z.int(), pin: secret(z.string()).optional() }),
  probe: async () => ({ model: 'heater' }),
  safety,
  twin: () => { throw new Error('not here'); },
  open: async (context, { unit, pin }) => {
    const { device, gateway, transport, clock, store } = context;
    const lives = Number((await store.get('lives')) ?? 0) + 1;
    await store.set('lives', lives);
    context.log('info', 'life ' + lives + ' with pin ' + pin);
    const points = new Subject();
    const description = {
      kind: 'deviceDescription', version: 1, device, role: 'load', phases: 1, points: ['power'],
      controls: [{ id: 'switch', unit: 'bool', volatile: true, onLoss: 'goes off' }], limits: {},
    };
    const gate = new CommandGate({ device, gateway, clock, store, description: () => description });
    return {
      description,
      points$: points.asObservable(),
      safety: () => safety,
      async read(signal) {
        const at = new Date(clock.nowMs()).toISOString().replace('.000', '');
        let readings;
        try {
          const [watts, , mood] = await read(transport, unit, 0, 3, signal);
          readings = [...(await moody(mood, context)), readingOf({ device, point: 'power', at }, watts)];
        } catch (error) {
          readings = [missingReading({ device, point: 'power', at }, error.message)];
        }
        points.next(readings);
        return readings;
      },
      command: (command) => gate.run(command, async ({ value }) => {
        await transport.write(unit, { table: 'holding', address: 1, values: [Number(value)] });
        const [found] = await read(transport, unit, 1, 1);
        return { status: 'applied', reason: 'written', readback: found === 1 };
      }),
      release: () => transport.write(unit, { table: 'holding', address: 1, values: [0] }),
      close: async () => { await transport.write(unit, { table: 'holding', address: 1, values: [0] }); points.complete(); },
    };
  },
});
export default driver;
`;

const FUTURE = `
exports.driver = {
  manifest: { name: 'future', version: '9.0.0', contractVersion: 2, families: ['load'] },
  open: async () => { throw new Error('never'); },
};
`;

/** One module of TypeScript sources, so that a thread needs no build of the workspace. */
function bundle(source: string, outfile: string): void {
  buildSync({
    entryPoints: [join(REPOSITORY, source)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@microgrid/source'],
    external: ['zod', 'rxjs'],
    logLevel: 'error',
  });
}

/** Builds what runs in a driver's thread. @returns its file. */
export function bundleDriverWorker(folder: string): string {
  const file = join(folder, 'driver-worker.mjs');
  bundle('apps/gateway/src/driver-worker.ts', file);
  return file;
}

/** Installs packages of strangers, as npm would, in a folder. */
export function installStrangers(folder: string): void {
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@microgrid'), { recursive: true });
  for (const name of ['zod', 'rxjs']) {
    symlinkSync(join(REPOSITORY, 'node_modules', name), join(modules, name));
  }
  bundle('packages/devices/src/index.ts', join(modules, '@microgrid/devices/index.js'));
  const install = (name: string, fields: object, files: Readonly<Record<string, string>>): void => {
    const home = join(modules, ...name.split('/'));
    mkdirSync(home, { recursive: true });
    writeFileSync(
      join(home, 'package.json'),
      JSON.stringify({ name, version: '1.2.3', ...fields }),
    );
    for (const [file, text] of Object.entries(files)) writeFileSync(join(home, file), text);
  };
  const esm = { type: 'module', exports: { '.': { import: './index.js' } } };
  install('@microgrid/devices', esm, {});
  install('@acme/heater', esm, { 'index.js': HEATER });
  install('@acme/future', { main: 'main.cjs' }, { 'main.cjs': FUTURE });
  install('@acme/nothing', esm, { 'index.js': 'export const answer = 42;' });
  install('@acme/dies', esm, { 'index.js': 'throw new Error("no licence file");' });
  install('@acme/loops', esm, { 'index.js': 'for (;;);' });
  install('@acme/unbuilt', esm, {});
}
