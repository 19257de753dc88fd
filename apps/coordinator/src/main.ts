import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { loadOrCreateKeyFile } from '@microgrid/journal/node';
import { parseInstantLoose } from '@microgrid/units';
import { parseCoordinatorConfig, type CoordinatorConfig } from './configuration.js';
import { start } from './coordinator.js';
import { CoordinatorError, isCoordinatorError } from './coordinator-error.js';
import { operatorToken } from './http-server.js';
import { keyFileOf } from './store.js';

function readConfig(path: string, file: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CoordinatorError(
      'bad-config',
      `${file}: cannot be read: ${why}; expected a configuration file, name it with --config`,
    );
  }
}

function read(file: string): { config: CoordinatorConfig; baseFolder: string } {
  const path = resolve(file);
  const config = parseCoordinatorConfig(readConfig(path, file), file);
  return { config, baseFolder: dirname(path) };
}

async function run({ config: file }: { config: string }): Promise<void> {
  const { config, baseFolder } = read(file);
  const running = await start(config, { baseFolder });
  const { publicKey, httpUrl } = running;
  // One line a supervisor can wait for.
  console.log(JSON.stringify({ ready: config.coordinator, publicKey, http: httpUrl }));
  const stop = (): void => {
    void running.close().then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

interface LimitOptions {
  readonly config: string;
  readonly audience: string;
  readonly start: string;
  readonly end: string;
  readonly importWatts?: string;
  readonly exportWatts?: string;
  readonly reason: string;
}

async function limit(options: LimitOptions): Promise<void> {
  const { config, baseFolder } = read(options.config);
  if (config.http === undefined) {
    throw new CoordinatorError(
      'bad-config',
      `${options.config}: http: got nothing, expected the host and port at which the coordinator can be asked`,
    );
  }
  const { host, port } = config.http;
  const url = `http://${host}:${port}/api/limits`;
  const request = {
    method: 'POST',
    headers: { Authorization: `Bearer ${operatorToken(resolve(baseFolder, config.dataFolder))}` },
    body: JSON.stringify({
      audience: options.audience,
      start: new Date(parseInstantLoose(options.start)).toISOString().replace('.000Z', 'Z'),
      end: new Date(parseInstantLoose(options.end)).toISOString().replace('.000Z', 'Z'),
      ...(options.importWatts && { importLimitWatts: Number(options.importWatts) }),
      ...(options.exportWatts && { exportLimitWatts: Number(options.exportWatts) }),
      reason: options.reason,
    }),
  };
  const answer = await fetch(url, request).catch((error: unknown) => {
    const why = error instanceof Error ? ((error.cause as Error | undefined) ?? error).message : '';
    throw new CoordinatorError(
      'bad-request',
      `${url}: no answer: ${why}; is the coordinator running?`,
    );
  });
  const text = await answer.text();
  if (!answer.ok) throw new CoordinatorError('bad-request', `${url}: ${text}`);
  console.log(text);
}

const program = new Command('microgrid-coordinator')
  .description('Many sites: verifies and receipts intervals, sends signals, closes periods.')
  .showHelpAfterError();
const configOption = ['-c, --config <file>', 'configuration file', 'coordinator.yaml'] as const;
program
  .command('run', { isDefault: true })
  .description('run until stopped')
  .option(...configOption)
  .action(run);
program
  .command('key')
  .description('print the public key for the gateways, making the key on first use')
  .option(...configOption)
  .action(({ config: file }: { config: string }) => {
    const { config, baseFolder } = read(file);
    console.log(loadOrCreateKeyFile(keyFileOf(resolve(baseFolder, config.dataFolder))).publicKey);
  });
program
  .command('limit')
  .description('have the running coordinator send a limit')
  .option(...configOption)
  .option('--audience <gateway>', 'a gateway, or * for all', '*')
  .requiredOption('--start <instant>', 'first instant, as 2026-06-21T18:00Z')
  .requiredOption('--end <instant>', 'end, exclusive')
  .option('--import-watts <watts>', 'most import from the grid')
  .option('--export-watts <watts>', 'most export to the grid')
  .requiredOption('--reason <text>', 'why, for the people it touches')
  .action(limit);

try {
  await program.parseAsync();
} catch (error) {
  // A stack is for us; whoever runs a coordinator needs the sentence.
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = isCoordinatorError(error) ? 2 : 1;
}
