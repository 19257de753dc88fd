import { readFileSync } from 'node:fs';
import { isPetriError } from '@microgrid/petri';
import {
  parseFormula,
  type Formula,
  type QueryResult,
  queryInSteps,
} from '@microgrid/petri/analysis';
import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { CommandError } from '../command-error.js';
import { EXIT_FOUND, EXIT_INTERRUPTED, EXIT_UNKNOWN } from '../exit-code.js';
import { exploration } from './exploration.js';
import { addLimitOptions, type LimitOptions } from './limit-options.js';
import { addReadOptions, ptNetOfFile, readNet, type ReadOptions } from './read-net.js';
import { witnessText } from './render-check.js';

interface QueryOptions extends LimitOptions, ReadOptions {
  readonly file?: string;
  readonly json?: boolean;
  readonly reduce: boolean;
}

interface Question {
  readonly text: string;
  readonly formula: Formula;
  /** Where it stands. */
  readonly at: string;
}

/** One formula a line; blank lines and lines that begin with `#` are passed over. */
function linesOf(file: string): { text: string; at: string }[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError('file', `${file}: cannot be read: ${(error as Error).message}`);
  }
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ text: line.trim(), at: `${file}:${index + 1}` }))
    .filter((line) => line.text !== '' && !line.text.startsWith('#'));
}

function questionsOf(formulas: readonly string[], file: string | undefined): Question[] {
  const given = formulas.map((text, index) => ({ text, at: `formula ${index + 1}` }));
  const asked = [...given, ...(file === undefined ? [] : linesOf(file))];
  if (asked.length === 0)
    throw new CommandError('usage', 'query: expected a formula, or a file of formulas with --file');
  return asked.map((question) =>
    mendable(question.at, () => ({ ...question, formula: parseFormula(question.text) })),
  );
}

function mendable<Result>(at: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (isPetriError(error)) throw new CommandError('input', `${at}: ${error.message}`);
    throw error;
  }
}

function lineOf({ text }: Question, result: QueryResult): string {
  const answer = { true: 'true   ', false: 'false  ', unknown: 'unknown' }[result.verdict];
  const shown = result.witness === undefined ? '' : witnessText(result.witness);
  const why = result.reason ?? `${result.method}, ${result.states} states`;
  return `${answer} ${text}  (${why})${shown === '' ? '' : `: ${shown}`}\n`;
}

/** `microgrid petri query`. */
export function queryCommand(context: CommandContext): Command {
  const { io, signal } = context;
  const command = new Command('query')
    .description('asks whether formulas hold in the first marking')
    .argument('<file>', 'PNML or JSON net')
    .argument('[formulas...]', "as in 'EF (buyer > 0 && escrow == 0)'")
    .option('--file <formulas>', 'file with one formula a line, # before a comment')
    .option('--json', 'as JSON, with the whole witness')
    .option('--no-reduce', 'without structural reductions and stubborn sets');
  addReadOptions(addLimitOptions(command));
  return command.action(async (file: string, formulas: string[], options: QueryOptions) => {
    const questions = questionsOf(formulas, options.file);
    const net = ptNetOfFile(file, await readNet(file, options));
    const results: (QueryResult & { formula: string })[] = [];
    for (const question of questions) {
      const { limits, drive } = exploration(options, context);
      const steps = queryInSteps(net, question.formula, { ...limits, reduce: options.reduce });
      const result = await drive(steps).catch((error: unknown) =>
        mendable(question.at, () => {
          throw error;
        }),
      );
      results.push({ formula: question.text, ...result });
      if (options.json !== true) io.stdout.write(lineOf(question, result));
      if (signal.aborted) break;
    }
    if (options.json === true) io.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
    const has = (verdict: QueryResult['verdict']): boolean =>
      results.some((result) => result.verdict === verdict);
    if (has('false')) context.exitWith(EXIT_FOUND);
    else if (signal.aborted) context.exitWith(EXIT_INTERRUPTED);
    else if (has('unknown')) context.exitWith(EXIT_UNKNOWN);
  });
}
