import { dirname } from 'node:path';
import { Command, Option } from 'commander';
import type { CommandContext } from '../command-context.js';
import { reportJson, reportLines } from './import-report.js';
import { addInputOptions, type InputOptions } from './input-options.js';
import { takeIn } from './intake.js';
import { mendable } from './mend-errors.js';
import {
  OUTPUT_FORMATS,
  outputFormat,
  writeBeside,
  writeIntervals,
  type OutputFormat,
} from './write-intervals.js';

interface ConvertOptions extends InputOptions {
  readonly to: string;
  readonly format?: OutputFormat;
  readonly json?: boolean;
}

/** `microgrid meter convert`. */
export function convertCommand(context: CommandContext): Command {
  const { io, signal } = context;
  const command = new Command('convert')
    .description('reads meter files of any known format as one import and writes its intervals')
    .argument('<in...>', 'files, plain or gzip; later ones replace what earlier ones say otherwise')
    .requiredOption('--to <out>', 'file to write: .csv, .csv.gz, .ndjson, .xlsx or .parquet')
    .addOption(new Option('--format <id>', 'format to write').choices([...OUTPUT_FORMATS]))
    .option('--json', 'the report as JSON, with every row of its lists');
  return addInputOptions(command).action(async (files: string[], options: ConvertOptions) => {
    const format = outputFormat(options.to, options.format);
    await mendable(context, async () => {
      const { report, batches, details } = await takeIn(files, options, {
        beside: dirname(options.to),
        signal,
      });
      await writeIntervals(options.to, format, batches, details);
      const rejects = `${options.to}.rejected.ndjson`;
      const rejected = await writeBeside(rejects, report.rejected);
      if (options.json === true) {
        const more = { output: options.to, format, ...(rejected ? { rejects } : {}) };
        io.stdout.write(`${JSON.stringify({ ...more, ...reportJson(report) }, null, 2)}\n`);
        return;
      }
      for (const line of reportLines(report)) io.stdout.write(`${line}\n`);
      if (rejected) io.stdout.write(`rejected rows are in ${rejects}\n`);
      io.stdout.write(`wrote ${options.to} (${format})\n`);
    });
  });
}
