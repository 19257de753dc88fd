import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { QUALITY_OF_METHOD } from './estimation/fill-methods.js';
import { METER_FORMATS, type MeterFormat } from './formats/meter-formats.js';
import { RULE_SEVERITY } from './validation/rules.js';

const page = readFileSync(join(__dirname, '../../../docs/metering.md'), 'utf8');

/** Rows of the table whose header begins with these titles. */
function table(...titles: string[]): string[][] {
  const rows = page.split('\n').map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('\\|', '|')),
  );
  const header = rows.findIndex((cells) => titles.every((title, at) => cells[at] === title));
  expect(header).toBeGreaterThan(0);
  const rest = rows.slice(header + 2);
  return rest.slice(
    0,
    rest.findIndex((cells) => cells.length === 0),
  );
}

const LABELS: Readonly<Record<MeterFormat['label'], string>> = {
  both: 'start and end are written',
  start: 'START',
  end: 'END',
  instant: 'instant of a register',
};

test('the page states label, clock, quantity and quality of every format as the code has them', () => {
  expect(table('id', 'format', 'label')).toEqual(
    METER_FORMATS.map(({ id, name, label, clock, quantity, quality }) => [
      `\`${id}\``,
      name,
      LABELS[label],
      clock,
      quantity,
      quality,
    ]),
  );
});

test('the page states every rule with its severity and every fill method with its quality', () => {
  const ends = (rows: string[][]): [string, string][] =>
    rows.map((cells) => [cells[0] ?? '', cells.at(-1) ?? '']);
  const code = (names: Readonly<Record<string, string>>): [string, string][] =>
    Object.entries(names).map(([name, value]) => [`\`${name}\``, `\`${value}\``]);
  expect(ends(table('rule', 'finds'))).toEqual(code(RULE_SEVERITY));
  expect(ends(table('method', 'makes'))).toEqual(code(QUALITY_OF_METHOD));
});
