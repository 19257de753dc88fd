import type { BetaRow } from './beta-rows.js';
import { BETA_ONE, betaText } from './beta-year.js';
import type { FileProblems } from './file-problem.js';

/** Puts the rows in their places and looks for doubled and missing ones, and for hours that are not 1. */
export function fillHours(
  rows: readonly BetaRow[],
  lines: readonly number[],
  cups: readonly string[],
  hours: number,
  problems: FileProblems,
  wholeYear: boolean,
): Int32Array {
  const places = new Map(cups.map((name, place) => [name, place]));
  const millionths = new Int32Array(hours * cups.length).fill(-1);
  const lastLine = new Int32Array(hours);
  rows.forEach(({ cups: name, hour, millionths: value }, index) => {
    const at = (hour - 1) * cups.length + (places.get(name) ?? 0);
    const line = lines[index] ?? 0;
    if (millionths[at] !== -1) {
      const which = hours === 1 ? name : `${name} hour ${hour}`;
      problems.error(line, 'CUPS', which, 'each CUPS once in an hour');
    }
    millionths[at] = value;
    lastLine[hour - 1] = line;
  });
  // Hours without any line are told as spans: a file cut short has thousands of them.
  let empty = 0;
  const tellEmpty = (hour: number): void => {
    if (empty > 0 && wholeYear) {
      const span = empty === 1 ? `hour ${hour}` : `hours ${hour - empty + 1} to ${hour}`;
      problems.error(undefined, span, 'no line', 'every CUPS in every hour of the year');
    }
    empty = 0;
  };
  for (let hour = 0; hour < hours; hour++) {
    if (hours > 1 && lastLine[hour] === 0) {
      empty++;
      if (hour === hours - 1) tellEmpty(hour + 1);
      continue;
    }
    tellEmpty(hour);
    const part = millionths.subarray(hour * cups.length, (hour + 1) * cups.length);
    checkHour(part, hours === 1 ? undefined : hour + 1, lastLine[hour], cups, problems);
  }
  return millionths;
}

function checkHour(
  part: Int32Array,
  hour: number | undefined,
  line: number | undefined,
  cups: readonly string[],
  problems: FileProblems,
): void {
  const where = hour === undefined ? 'the file' : `hour ${hour}`;
  const at = line === 0 ? undefined : line;
  let sum = 0;
  let missing = 0;
  for (const value of part) {
    if (value === -1) missing++;
    else sum += value;
  }
  if (missing > 0) {
    const found = `no line for ${cups[part.indexOf(-1)] ?? ''}`;
    problems.error(at, hour === undefined ? '' : `hour ${hour}`, found, `every CUPS in ${where}`);
  } else if (sum !== BETA_ONE) {
    const expected = `coefficients of ${where} that add up to exactly 1,000000`;
    problems.error(at, 'sum', betaText(sum), expected);
  }
}
