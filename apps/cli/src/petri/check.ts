import { analyseInSteps } from '@microgrid/petri/analysis';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { CommandContext } from '../command-context.js';
import { EXIT_FOUND, EXIT_INTERRUPTED, EXIT_UNKNOWN } from '../exit-code.js';
import { type CheckReport, checkReport, VERDICTS, type VerdictName } from './check-report.js';
import { exploration } from './exploration.js';
import { addLimitOptions, type LimitOptions } from './limit-options.js';
import { addReadOptions, ptNetOfFile, readNet, type ReadOptions } from './read-net.js';
import { renderCheck } from './render-check.js';

interface Requirement {
  readonly verdict: VerdictName;
  readonly wanted: boolean;
}

interface CheckOptions extends LimitOptions, ReadOptions {
  readonly json?: boolean;
  readonly require?: readonly Requirement[];
}

/** `live,no-deadlock`: verdicts that must hold, or must not. */
function parseRequirements(text: string, before: readonly Requirement[] = []): Requirement[] {
  const asked = text.split(',').map((word) => {
    const name = word.trim().replace(/^no-/, '');
    const verdict = VERDICTS.find((one) => one === name);
    if (verdict === undefined)
      throw new InvalidArgumentError(
        `Got "${word.trim()}", expected one of ${VERDICTS.join(', ')}, each also with no- before it.`,
      );
    return { verdict, wanted: !word.trim().startsWith('no-') };
  });
  return [...before, ...asked];
}

/** Limits of the searches that only look at arcs: they must stay small beside the exploration. */
const STRUCTURAL = { structure: false, semiflows: { maxRows: 300 } };

/** States of the search for a deadlock where the state space is too large: it is slow, but sees more. */
const DEADLOCK_STATES = 500_000;

function exitCode(report: CheckReport, required: readonly Requirement[], aborted: boolean): number {
  const broken = required.some(
    ({ verdict, wanted }) => report[verdict] !== null && report[verdict] !== wanted,
  );
  if (broken) return EXIT_FOUND;
  if (aborted) return EXIT_INTERRUPTED;
  const open =
    required.length > 0
      ? required.some(({ verdict }) => report[verdict] === null)
      : Object.keys(report.reasons).some((key) => key !== 'statesPerSecond');
  return open ? EXIT_UNKNOWN : 0;
}

/** `microgrid petri check`. */
export function checkCommand(context: CommandContext): Command {
  const command = new Command('check')
    .description('counts the states of a net and says what holds of it')
    .argument('<file>', 'PNML (P/T or symmetric net), or a JSON net')
    .option('--json', 'as JSON: null where a value is not known, with the reason in `reasons`')
    .addOption(
      new Option(
        '--require <verdicts>',
        'exit with 1 unless these hold, as in live,no-deadlock; others may stay unknown',
      ).argParser(parseRequirements),
    );
  addReadOptions(addLimitOptions(command));
  return command.action(async (file: string, options: CheckOptions) => {
    const { io, signal } = context;
    const net = ptNetOfFile(file, await readNet(file, options));
    const { limits, drive } = exploration(options, context);
    const start = performance.now();
    const analysis = await drive(
      analyseInSteps(net, {
        ...limits,
        ...STRUCTURAL,
        maxDeadlockStates: Math.min(options.maxStates, DEADLOCK_STATES),
      }),
    );
    const report = checkReport(analysis, (performance.now() - start) / 1000);
    io.stdout.write(
      options.json === true
        ? `${JSON.stringify(report, null, 2)}\n`
        : renderCheck(net.name, analysis, report),
    );
    context.exitWith(exitCode(report, options.require ?? [], signal.aborted));
  });
}
