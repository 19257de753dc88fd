import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { loadOrCreateKeyFile } from '@microgrid/journal/node';
import { parseInstantLoose } from '@microgrid/units';
import { parseGatewayConfig, type GatewayConfig } from './configuration.js';
import { start } from './gateway.js';
import { GatewayError, isGatewayError } from './gateway-error.js';
import { rotateSigningKey } from './signing-keys.js';
import { keyFileOf, openStore } from './store.js';
import { fastClock } from './system-clock.js';

/** The console's built pages, beside this app in the repository. */
const CONSOLE_FOLDER = fileURLToPath(new URL('../../console/dist', import.meta.url));

/** What runs in a driver's thread, beside this file. */
const DRIVER_WORKER = { file: new URL('./driver-worker.js', import.meta.url) };

function readConfig(path: string, file: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new GatewayError(
      'bad-config',
      `${file}: cannot be read: ${why}; expected a configuration file, name it with --config`,
    );
  }
}

function read(file: string): { config: GatewayConfig; baseFolder: string } {
  const path = resolve(file);
  return {
    config: parseGatewayConfig(readConfig(path, file), file),
    baseFolder: dirname(path),
  };
}

function times(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('expected a number above 0');
}

interface RunOptions {
  readonly config: string;
  readonly speed?: number;
  readonly since?: number;
  readonly restored?: boolean;
}

async function run({ config: file, speed, since, restored = false }: RunOptions): Promise<void> {
  const { config, baseFolder } = read(file);
  const running = await start(config, {
    baseFolder,
    driverWorker: DRIVER_WORKER,
    restored,
    ...(speed === undefined ? {} : { speed, clock: fastClock(speed, since ?? Date.now()) }),
    ...(existsSync(CONSOLE_FOLDER) ? { consoleFolder: CONSOLE_FOLDER } : {}),
  });
  // One line a supervisor can wait for.
  console.log(
    JSON.stringify({
      ready: config.gateway,
      publicKey: running.publicKey,
      console: running.consoleUrl,
    }),
  );
  const stop = (): void => {
    void running.close().then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

const program = new Command('microgrid-gateway')
  .description('One site: reads, decides, meters, journals and publishes.')
  .showHelpAfterError();
const configOption = ['-c, --config <file>', 'configuration file', 'gateway.yaml'] as const;
program
  .command('run', { isDefault: true })
  .description('run until stopped')
  .option(...configOption)
  .option('--speed <times>', 'against simulated devices: time runs this many times faster', times)
  .option(
    '--since <instant>',
    'the instant at which simulated and real time agree',
    parseInstantLoose,
  )
  .option('--restored', 'the data folder was put back from a backup: go on in a new epoch')
  .action(run);
program
  .command('key')
  .description('print the public key to enrol in the community file, making the key on first use')
  .option(...configOption)
  .action(({ config: file }: { config: string }) => {
    const { config, baseFolder } = read(file);
    const path = keyFileOf(resolve(baseFolder, config.dataFolder));
    console.log(loadOrCreateKeyFile(path).publicKey);
  });
program
  .command('rotate-key')
  .description('retire the signing key for a new one; stop the gateway first')
  .option(...configOption)
  .action(async ({ config: file }: { config: string }) => {
    const { config, baseFolder } = read(file);
    const folder = resolve(baseFolder, config.dataFolder);
    const store = await openStore(folder, Date.now());
    try {
      console.log(await rotateSigningKey(folder, config.gateway, store.journal, store.find));
    } finally {
      store.close();
    }
  });

try {
  await program.parseAsync();
} catch (error) {
  // A stack is for us; whoever runs a gateway needs the sentence.
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = isGatewayError(error) ? 2 : 1;
}
