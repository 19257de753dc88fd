import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { formatInstant } from '@microgrid/units';
import { localDays, startOfLocalDay } from '@microgrid/units/calendar';
import { NEIGHBOURHOOD, TIME_ZONE } from './neighbourhood.js';
import { Neighbourhood } from './neighbourhood-run.js';
import { Pace } from './pace.js';
import { settleDay } from './settle-day.js';

const CONSOLE = fileURLToPath(new URL('../../../apps/console', import.meta.url));

interface Options {
  readonly days?: number;
  readonly exit: boolean;
  readonly speed: number;
  readonly seed: number;
  readonly date: string;
  readonly keep: boolean;
}

/** The console's built pages; built now where a fresh clone has none yet. */
function consoleFolder(): string | undefined {
  const folder = join(CONSOLE, 'dist');
  if (!existsSync(join(folder, 'index.html'))) {
    console.log('building the console page, once …');
    spawnSync('npx', ['vite', 'build', '--logLevel', 'warn'], { cwd: CONSOLE, stdio: 'inherit' });
  }
  return existsSync(join(folder, 'index.html')) ? folder : undefined;
}

async function demo(options: Options): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'microgrid-demo-'));
  const startMs = startOfLocalDay(TIME_ZONE, options.date);
  // Lock-step goes as fast as the machine; otherwise the page would be a blur.
  const pages = options.exit ? undefined : consoleFolder();
  const neighbourhood = await Neighbourhood.start({
    folder,
    startMs,
    seed: options.seed,
    ...(options.exit ? {} : { speed: options.speed }),
    ...(pages === undefined ? {} : { consoleFolder: pages }),
  });
  const pace = new Pace(startMs, options.exit ? Infinity : options.speed);
  const stop = (): void => {
    console.log('\nstopping …');
    pace.stop();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  let ok = true;
  try {
    introduce(neighbourhood, options);
    for (let day = 0; options.days === undefined || day < options.days; day++) {
      const shown = options.keep || !options.exit;
      const settled = await liveDay(neighbourhood, folder, startMs, day, pace, shown);
      if (settled === undefined) break;
      ok &&= settled;
    }
    if (ok && !options.exit && options.days !== undefined) await untilStopped(pace, stop);
  } finally {
    await neighbourhood.close();
    if (options.keep) console.log(`kept: ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
  return ok;
}

function introduce(neighbourhood: Neighbourhood, { exit, speed, date }: Options): void {
  console.log(
    `${NEIGHBOURHOOD.length} sites from ${date} 00:00 ${TIME_ZONE}, ${exit ? 'lock-step' : `${speed} times real time`}, tick 10 s`,
  );
  for (const { name, url } of neighbourhood.urls()) console.log(`  ${name.padEnd(32)} ${url}`);
}

/** Runs one local day and settles it; nothing when it was stopped before its end. */
async function liveDay(
  neighbourhood: Neighbourhood,
  folder: string,
  startMs: number,
  index: number,
  pace: Pace,
  reportStays: boolean,
): Promise<boolean | undefined> {
  const day = nthDay(startMs, index);
  const first = index === 0 ? day.startMs : day.startMs + 10_000;
  const began = performance.now();
  if (!(await neighbourhood.runTo(first, day.endMs, pace.until))) return undefined;
  const period = await neighbourhood.closePeriod(day.startMs, day.endMs);
  const span = { start: formatInstant(day.startMs), end: formatInstant(day.endMs) };
  const out = join(folder, 'settled', day.date);
  const settled = await settleDay(period.folder, span, out);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`\n${day.date} (${seconds} s)\n${settled.table}`);
  if (reportStays) console.log(`report: ${join(out, 'report.html')}`);
  console.log(`${settled.conservation}\n${settled.verification}`);
  return settled.ok;
}

function nthDay(startMs: number, index: number) {
  const days = localDays(TIME_ZONE, startMs, startMs + (index + 2) * 86_400_000);
  const day = days[index];
  if (day === undefined) throw new Error(`no local day ${index}`);
  return day;
}

function untilStopped(pace: Pace, stop: () => void): Promise<void> {
  console.log('\nthe days are over; the pages stay until Ctrl-C');
  return new Promise((resolve) => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        pace.stop();
        resolve();
      });
    }
    setInterval(() => undefined, 60_000);
  });
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('expected a number above 0');
}

const program = new Command('demo')
  .description('Six homes and a community plant: run, metered, settled and verified.')
  .option('--days <n>', 'local days to run; without it until Ctrl-C', positive)
  .option('--exit', 'lock-step: as fast as it goes, then exit', false)
  .option('--speed <times>', 'times real time', positive, 900)
  .option('--seed <n>', 'of the weather and the households', positive, 7)
  .option('--date <day>', 'first local day, YYYY-MM-DD', '2026-06-21')
  .option('--keep', 'keep what the run wrote', false)
  .parse();
try {
  const options = program.opts<Options>();
  const days = options.days ?? (options.exit ? 1 : undefined);
  const ok = await demo({ ...options, ...(days === undefined ? {} : { days }) });
  process.exit(ok ? 0 : 1);
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
}
