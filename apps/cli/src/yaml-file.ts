import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { CommandError, isSystemError } from './command-error.js';

/**
 * Reads a YAML (or JSON) file as data.
 * @throws CommandError `file` for what cannot be read, `input` with line and column for what is no YAML.
 */
export function readYamlFile(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CommandError('file', `${file}: cannot be read: ${error.message}`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    strict: true,
  });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new CommandError('input', `${file}:${line}:${col}: ${problem.message}`);
  }
  try {
    const value: unknown = document.toJS();
    // A value that holds itself has no end and no JSON.
    JSON.stringify(value);
    return value;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError('input', `${file}: ${why}`);
  }
}
