import { setTimeout } from 'node:timers/promises';
import {
  isSimulatorError,
  parseSiteFile,
  startSimulator,
  type Endpoint,
  type SimulatedSiteFile,
  type Simulator,
} from '@microgrid/simulator';
import { isModbusError } from '@microgrid/modbus';
import { isPlantError } from '@microgrid/plant';
import { formatInstant } from '@microgrid/units';
import { Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from '../command-context.js';
import { CommandError } from '../command-error.js';
import { readYamlFile } from '../yaml-file.js';

interface SimOptions {
  readonly speed?: number;
  readonly for?: number;
  readonly json?: boolean;
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError(`got ${text}, expected a number above 0`);
}

/** `microgrid sim`: a site's devices, simulated on the network and on serial lines. */
export function simCommand(context: CommandContext): Command {
  return new Command('sim')
    .description('Simulate the devices of a site on Modbus TCP and serial lines, until Ctrl-C')
    .argument('<site.yaml>', 'what is connected there, and what each device speaks')
    .option(
      '--speed <factor>',
      'simulated seconds in a real one; default what the file says',
      positive,
    )
    .option('--for <seconds>', 'end by itself after so many real seconds', positive)
    .option('--json', 'print the endpoints as one line of JSON')
    .action((file: string, options: SimOptions) => simulate(file, options, context));
}

async function simulate(file: string, options: SimOptions, context: CommandContext): Promise<void> {
  const site = readSite(file);
  const simulator = await started(site, file);
  const speed = options.speed ?? site.speed;
  try {
    print(simulator, speed, options, context);
    const stop = simulator.run(speed);
    await untilStopped(options.for, context.signal);
    stop();
    if (options.json !== true) {
      context.io.stdout.write(`Stopped at ${formatInstant(simulator.nowMs)} of simulated time.\n`);
    }
  } finally {
    await simulator.close();
  }
}

function readSite(file: string): SimulatedSiteFile {
  try {
    return parseSiteFile(readYamlFile(file), file);
  } catch (error) {
    if (isSimulatorError(error)) throw new CommandError('input', error.message);
    throw error;
  }
}

async function started({ options }: SimulatedSiteFile, file: string): Promise<Simulator> {
  try {
    return await startSimulator(options);
  } catch (error) {
    if (!isSimulatorError(error) && !isPlantError(error) && !isModbusError(error)) throw error;
    throw new CommandError('input', `${file}: ${error.message}`);
  }
}

/** Resolves when the time is up or the user has had enough. */
async function untilStopped(seconds: number | undefined, signal: AbortSignal): Promise<void> {
  // The longest a timer can wait: 24 days, again and again.
  const forEverMs = 2 ** 31 - 1;
  try {
    if (seconds === undefined) for (;;) await setTimeout(forEverMs, undefined, { signal });
    await setTimeout(seconds * 1000, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** How a client reaches a device, in the form that `microgrid device` takes. */
function addressOf({ type, host, port, path, unit }: Endpoint): string {
  switch (type) {
    case 'tcp':
      return `tcp://${host}:${port}/${unit}`;
    case 'rtu-over-tcp':
      return `rtu+tcp://${host}:${port}/${unit}`;
    case 'rtu-over-udp':
      return `rtu+udp://${host}:${port}/${unit}`;
    case 'serial':
    case 'pty':
      return `rtu://${path ?? ''}?unit=${unit}`;
  }
}

function print(
  simulator: Simulator,
  speed: number,
  { json }: SimOptions,
  { io }: CommandContext,
): void {
  const rows = Object.entries(simulator.endpoints).flatMap(([site, devices]) =>
    Object.entries(devices).map(([device, endpoint]) => ({
      site,
      device,
      speaks: endpoint.profile,
      address: addressOf(endpoint),
    })),
  );
  if (json === true) {
    const start = formatInstant(simulator.nowMs);
    io.stdout.write(`${JSON.stringify({ start, speed, devices: rows })}\n`);
    return;
  }
  const width = (key: 'device' | 'speaks'): number =>
    Math.max(key.length, ...rows.map((row) => row[key].length));
  const line = (device: string, speaks: string, address: string): string =>
    `${device.padEnd(width('device'))}  ${speaks.padEnd(width('speaks'))}  ${address}\n`;
  io.stdout.write(line('device', 'speaks', 'address'));
  for (const { device, speaks, address } of rows) io.stdout.write(line(device, speaks, address));
  const start = formatInstant(simulator.nowMs);
  io.stdout.write(
    `Simulated time runs from ${start} at ${speed} times real time; Ctrl-C ends it.\n`,
  );
}
