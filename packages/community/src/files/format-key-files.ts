import { CommunityError } from '../community-error.js';
import {
  isCalendarCoefficients,
  isFileCoefficients,
  type ConstantCoefficients,
  type PriorityKey,
  type SharingKey,
} from '../sharing-key.js';
import { COEFFICIENT, CONSUMER, GROUP, POINT, PRODUCER, RANK, SHARING_TYPE } from './columns.js';
import type { CsvColumn } from './csv-table.js';

/**
 * The three files of a hierarchical key whose groups share by constant coefficients or in proportion.
 * @throws CommunityError `invalid-file` for a group with any other key.
 */
export function formatHierarchicalFiles(key: PriorityKey): {
  readonly constitution: string;
  readonly typeOfSharing: string;
  readonly coefficients: string;
} {
  const lines = (columns: readonly CsvColumn[], rows: readonly (readonly string[])[]): string =>
    [columns.map(({ headers }) => headers[0] ?? ''), ...rows]
      .map((row) => `${row.join(';')}\r\n`)
      .join('');
  return {
    constitution: lines(
      [GROUP, RANK, POINT],
      key.groups.flatMap(({ id, points }, index) =>
        points.map((point) => [id, String(index + 1), point]),
      ),
    ),
    typeOfSharing: lines(
      [GROUP, SHARING_TYPE],
      key.groups.map((group) => [group.id, group.key.type]),
    ),
    coefficients: lines(
      [GROUP, POINT, COEFFICIENT],
      key.groups.flatMap(({ id, key: inside }) =>
        Object.entries(constantOf(id, inside)).map(([point, text]) => [id, point, comma(text)]),
      ),
    ),
  };
}

/** A file of coefficients by pair of installations, with a decimal comma. */
export function formatPairCsv(matrix: Readonly<Record<string, ConstantCoefficients>>): string {
  const header = [PRODUCER, CONSUMER, COEFFICIENT].map(({ headers }) => headers[0] ?? '').join(';');
  const pairs = Object.entries(matrix).flatMap(([producer, row]) =>
    Object.entries(row).map(([consumer, text]) => ({ producer, consumer, text })),
  );
  const lines = pairs.map(
    ({ producer, consumer, text }) => `${producer};${consumer};${comma(text)}`,
  );
  return [header, ...lines].map((line) => `${line}\r\n`).join('');
}

/** Fixed coefficients of a group; none where it shares in proportion. */
function constantOf(id: string, key: SharingKey): ConstantCoefficients {
  if (key.type === 'proportional') return {};
  if (key.type === 'fixed') {
    const { coefficients } = key;
    if (!isCalendarCoefficients(coefficients) && !isFileCoefficients(coefficients)) {
      return coefficients;
    }
  }
  const expected = 'a group that shares in proportion or by constant coefficients';
  throw new CommunityError(
    'invalid-file',
    `group ${id}: got a key ${key.type}, expected ${expected}`,
    [{ path: `group ${id}`, found: key.type, expected }],
  );
}

function comma(text: string): string {
  return text.replace('.', ',');
}
