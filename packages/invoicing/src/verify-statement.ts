import {
  parse,
  safeParse,
  statementV1,
  type StatementLine,
  type StatementV1,
} from '@microgrid/events';
import { fromHex, leafHash, verifyInclusion, type HashPort } from '@microgrid/journal';
import { fraction, picoOf, roundFraction } from '@microgrid/tariff';
import { parseRatio, roundToCents, type Pico } from '@microgrid/units';
import { leafBytes, statementLeaves } from './member-day-leaf.js';

/** 10^-12 units in one. */
const PICO = 1_000_000_000_000n;

/** Whether a statement holds in itself; the first thing wrong otherwise. */
export type StatementVerdict =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** Where, as in `lines[2].amountPico`. */
      readonly path: string;
      readonly reason: string;
    };

/** One thing wrong with a statement. */
export interface StatementFault {
  /** Where, as in `days[3]`. */
  readonly path: string;
  readonly reason: string;
}

/**
 * Checks a statement with nothing else at hand: its form, each line's rounding, its sums, that its
 * days add up to it, and that every day lies in the tree with the root it names. Whether that root
 * is the run's is for the reader to compare.
 */
export function verifyStatement(value: unknown, hash: HashPort): StatementVerdict {
  const read = safeParse(statementV1, value, 'statement');
  if (!read.success) {
    return { ok: false, path: read.error.problems[0]?.path ?? '', reason: read.error.message };
  }
  const [fault] = statementFaults(read.data, hash);
  return fault === undefined ? { ok: true } : { ok: false, ...fault };
}

/** All that is wrong with a statement of the right form; empty when it holds. */
export function statementFaults(statement: StatementV1, hash: HashPort): StatementFault[] {
  return [
    ...lineFaults(statement),
    ...sumFaults(statement),
    ...dayFaults(statement),
    ...proofFaults(statement, hash),
  ];
}

/** {@link verifyStatement} for a statement in JSON text. @throws EventsError for a text of another form. */
export function readStatement(text: string, source = 'statement'): StatementV1 {
  return parse(statementV1, JSON.parse(text), source);
}

function differs(
  path: string,
  found: bigint | string,
  expected: bigint | string,
): StatementFault[] {
  return found === expected
    ? []
    : [{ path, reason: `${path}: got ${String(found)}, expected ${String(expected)}` }];
}

function sum(values: readonly string[]): bigint {
  return values.reduce((total, value) => total + BigInt(value), 0n);
}

function lineFaults(statement: StatementV1): StatementFault[] {
  return statement.lines.flatMap((line, index) => {
    const expected = expectedAmount(statement, line);
    const path = `lines[${index}].amountPico`;
    return expected === undefined ? [] : differs(path, BigInt(line.amountPico), expected);
  });
}

/** What a line's amount is rounded to; nothing where no single line decides it. */
function expectedAmount(
  { rounding }: StatementV1,
  { line, exactPico, charge }: StatementLine,
): Pico | undefined {
  const exact = BigInt(exactPico);
  if (line === 'charge') return rounding?.point === 'line' ? rounded(exact, rounding) : exact;
  // The total is whole cents: the sum is checked for that.
  if (line === 'rounding') return undefined;
  if (line !== 'vat') return roundToCents(exact);
  if (rounding?.vat !== 'category') return undefined;
  const { netPico = '0', vatPercent = '0' } = charge ?? {};
  const { numerator, scale } = parseRatio(vatPercent);
  return rounded(BigInt(netPico) * numerator, rounding, 100n * 10n ** BigInt(scale));
}

/** An amount over a divisor, rounded as charges are. */
function rounded(
  amount: Pico,
  { decimals, mode }: NonNullable<StatementV1['rounding']>,
  divisor = 1n,
): Pico {
  return picoOf(roundFraction(fraction(amount, divisor * PICO), { decimals, mode }));
}

function sumFaults(statement: StatementV1): StatementFault[] {
  const { lines } = statement;
  const exact = BigInt(statement.exactPico);
  const amount = BigInt(statement.amountPico);
  const energyOf = (kind: string): string[] =>
    lines.filter(({ line }) => line === kind).map((line) => line.energyMilliwattHours);
  return [
    ...differs('exactPico', exact, sum(lines.map((line) => line.exactPico))),
    ...differs('amountPico', amount, sum(lines.map((line) => line.amountPico))),
    ...differs('amountPico', amount, roundToCents(amount)),
    ...differs('roundingPico', BigInt(statement.roundingPico), amount - exact),
    ...differs(
      'energy.sharedInMilliwattHours',
      BigInt(statement.energy.sharedInMilliwattHours),
      sum(energyOf('sharedIn')),
    ),
    ...differs(
      'energy.sharedOutMilliwattHours',
      BigInt(statement.energy.sharedOutMilliwattHours),
      sum(energyOf('sharedOut')),
    ),
    ...differs(
      'quality',
      sum(Object.values(statement.quality)),
      BigInt(statement.energy.importMilliwattHours),
    ),
  ];
}

const ENERGIES = [
  'importMilliwattHours',
  'exportMilliwattHours',
  'sharedInMilliwattHours',
  'sharedOutMilliwattHours',
] as const;

function dayFaults(statement: StatementV1): StatementFault[] {
  const { days } = statement;
  const first = days[0];
  return [
    ...differs('days', first?.start ?? '', statement.start),
    ...differs('days', days.at(-1)?.end ?? '', statement.end),
    ...days
      .slice(1)
      .flatMap(({ start }, index) =>
        differs(`days[${index + 1}].start`, start, days[index]?.end ?? ''),
      ),
    ...ENERGIES.flatMap((field) =>
      differs(
        `energy.${field}`,
        BigInt(statement.energy[field]),
        sum(days.map((day) => day[field])),
      ),
    ),
    ...differs(
      'exactPico',
      BigInt(statement.exactPico),
      // Charges and VAT belong to the period, not to a day.
      sum([
        ...days.map((day) => day.costPico),
        ...statement.lines
          .filter(({ charge }) => charge !== undefined)
          .map((line) => line.exactPico),
      ]),
    ),
  ];
}

function proofFaults(statement: StatementV1, hash: HashPort): StatementFault[] {
  const { member, merkleRoot, leafCount } = statement;
  const root = fromHex(merkleRoot);
  return statementLeaves(statement, hash).flatMap((leaf, index) => {
    const { leafIndex = -1, proof = [] } = statement.days[index] ?? {};
    const claim = {
      leafHash: leafHash(hash, leafBytes(leaf)),
      index: leafIndex,
      size: leafCount,
      root,
      proof: proof.map((node) => fromHex(node)),
    };
    if (verifyInclusion(hash, claim)) return [];
    const lines = leaf.lines === undefined ? '' : ', a line of the statement';
    return [
      {
        path: `days[${index}]`,
        reason: `days[${index}]: ${leaf.date} of ${member} does not lie in the tree with root ${merkleRoot}; the day${lines} or its proof was changed`,
      },
    ];
  });
}
