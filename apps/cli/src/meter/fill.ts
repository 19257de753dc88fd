import { dirname } from 'node:path';
import { parse as parseValue } from '@microgrid/events';
import { fillColumns, rowAt, type Columns, type FilledColumns } from '@microgrid/metering';
import { formatInstant, parseInstant } from '@microgrid/units';
import { Command, Option } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../command-context.js';
import { EXIT_FOUND } from '../exit-code.js';
import { reportJson, reportLines } from './import-report.js';
import { addInputOptions, type InputOptions } from './input-options.js';
import { takeIn } from './intake.js';
import { joined } from './interval-columns.js';
import { mendable } from './mend-errors.js';
import { readYaml, rulesOf } from './rules-file.js';
import {
  OUTPUT_FORMATS,
  outputFormat,
  writeBeside,
  writeIntervals,
  type OutputFormat,
} from './write-intervals.js';

interface FillOptions extends InputOptions {
  readonly rules: string;
  readonly to: string;
  readonly format?: OutputFormat;
  readonly profiles?: string;
  readonly now?: string;
  readonly json?: boolean;
}

const day = z.array(z.number().min(0)).min(1);
const profiles = z.record(
  z.string().min(1),
  z.strictObject({ workday: day, saturday: day, sunday: day }),
);

const keyOf = (meteringPoint: string, startMs: number, endMs: number): string =>
  `${meteringPoint}/${startMs}/${endMs}`;

/** Rows by point and interval. */
function rowIndex(columns: Columns): Map<string, number> {
  const rows = Array.from({ length: columns.rows }, (_, row): [string, number] => {
    const { meteringPoint, startMs, endMs } = rowAt(columns, row);
    return [keyOf(meteringPoint, startMs, endMs), row];
  });
  return new Map(rows);
}

/** One line of the log for every value that was filled: what it is, whence, and what it replaces. */
function* filledLog(before: Columns, result: FilledColumns): Generator<Record<string, unknown>> {
  const was = rowIndex(before);
  const is = rowIndex(result.columns);
  for (const each of result.filled) {
    const key = keyOf(each.meteringPoint, parseInstant(each.start), parseInstant(each.end));
    const [old, now] = [was.get(key), is.get(key)];
    const energies = (columns: Columns, row: number | undefined): Record<string, number> => {
      const imported = row === undefined ? undefined : columns.importMilliwattHours[row];
      const exported = row === undefined ? undefined : columns.exportMilliwattHours[row];
      if (imported === undefined || exported === undefined || Number.isNaN(imported)) return {};
      return { importMilliwattHours: imported, exportMilliwattHours: exported };
    };
    const replaced = energies(before, old);
    yield {
      ...each,
      ...energies(result.columns, now),
      ...(Object.keys(replaced).length === 0 ? {} : { replaced }),
    };
  }
}

/** Rows of the input that are of another length than their point's and so are in no series. */
function leftOut(before: Columns, after: Columns): string[] {
  const kept = rowIndex(after);
  return [...rowIndex(before).keys()]
    .filter((key) => !kept.has(key))
    .map((key) => {
      const [point = '', start = '0', end = '0'] = key.split('/');
      return `${point} ${formatInstant(Number(start))} to ${formatInstant(Number(end))}`;
    });
}

async function* one(columns: Columns): AsyncGenerator<Columns> {
  yield await Promise.resolve(columns);
}

async function fill(
  files: readonly string[],
  options: FillOptions,
  { io, signal, exitWith }: CommandContext,
): Promise<void> {
  const format = outputFormat(options.to, options.format);
  const rules = await rulesOf(options.rules);
  const known =
    options.profiles === undefined
      ? undefined
      : parseValue(profiles, await readYaml(options.profiles), options.profiles);
  const nowMs = options.now === undefined ? Date.now() : parseInstant(options.now);
  const intake = await takeIn(files, options, { beside: dirname(options.to), signal });
  const before = await joined(intake.batches, files.join(' + '));
  const result = fillColumns(before, rules.set, {
    nowMs,
    sums: intake.sums,
    ...(known === undefined ? {} : { profiles: known }),
  });
  const { filled, left } = result;
  const out = leftOut(before, result.columns);
  await writeIntervals(options.to, format, one(result.columns), intake.details);
  const { report } = intake;
  const log = `${options.to}.filled.ndjson`;
  const logged = await writeBeside(log, [...filledLog(before, result)]);
  const rejects = `${options.to}.rejected.ndjson`;
  const rejected = await writeBeside(rejects, report.rejected);
  if (left.length > 0) exitWith(EXIT_FOUND);
  if (options.json === true) {
    const ruleSet = { from: rules.from, sha256: rules.hash };
    const files = {
      output: options.to,
      ...(logged ? { log } : {}),
      ...(rejected ? { rejects } : {}),
    };
    const { findings } = result;
    const input = reportJson(report);
    const json = { ...files, input, ruleSet, filled: filled.length, left, leftOut: out, findings };
    io.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
    return;
  }
  const methods = new Map<string, number>();
  for (const { method } of filled) methods.set(method, (methods.get(method) ?? 0) + 1);
  const lines = [
    ...reportLines(report),
    `rules: ${rules.from} (SHA-256 ${rules.hash.slice(0, 16)}), ${result.findings.length} findings`,
    `filled: ${filled.length}${[...methods].map(([method, count]) => `, ${method} ${count}`).join('')}`,
    ...left.map(
      ({ meteringPoint, start, end }) => `not filled: ${meteringPoint} ${start} to ${end}`,
    ),
    ...out.map((row) => `left out, another length than its point\u2019s: ${row}`),
    ...(logged ? [`every filled value is in ${log}`] : []),
    ...(rejected ? [`rejected rows are in ${rejects}`] : []),
    `wrote ${options.to} (${format})`,
  ];
  io.stdout.write(`${lines.join('\n')}\n`);
}

/** `microgrid meter fill`. */
export function fillCommand(context: CommandContext): Command {
  const command = new Command('fill')
    .description('fills what is missing by the methods of a rule set, with a log of every value')
    .argument('<in...>', 'files of any known format, plain or gzip')
    .requiredOption('--rules <file>', 'rule set with its fill methods, YAML or JSON')
    .requiredOption('--to <out>', 'file to write; the log lies beside it')
    .addOption(new Option('--format <id>', 'format to write').choices([...OUTPUT_FORMATS]))
    .option('--profiles <file>', 'load profiles by name, YAML or JSON')
    .option('--now <instant>', 'UTC instant that counts as now; the clock\u2019s unless given')
    .option('--json', 'the report as JSON');
  return addInputOptions(command).action(async (files: string[], options: FillOptions) => {
    await mendable(context, () => fill(files, options, context));
  });
}
