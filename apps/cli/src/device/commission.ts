import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { judgeSite, type StepTest } from '@microgrid/control/commissioning';
import { formatInstant } from '@microgrid/units';
import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { CommandError, isSystemError } from '../command-error.js';
import { EXIT_FOUND, EXIT_INTERRUPTED, EXIT_UNKNOWN } from '../exit-code.js';
import { readCommissioningFile, type CommissioningFile } from './commissioning-file.js';
import { reportPage } from './commissioning-page.js';
import { reportText, type CommissioningReport } from './commissioning-report.js';
import { stateFolder } from './file-store.js';
import { stepLoad, type SteppedLoad, type SwitchedLoad } from './load-steps.js';
import { personAt, type Person } from './person.js';
import { SiteSession } from './site-session.js';
import { systemClock } from './system-clock.js';

interface CommissionOptions {
  readonly auto?: boolean;
  readonly json?: boolean;
  readonly output: string;
  readonly state?: string;
}

/** `microgrid device commission`. */
export function commissionCommand(context: CommandContext): Command {
  return new Command('commission')
    .description('finds wrong wiring, phases, scales and fallbacks by switching loads')
    .argument('<site>', 'the site in YAML: its devices, loads and circuits')
    .option('--auto', 'switches the devices that have a step by itself, within their limits')
    .option('-o, --output <folder>', 'where the report is written', 'commissioning')
    .option('--state <folder>', 'where counted writes are kept')
    .option('--json', 'prints the report as JSON')
    .action(async (path: string, options: CommissionOptions) => {
      await commission(context, readCommissioningFile(path), options);
    });
}

async function commission(
  context: CommandContext,
  file: CommissioningFile,
  options: CommissionOptions,
): Promise<void> {
  const { io, signal, exitWith } = context;
  const at = formatInstant(systemClock.nowMs());
  const say = (line: string): void => void io.stderr.write(`${line}\n`);
  const auto = options.auto === true;
  const session = await SiteSession.open(file, {
    auto,
    stateFolder: options.state ?? stateFolder(process.env),
    warn: say,
  });
  const person = personAt(context);
  try {
    const first = await session.sample();
    const gridMeter = file.devices.find(({ role }) => role === 'gridMeter')?.id ?? '';
    if (Object.keys(first[gridMeter] ?? {}).length === 0) {
      say(`microgrid: ${gridMeter} cannot be read; nothing can be measured without it`);
      exitWith(EXIT_UNKNOWN);
      return;
    }
    if (auto) for (const device of file.devices) session.checkStep(device, first);
    const loads = loadsOf(file, session, person, auto, signal);
    const sample = () => session.sample();
    const stepped: SteppedLoad[] = [];
    for (const load of loads) {
      if (signal.aborted) break;
      say(`${load.label}: being measured`);
      stepped.push(await stepLoad(load, { file, gridMeter, sample, signal, say }));
      await session.release(load.id);
    }
    const tests = stepped.flatMap((one) => ('test' in one ? [one.test] : []));
    const last = await session.sample();
    const report = reportOf(file, session, { at, gridMeter, tests, stepped, last });
    write(context, report, options);
    if (signal.aborted) exitWith(EXIT_INTERRUPTED);
    else if (report.findings.length > 0) exitWith(EXIT_FOUND);
    else if (!report.certain) exitWith(EXIT_UNKNOWN);
  } finally {
    person.leave();
    await session.close();
  }
}

/** Everything that is switched: by command where that is allowed, else by the person. */
function loadsOf(
  file: CommissioningFile,
  session: SiteSession,
  person: Person,
  auto: boolean,
  signal: AbortSignal,
): SwitchedLoad[] {
  const { intervalMs, samples, settleMs } = file.sampling;
  // A set point outlives its window, and lapses soon after the command was killed.
  const validForMs = 2 * (samples * intervalMs + settleMs) + 30_000;
  const asked =
    (label: string): SwitchedLoad['turn'] =>
    async (on) => {
      const answer = await person.ask(
        `Switch ${label} ${on ? 'ON' : 'OFF'}, leave everything else as it is, then press Enter (s: leave it out) `,
      );
      if (signal.aborted) return { failed: 'interrupted' };
      if (answer === undefined) return { failed: 'nobody answered' };
      return /^s(?:kip)?$/i.test(answer) ? 'skip' : 'done';
    };
  const devices = file.devices.flatMap((device): SwitchedLoad[] => {
    const { id, step, phase } = device;
    if (step === undefined) return [];
    const turn: SwitchedLoad['turn'] = async (on) => {
      const failed = await session.switchDevice(device, on, validForMs);
      return failed === undefined ? 'done' : { failed };
    };
    return [
      {
        id,
        label: id,
        ...(phase === undefined ? {} : { phase }),
        ...(step.watts === undefined ? {} : { watts: step.watts }),
        turn: auto ? turn : asked(id),
      },
    ];
  });
  const loads = file.loads.map(({ id, label = id, phase, watts, accuracy }): SwitchedLoad => ({
    id,
    label,
    ...(phase === undefined ? {} : { phase }),
    watts,
    ...(accuracy === undefined ? {} : { accuracy }),
    turn: asked(label),
  }));
  return [...devices, ...loads];
}

interface Measured {
  readonly at: string;
  readonly gridMeter: string;
  readonly tests: readonly StepTest[];
  readonly stepped: readonly SteppedLoad[];
  readonly last: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

function reportOf(
  file: CommissioningFile,
  session: SiteSession,
  { at, gridMeter, tests, stepped, last }: Measured,
): CommissioningReport {
  const { id, phases } = file.site;
  // A device that has no power of its own (a relay) leaves its load to what is not metered.
  const metered = file.devices.filter(
    (device) => device.id !== gridMeter && last[device.id]?.['power'] !== undefined,
  );
  const result = judgeSite({ gridMeter, phases, devices: metered, tests }, session.fallbacks(last));
  const skipped = stepped.flatMap((one) =>
    'test' in one ? [] : [{ load: one.load, why: one.skipped }],
  );
  const devices = file.devices.map((device) => {
    const reached = Object.keys(last[device.id] ?? {}).length > 0;
    return {
      id: device.id,
      role: device.role,
      name: session.nameOf(device.id),
      ...(reached ? {} : { unreachable: 'no value could be read' }),
    };
  });
  const complete = skipped.length === 0 && devices.every((one) => !('unreachable' in one));
  return {
    schema: 'microgrid/commissioning-report/1',
    site: id,
    at,
    ...result,
    certain: result.certain && complete,
    devices,
    skipped,
    tests,
  };
}

function write(
  { io }: CommandContext,
  report: CommissioningReport,
  { output, json }: CommissionOptions,
): void {
  const whole = `${JSON.stringify(report, null, 2)}\n`;
  const text = `${reportText(report).join('\n')}\n`;
  try {
    mkdirSync(output, { recursive: true });
    writeFileSync(join(output, 'commissioning.json'), whole);
    writeFileSync(join(output, 'commissioning.txt'), text);
    writeFileSync(join(output, 'commissioning.html'), reportPage(report));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CommandError('file', `${output}: cannot be written: ${error.message}`);
  }
  io.stdout.write(json === true ? whole : `${text}\nwritten to ${output}\n`);
}
