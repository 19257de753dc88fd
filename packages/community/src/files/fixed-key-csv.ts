import type { Community } from '../community.js';
import type { CoefficientDayType, CoefficientRow, FixedKey } from '../sharing-key.js';
import { readCoefficient } from './coefficient-csv.js';
import { CoefficientEntries } from './coefficient-entries.js';
import { COEFFICIENT, DAY_TYPE, POINT, SEASON_FROM, SEASON_TO } from './columns.js';
import { csvTable, headerForm } from './csv-table.js';
import { FileProblems, type FileReading, type NamedText } from './file-problem.js';

const DAY_TYPES: Readonly<Record<string, readonly CoefficientDayType[]>> = {
  'working day': ['workingDay'],
  workingday: ['workingDay'],
  'dia util': ['workingDay'],
  saturday: ['saturday'],
  sabado: ['saturday'],
  sunday: ['sunday'],
  domingo: ['sunday'],
  weekend: ['saturday', 'sunday'],
  'fim de semana': ['saturday', 'sunday'],
  holiday: ['holiday'],
  feriado: ['holiday'],
};

/**
 * Reads the coefficients of Portugal's fixed mode as a sharing key: `metering_point;coefficient` and,
 * where they differ, `day_type` (dia útil, sábado, domingo, fim de semana, feriado) and the season's
 * `season_from` and `season_to` (`MM-DD`). Rows with more conditions hold before rows with fewer.
 */
export function lintFixedKeyCsv(
  { name, text }: NamedText,
  community: Community,
): FileReading<FixedKey> {
  const problems = new FileProblems(name);
  const columns = {
    point: POINT,
    coefficient: COEFFICIENT,
    dayType: DAY_TYPE,
    from: SEASON_FROM,
    to: SEASON_TO,
  };
  const rows = new Map<
    string,
    { row: Omit<CoefficientRow, 'coefficients'>; entries: CoefficientEntries }
  >();
  for (const { line, fields } of csvTable(text, columns, problems)) {
    const numerator = readCoefficient(fields.coefficient, line, problems);
    const row = conditions(fields, line, problems);
    if (numerator === undefined || row === undefined) continue;
    const id = JSON.stringify(row);
    const held = rows.get(id) ?? { row, entries: new CoefficientEntries(problems) };
    rows.set(id, held);
    held.entries.add(line, fields.point, numerator);
  }
  const made = [...rows.values()]
    .sort((a, b) => Object.keys(b.row).length - Object.keys(a.row).length)
    .map(({ row, entries }) => ({ ...row, coefficients: entries.coefficients(community) }));
  if (made.length === 0 && problems.clean) {
    problems.error(1, '', '', 'at least one line with a coefficient');
  }
  const [first] = made;
  const constant = made.length === 1 && first !== undefined && Object.keys(first).length === 1;
  return problems.reading(() => ({
    type: 'fixed',
    coefficients: constant ? first.coefficients : { calendar: made },
  }));
}

function conditions(
  { dayType, from, to }: { dayType: string; from: string; to: string },
  line: number,
  problems: FileProblems,
): Omit<CoefficientRow, 'coefficients'> | undefined {
  const dayTypes = dayType === '' ? undefined : DAY_TYPES[headerForm(dayType)];
  if (dayType !== '' && dayTypes === undefined) {
    const expected = 'a day type: dia útil, sábado, domingo, fim de semana, feriado, or nothing';
    problems.error(line, 'day_type', dayType, expected);
    return undefined;
  }
  for (const [path, text] of [
    ['season_from', from],
    ['season_to', to],
  ] as const) {
    const other = path === 'season_from' ? to : from;
    if (text === '' ? other === '' : /^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(text)) continue;
    problems.error(line, path, text, 'a day of the year as MM-DD, or nothing for both');
    return undefined;
  }
  return { ...(dayTypes && { dayTypes }), ...(from !== '' && { seasons: [{ from, to }] }) };
}
