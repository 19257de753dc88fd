import fc from 'fast-check';
import { isCommunityError } from '../community-error.js';
import { activationDate } from './activation-date.js';
import { lintBetaExcerpt, lintBetaFile, readBetaFile } from './beta-file.js';
import { BETA_ONE } from './beta-year.js';
import { betaTable } from './beta-table.js';
import { cupsFault } from './cups.js';
import { fileProblemText } from './file-problem.js';
import { betaFileOf, formatBetaFile } from './generate-beta-file.js';
import { lintBetaFiles } from './lint-beta-files.js';

const A = 'ES0031300000000001EX0F';
const B = 'ES0031300000000002EB0F';
const C = 'ES0031300000000003EN0F';
const CAU = `${A}A000`;
const NAME = `${CAU}_2026.txt`;

/** Everything the linter says of the lines. */
function said(lines: readonly string[], name = NAME, checkCups = true): string[] {
  return lintBetaFile(lines.join('\n'), name, { checkCups }).problems.map(fileProblemText);
}

describe('a Spanish coefficient file', () => {
  test('three thirds in six decimals are refused, and with the last millionth they are read', () => {
    const thirds = [`${A};0,333333`, `${B};0,333333`, `${C};0,333333`];
    expect(said(thirds)).toEqual([
      `${NAME}:3: sum: got "0,999999", expected coefficients of the file that add up to exactly 1,000000`,
    ]);
    const read = readBetaFile([`${A};0,333334`, ...thirds.slice(1)].join('\r\n'), NAME);
    expect(read).toEqual({
      cau: CAU,
      year: 2026,
      cups: [A, B, C],
      hours: 1,
      millionths: Int32Array.of(333_334, 333_333, 333_333),
    });
  });

  test('names of any form are read where CUPS are not asked for', () => {
    expect(said(['ES..A;0,333334', 'ES..B;0,333333', 'ES..C;0,333333'], NAME, false)).toEqual([]);
    expect(said(['ES..A;0,5', 'ES..B;0.5'], NAME, false)).toEqual([
      `${NAME}:1: sum: got "0,500000", expected coefficients of the file that add up to exactly 1,000000`,
      `${NAME}:2: coefficient: got "0.5", expected a coefficient with a decimal comma, as in 0,135464`,
    ]);
  });

  test('says everything that is wrong at once, with line, field, value and expectation', () => {
    const problems = said(
      [`${A.slice(0, -1)};0,5`, `${B};1;0,5`, `${B};1,1`, `${B};0,1234567`, '', `${C}; 0,5`, 'x'],
      'betas.txt',
    );
    expect(problems).toEqual([
      'betas.txt: warning: name: got "betas.txt", expected <CAU>_<YYYY>.txt',
      expect.stringMatching(/^betas\.txt:1: CUPS: got ".*", expected a CUPS of 22 characters/),
      expect.stringMatching(/^betas\.txt:1: sum: got "0,500000"/),
      expect.stringMatching(
        /^betas\.txt:2: got ".*;1;0,5", expected 2 fields, as in the first line/,
      ),
      expect.stringMatching(
        /^betas\.txt:3: coefficient: got "1,1", expected a coefficient from 0 to 1/,
      ),
      expect.stringMatching(/^betas\.txt:4: coefficient: got "0,1234567"/),
      'betas.txt:5: got "", expected no empty line',
      expect.stringMatching(/^betas\.txt:6: got .*, expected no space and no quote/),
      'betas.txt:7: got "x", expected CUPS;coefficient or CUPS;hour;coefficient',
    ]);
    try {
      readBetaFile(`${A};0,4`, 'betas.txt');
      throw new Error('read');
    } catch (error) {
      if (!isCommunityError(error)) throw error;
      expect(error.code).toBe('invalid-file');
      // The name is a warning: the content could be used.
      expect(error.message).toBe(
        'betas.txt:1: sum: got "0,400000", expected coefficients of the file that add up to exactly 1,000000',
      );
    }
  });

  test('a CUPS with wrong control letters is told the right ones', () => {
    expect([A, B, C].map(cupsFault)).toEqual([undefined, undefined, undefined]);
    expect(cupsFault(A.replace('EX0F', 'JN0F'))).toBe('a CUPS whose control letters are EX');
  });

  test('every hour has every CUPS once: gaps and doubles are named by hour', () => {
    const lines = [A, B].flatMap((cups) =>
      Array.from({ length: 8760 }, (_, hour) => `${cups};${hour + 1};0,500000`),
    );
    expect(said(lines)).toEqual([]);
    const gap = lines.filter((line) => line !== `${B};4001;0,500000`);
    expect(said(gap)).toEqual([
      `${NAME}:4001: hour 4001: got "no line for ${B}", expected every CUPS in hour 4001`,
    ]);
    expect(said([...lines, `${A};8760;0,500000`])[0]).toContain('each CUPS once in an hour');
    expect(said([...lines, `${A};8761;0,500000`])[0]).toContain('as 2026 has 365 days');
  });

  test.each([
    ['2026-03-01', '2026-04-01'],
    ['2026-03-10', '2026-04-01'],
    ['2026-03-11', '2026-05-01'],
    ['2026-12-10', '2027-01-01'],
    ['2026-12-31', '2027-02-01'],
  ])('complete on %s, coefficients hold from %s', (completeOn, activeFrom) => {
    expect(activationDate(completeOn).activeFrom).toBe(activeFrom);
  });

  test('coefficients change at most every four months', () => {
    expect(activationDate('2026-03-10', '2026-01-01')).toEqual({
      activeFrom: '2026-05-01',
      decidedBy: 'four-months',
    });
    expect(activationDate('2026-03-11', '2026-01-01').decidedBy).toBe('day-11');
    expect(activationDate('2026-11-02', '2026-10-15').activeFrom).toBe('2027-03-01');
    expect(() => activationDate('2026-02-30')).toThrow(
      'got "2026-02-30", expected a day that exists',
    );
  });
});

test('hours without any line are told as spans; an excerpt need not have them', () => {
  const hour = (at: number): string[] => [`${A};${at};0,4`, `${B};${at};0,6`];
  const lines = [...hour(1), ...hour(3)];
  expect(said(lines)).toEqual([
    `${NAME}: hour 2: got "no line", expected every CUPS in every hour of the year`,
    `${NAME}: hours 4 to 8760: got "no line", expected every CUPS in every hour of the year`,
  ]);
  expect(lintBetaExcerpt(lines.join('\n'), NAME)).toEqual([]);
  expect(lintBetaExcerpt(lines.slice(1).join('\n'), NAME).map(fileProblemText)).toEqual([
    `${NAME}:1: hour 1: got "no line for ${A}", expected every CUPS in hour 1`,
  ]);
});

describe('yearly files together', () => {
  const yearly = (year: number, cau = CAU): { name: string; text: string } =>
    formatBetaFile(betaFileOf({ cau, year, weights: { [A]: '1', [B]: '1' } }));

  test('are of one self-consumption, at most 20', () => {
    const twenty = Array.from({ length: 20 }, (_, index) => yearly(2026 + index));
    expect(lintBetaFiles(twenty.toReversed()).data?.map(({ year }) => year)).toEqual(
      Array.from({ length: 20 }, (_, index) => 2026 + index),
    );
    expect(lintBetaFiles([...twenty, yearly(2046)]).problems.map(fileProblemText)).toEqual([
      `${CAU}_2026.txt: files: got 21, expected at most 20 yearly files`,
    ]);
    const other = lintBetaFiles([yearly(2026), yearly(2027, `${B}A000`)]);
    expect(other.data).toBeUndefined();
    expect(other.problems.map(fileProblemText)).toEqual([
      `${CAU}_2026.txt: files: got "${CAU}", "${B}A000", expected files of one CAU`,
    ]);
  });

  test('and each is linted', () => {
    const wrong = { name: `${CAU}_2027.txt`, text: `${A};0,4` };
    expect(lintBetaFiles([wrong, yearly(2026)]).problems.map(fileProblemText)).toEqual([
      `${CAU}_2027.txt:1: sum: got "0,400000", expected coefficients of the file that add up to exactly 1,000000`,
    ]);
  });
});

describe('generated coefficient files', () => {
  test('add up to exactly 1 in every hour, stay within a millionth of the weights, and read back', () => {
    const weight = fc.integer({ min: 0, max: 2 ** 40 }).map(String);
    fc.assert(
      fc.property(
        fc.array(weight, { minLength: 3, maxLength: 3 }),
        fc.integer({ min: 2000, max: 2100 }),
        (texts, year) => {
          fc.pre(texts.some((text) => text !== '0'));
          const weights = Object.fromEntries([A, B, C].map((cups, at) => [cups, texts[at] ?? '0']));
          const file = betaFileOf({ cau: CAU, year, weights });
          const sum = texts.reduce((total, text) => total + Number(text), 0);
          expect(file.millionths.reduce((total, part) => total + part, 0)).toBe(BETA_ONE);
          texts.forEach((text, at) => {
            const exact = (Number(text) / sum) * BETA_ONE;
            expect(Math.abs((file.millionths[at] ?? 0) - exact)).toBeLessThan(1.001);
          });
          const { name, text } = formatBetaFile(file);
          expect(lintBetaFile(text, name)).toEqual({ problems: [], data: file });
        },
      ),
    );
  });

  test('weights finer than a double stay exact', () => {
    const file = betaFileOf({
      cau: CAU,
      year: 2026,
      weights: { [A]: '9000000000000.000000000001', [B]: '9000000000000', [C]: '0' },
    });
    expect([...file.millionths]).toEqual([500_000, 500_000, 0]);
  });

  test('of every hour of a leap year, eight characters each, one line end', () => {
    const ramp = Array.from({ length: 8784 }, (_, hour) => String(hour + 1));
    const file = betaFileOf({ cau: CAU, year: 2028, weights: { [A]: ramp, [B]: '1', [C]: '0' } });
    const { name, text } = formatBetaFile(file);
    const lines = text.split('\r\n');
    expect(name).toBe(`${CAU}_2028.txt`);
    expect(lines).toHaveLength(3 * 8784 + 1);
    expect(lines[0]).toBe(`${A};1;0,500000`);
    expect(lines[1]).toBe(`${A};2;0,666667`);
    expect(lines.slice(0, -1).every((line) => line.split(';')[2]?.length === 8)).toBe(true);
    expect(lintBetaFile(text, name).problems).toEqual([]);
  });

  test.each([
    ['no CUPS', { [`${A}X`]: '1' }, 'expected a CUPS of 22 characters'],
    ['a negative weight', { [A]: '-1' }, 'hour 1: got "-1", expected a weight of 0 or more'],
    [
      'no weight',
      { [A]: '0', [B]: '0' },
      'hour 1: got "0 0", expected at least one weight above 0',
    ],
    ['hours of a leap year', { [A]: Array.from({ length: 8784 }, () => '1') }, '8760 hours'],
  ])('refuse %s', (_, weights, message) => {
    expect(() => betaFileOf({ cau: CAU, year: 2026, weights })).toThrow(message);
  });
});

describe('coefficients over the years', () => {
  const at = (text: string): number => Date.parse(text);
  const ramp = (hours: number): string[] =>
    Array.from({ length: hours }, (_, hour) => String(hour));
  /** In hour h (from 0) of the file, A has h of h + 1,000,000. */
  const made = (year: number, hours: number) =>
    betaFileOf({ cau: CAU, year, weights: { [A]: ramp(hours), [B]: '1000000' } });
  const value = (table: ReturnType<typeof betaTable>, ms: number): number | undefined => {
    const row = table.rowAt(ms, ms + 3_600_000);
    return row === -1 ? undefined : table.row(row)[0];
  };
  const share = (hour: number): number => Math.round((hour / (hour + 1_000_000)) * BETA_ONE);

  test('go by the wall clock: the hour repeated in autumn is used twice, the one skipped in spring never', () => {
    const table = betaTable([made(2026, 8760)], 'Europe/Madrid');
    expect(value(table, at('2025-12-31T22:59:59Z'))).toBeUndefined();
    expect(value(table, at('2025-12-31T23:00:00Z'))).toBe(share(0));
    // 29 March, day 88: 01:00 CET, then 03:00 CEST.
    expect(value(table, at('2026-03-29T00:00:00Z'))).toBe(share(87 * 24 + 1));
    expect(value(table, at('2026-03-29T01:00:00Z'))).toBe(share(87 * 24 + 3));
    // 25 October, day 298: 02:00 CEST and 02:00 CET.
    expect(value(table, at('2026-10-25T00:00:00Z'))).toBe(share(297 * 24 + 2));
    expect(value(table, at('2026-10-25T01:00:00Z'))).toBe(share(297 * 24 + 2));
    expect(value(table, at('2026-12-31T22:00:00Z'))).toBe(share(8759));
  });

  test('or by the hours that passed since New Year', () => {
    const table = betaTable([made(2026, 8760)], 'Europe/Madrid', 'elapsed');
    expect(value(table, at('2026-03-29T01:00:00Z'))).toBe(share(87 * 24 + 2));
    expect(value(table, at('2026-12-31T22:00:00Z'))).toBe(share(8759));
  });

  test.each(['wallClock', 'elapsed'] as const)(
    'a later year without a file has the same values, 29 February those of the 28th (%s)',
    (clock) => {
      const table = betaTable([made(2026, 8760)], 'Europe/Madrid', clock);
      expect(value(table, at('2027-12-31T22:00:00Z'))).toBe(share(8759));
      const noon28 = value(table, at('2028-02-28T11:00:00Z'));
      expect(noon28).toBe(share(58 * 24 + 12));
      expect(value(table, at('2028-02-29T11:00:00Z'))).toBe(noon28);
      expect(value(table, at('2028-03-01T11:00:00Z'))).toBe(share(59 * 24 + 12));
      expect(value(table, at('2028-12-31T22:00:00Z'))).toBe(share(8759));
    },
  );

  test('a year of 366 days leaves its 29 February out of other years', () => {
    const table = betaTable([made(2028, 8784)], 'Europe/Madrid');
    expect(value(table, at('2028-02-29T11:00:00Z'))).toBe(share(59 * 24 + 12));
    expect(value(table, at('2029-03-01T11:00:00Z'))).toBe(share(60 * 24 + 12));
    expect(value(table, at('2029-12-31T22:00:00Z'))).toBe(share(8783));
  });

  test('each year has its own file, and names that a file lacks have no part in its year', () => {
    const next = betaFileOf({ cau: CAU, year: 2027, weights: { [C]: '1' } });
    const table = betaTable([next, made(2026, 8760)], 'Europe/Madrid');
    expect(table.ids).toEqual([A, B, C]);
    expect([...table.row(table.rowAt(at('2026-12-31T23:00:00Z'), 0))]).toEqual([0, 0, BETA_ONE]);
    expect(table.row(table.rowAt(at('2026-12-31T22:00:00Z'), 0))[2]).toBe(0);
  });
});
