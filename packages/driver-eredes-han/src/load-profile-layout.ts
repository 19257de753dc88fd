import { CLOCK_BYTES } from './emi-clock.js';
import { EredesHanError } from './eredes-han-error.js';

/** What a column of the load profile can hold. Energy in Wh, reactive energy in varh. */
export const MEASURES = [
  'importTotal',
  'exportTotal',
  'reactiveQ1Total',
  'reactiveQ2Total',
  'reactiveQ3Total',
  'reactiveQ4Total',
  'importIncrement',
  'exportIncrement',
  'reactiveQ1Increment',
  'reactiveQ2Increment',
  'reactiveQ3Increment',
  'reactiveQ4Increment',
] as const;
/** What a column of the load profile holds. */
export type Measure = (typeof MEASURES)[number];

const CLOCK_ID = 1;
const STATUS_ID = 2;
const UNUSED_ID = 0xff;
const STATUS_BYTES = 1;
const MEASURE_BYTES = 4;

/**
 * Measures by the ids register 0x0080 lists; ids 1 and 2 are the clock and the status. Ids 9 and 10
 * (increments of import and export) are seen in the field (nikito7/edpbox-dev); the others follow
 * from the order of the registers 0x0016..0x001B and are believed.
 */
export const MEASURES_BY_ID: Readonly<Record<number, Measure>> = {
  3: 'importTotal',
  4: 'exportTotal',
  5: 'reactiveQ1Total',
  6: 'reactiveQ2Total',
  7: 'reactiveQ3Total',
  8: 'reactiveQ4Total',
  9: 'importIncrement',
  10: 'exportIncrement',
  11: 'reactiveQ1Increment',
  12: 'reactiveQ2Increment',
  13: 'reactiveQ3Increment',
  14: 'reactiveQ4Increment',
};

/** One column of an entry. */
export type LoadProfileColumn =
  | { readonly kind: 'clock'; readonly offset: number }
  | { readonly kind: 'status'; readonly offset: number }
  | {
      readonly kind: 'measure';
      readonly offset: number;
      readonly id: number;
      /** Undefined for an id that no table knows: its four bytes are skipped. */
      readonly measure: Measure | undefined;
    };

/** Where what stands in one entry. */
export interface LoadProfileLayout {
  readonly columns: readonly LoadProfileColumn[];
  readonly entryBytes: number;
}

function layoutOf(
  kinds: readonly (number | 'clock' | 'status')[],
  measures: Readonly<Record<number, Measure>>,
): LoadProfileLayout {
  const columns: LoadProfileColumn[] = [];
  let offset = 0;
  for (const kind of kinds) {
    if (kind === 'clock') {
      columns.push({ kind, offset });
      offset += CLOCK_BYTES;
    } else if (kind === 'status') {
      columns.push({ kind, offset });
      offset += STATUS_BYTES;
    } else {
      columns.push({ kind: 'measure', offset, id: kind, measure: measures[kind] });
      offset += MEASURE_BYTES;
    }
  }
  return { columns, entryBytes: offset };
}

/**
 * The layouts the ids of register 0x0080 may mean, most likely first: with clock and status among
 * them, or with both standing before every entry unlisted. Only a reply's length tells which.
 */
export function possibleLayouts(
  ids: ArrayLike<number>,
  measures: Readonly<Record<number, Measure>> = MEASURES_BY_ID,
): readonly LoadProfileLayout[] {
  // Some meters fill unused places with 0 instead of 0xFF.
  const all = Array.from(ids).filter((id) => id !== UNUSED_ID);
  const lists = all.includes(0) ? [all.filter((id) => id !== 0), all] : [all];
  return lists.flatMap((used) => layoutsOfList(used, measures));
}

function layoutsOfList(
  used: readonly number[],
  measures: Readonly<Record<number, Measure>>,
): readonly LoadProfileLayout[] {
  const listed = used.map((id) => (id === CLOCK_ID ? 'clock' : id === STATUS_ID ? 'status' : id));
  const rest = listed.filter((kind) => typeof kind === 'number');
  const prefixed = layoutOf(['clock', 'status', ...rest], measures);
  if (!listed.includes('clock')) return [prefixed];
  const unlisted = layoutOf(['clock', 'status', ...used], measures);
  return listed.includes('status')
    ? [layoutOf(listed, measures), unlisted]
    : [prefixed, layoutOf(listed, measures), unlisted];
}

/**
 * The layout that fits a reply with one entry, whose last byte may be padding.
 * @throws EredesHanError `bad-profile` when none does.
 */
export function fittingLayout(
  layouts: readonly LoadProfileLayout[],
  replyBytes: number,
): LoadProfileLayout {
  const fits = ({ entryBytes }: LoadProfileLayout): boolean =>
    replyBytes === entryBytes || replyBytes === entryBytes + (entryBytes % 2);
  const layout = layouts.find(fits);
  if (layout !== undefined) return layout;
  const expected = layouts.map(({ entryBytes }) => entryBytes).join(' or ');
  throw new EredesHanError(
    'bad-profile',
    `load profile: an entry has ${replyBytes} bytes, expected ${expected} by the columns of register 0x0080`,
  );
}
