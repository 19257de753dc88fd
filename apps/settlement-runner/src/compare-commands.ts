import type { Command } from 'commander';
import { formatKilowattHours, formatMoney } from '@microgrid/units';
import type { ShadowReport } from '@microgrid/settlement';
import { diffRuns, type RunDifference } from './compare/diff.js';
import { lintFiles } from './compare/lint.js';
import { renderChanges } from './compare/render-changes.js';
import { shadow, type ShadowOptions } from './compare/shadow.js';
import { whatIf, type WhatIf, type WhatIfOptions } from './compare/what-if.js';
import { EXTERNAL_INPUTS_OPTION } from './input-place.js';

/** What the commands that compare need from where they run. */
export interface CompareSurroundings {
  readonly write: (text: string) => void;
  /** Called when the comparison found something. */
  readonly different: () => void;
}

const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Adds `diff`, `what-if`, `shadow` and `lint`. */
export function addCompareCommands(
  command: Command,
  { write, different }: CompareSurroundings,
): void {
  command
    .command('diff')
    .description('compare two runs: rules, inputs and what each member pays')
    .argument('<run1>', 'directory that run or resettle wrote')
    .argument('<run2>', 'the other one')
    .option('--json', 'as JSON')
    .action((run1: string, run2: string, { json }: { json?: boolean }) => {
      const result = diffRuns(run1, run2);
      write(json === true ? asJson(result) : renderDifference(result));
      if (!result.same) different();
    });

  command
    .command('what-if')
    .description("settle a run's readings under another key or contract: who gains, who loses")
    .argument('<directory>', 'directory that run or resettle wrote')
    .option('--key <key>', 'proportional, or a file with a sharing key (YAML or JSON)')
    .option('--community <file>', 'a whole other contract of the same metering points (YAML)')
    .option('--json', 'as JSON')
    .option(...EXTERNAL_INPUTS_OPTION)
    .action((directory: string, options: WhatIfOptions & { json?: boolean }) => {
      const result = whatIf(directory, options);
      write(options.json === true ? asJson(result) : renderWhatIf(result));
    });

  command
    .command('shadow')
    .description("compare a run with the network operator's own allocation, each difference typed")
    .argument('<directory>', 'directory that run or resettle wrote')
    .requiredOption('--allocation <file>', "the operator's allocation (CSV)")
    .option('--layout <file>', 'how that file is laid out (YAML or JSON)')
    .option('--json', 'as JSON')
    .option(...EXTERNAL_INPUTS_OPTION)
    .action((directory: string, options: ShadowOptions & { json?: boolean }) => {
      const report = shadow(directory, options);
      write(options.json === true ? asJson(report) : renderShadow(report));
      if (report.differences.length > 0) different();
    });

  command
    .command('lint')
    .description('check contract and coefficient files: everything wrong with them at once')
    .argument('<files...>', 'community files (YAML), Spanish coefficient files (TXT), CSV')
    .option('--resolution <length>', 'interval length of coefficient files with times', 'PT15M')
    .option('--json', 'as JSON')
    .action((files: string[], options: { resolution: string; json?: boolean }) => {
      const result = lintFiles(files, options);
      const wrong = result.some(({ errors }) => errors.length > 0);
      if (options.json === true) write(asJson(result));
      else {
        for (const { file, kind, errors, warnings } of result) {
          const verdict = errors.length === 0 ? 'ok' : `${errors.length} wrong`;
          write(
            `${file}: ${kind}, ${verdict}${warnings.length > 0 ? `, ${warnings.length} warnings` : ''}\n`,
          );
          for (const line of errors) write(`  ${line}\n`);
          for (const line of warnings) write(`  warning: ${line}\n`);
        }
      }
      if (wrong) different();
    });
}

function renderDifference({
  same,
  rules,
  inputs,
  members,
  totals,
  currency,
}: RunDifference): string {
  if (same) return 'the same rules, inputs and results\n';
  const shown = (value: unknown): string =>
    value === undefined ? 'absent' : JSON.stringify(value);
  return [
    ...rules.map(({ path, before, after }) => `${path}: ${shown(before)} -> ${shown(after)}`),
    ...inputs.map((file) => `${file}: other bytes`),
    ...(members.length === 0
      ? ['no member is touched']
      : ['', renderChanges(members, totals, currency)]),
    '',
  ].join('\n');
}

function renderWhatIf(result: WhatIf): string {
  const { members, totals, currency, key, gains, loses, paidMorePico, paidLessPico } = result;
  return [
    `${result.community}: key ${key.before} -> ${key.after}; nothing was written`,
    '',
    renderChanges(members, totals, currency),
    '',
    `${gains} gain ${formatMoney(-BigInt(paidLessPico))} ${currency}, ${loses} lose ${formatMoney(BigInt(paidMorePico))} ${currency}`,
    '',
  ].join('\n');
}

function renderShadow(report: ShadowReport): string {
  const { compared, equal, differences, flows, evidence, currency, outsidePeriod } = report;
  const kWh = (energy: string): string => {
    const value = BigInt(energy);
    return `${value < 0n ? '-' : ''}${formatKilowattHours(value < 0n ? -value : value)} kWh`;
  };
  return [
    `${report.community}, ${report.start} to ${report.end}: ${compared} figures compared, ${equal} equal, ${differences.length} differences`,
    ...(outsidePeriod > 0
      ? [`${outsidePeriod} figures of the operator lie outside the period`]
      : []),
    ...Object.entries(flows).flatMap(([flow, sum]) => [
      `${flow}: ours ${kWh(sum.ours)}, theirs ${kWh(sum.theirs)}, difference ${kWh(sum.difference.milliwattHours)}, ${formatMoney(BigInt(sum.difference.costPico))} ${currency}`,
      ...Object.entries(sum.types).map(
        ([type, part]) =>
          `  ${type.padEnd(13)} ${String(part.count).padStart(6)} figures ${kWh(part.milliwattHours).padStart(20)} ${formatMoney(BigInt(part.costPico)).padStart(14)} ${currency}`,
      ),
    ]),
    ...evidence.map(({ id, description }) => `${id}: ${description}`),
    '',
  ].join('\n');
}
