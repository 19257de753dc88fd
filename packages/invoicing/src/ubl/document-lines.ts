import type { StatementLine, StatementV1 } from '@microgrid/events';
import { fraction, picoOf, roundFraction } from '@microgrid/tariff';
import {
  formatKilowattHours,
  numeratorAt,
  parseRatio,
  PICO_PER_CENT,
  roundToCents,
  type Pico,
} from '@microgrid/units';
import { InvoicingError } from '../invoicing-error.js';
import type { DocumentFacts, VatTreatment } from './document-parties.js';

/** A line of a document (BG-25). */
export interface DocumentLine {
  /** Item name (BT-153). */
  readonly name: string;
  /** Quantity without its sign, decimal text (BT-129). */
  readonly quantity: string;
  /** UN/ECE Recommendation 20 (BT-130). */
  readonly unit: string;
  /** Net amount in whole cents, of either sign (BT-131). */
  readonly netPico: Pico;
  readonly vat: VatTreatment;
}

/** All lines of one VAT category and rate (BG-23). */
export interface DocumentVat {
  readonly vat: VatTreatment;
  /** Taxable amount (BT-116). */
  readonly netPico: Pico;
  /** Tax amount, rounded once (BT-117). */
  readonly taxPico: Pico;
}

const ENERGY_NAMES: Readonly<Partial<Record<StatementLine['line'], string>>> = {
  supply: 'Energy supplied',
  sharedIn: 'Shared energy taken',
  sharedOut: 'Shared energy given',
  surplus: 'Surplus energy',
  ownSurplus: 'Surplus of the own part of the pool',
};

/** Units of charges; a kVA for a day has no code of its own and counts as a piece. */
const UNITS: Readonly<Record<string, string>> = {
  kWh: 'KWH',
  'kVA-day': 'C62',
  day: 'DAY',
  month: 'MON',
  currency: 'C62',
};

/**
 * A statement's lines as an invoice has them: nets only, rounded to the cent; its lines of VAT and
 * rounding are left out, for the document takes VAT itself.
 * @throws InvoicingError `missing-data` where a line's VAT treatment is not known.
 */
export function documentLines({ lines }: StatementV1, facts: DocumentFacts): DocumentLine[] {
  return lines.flatMap((line): DocumentLine[] => {
    const netPico = roundToCents(BigInt(line.amountPico));
    if (line.line === 'charge') {
      const { charge: id = '', meteringPoint = '', unit = '', quantity = '0' } = line.charge ?? {};
      const about = [id, line.charge?.period, meteringPoint].filter((part) => part !== undefined);
      const vat = chargeVat(line, facts);
      return documentLine({
        name: about.join(', '),
        quantity,
        unit: UNITS[unit] ?? 'C62',
        netPico,
        vat,
      });
    }
    const name = ENERGY_NAMES[line.line];
    if (name === undefined) return [];
    const quantity = formatKilowattHours(BigInt(line.energyMilliwattHours));
    if (netPico === 0n && line.energyMilliwattHours === '0') return [];
    const vat = facts.energyVat ?? missing('energyVat', `line ${line.line} (BT-151)`);
    return documentLine({ name, quantity, unit: 'KWH', netPico, vat });
  });
}

function documentLine(line: DocumentLine): DocumentLine[] {
  const quantity = line.quantity.replace(/^-/, '');
  const nothing = /^0(?:\.0*)?$/.test(quantity);
  if (nothing && line.netPico === 0n) return [];
  return [nothing ? { ...line, quantity: '1', unit: 'C62' } : { ...line, quantity }];
}

function chargeVat({ charge }: StatementLine, facts: DocumentFacts): VatTreatment {
  const { vatPercent, charge: id = '' } = charge ?? {};
  if (vatPercent === undefined) {
    return facts.chargesWithoutVat ?? missing('chargesWithoutVat', `charge ${id} (BT-151)`);
  }
  const { numerator } = parseRatio(vatPercent);
  return numerator === 0n ? { category: 'Z' } : { category: 'S', percent: vatPercent };
}

function missing(field: string, where: string): never {
  throw new InvoicingError(
    'missing-data',
    `document: ${field} is missing; ${where} needs to know its VAT`,
  );
}

function key({ category, percent = '0', reason = '' }: VatTreatment): string {
  const { numerator, scale } = parseRatio(percent);
  return JSON.stringify([category, numeratorAt({ numerator, scale }, 12).toString(), reason]);
}

/**
 * The VAT breakdown: the nets of each category and rate are summed, and their tax rounded once, half
 * away from zero to the cent (EN 16931, BR-CO-17).
 * @throws InvoicingError `missing-data` where `O` stands beside other categories (BR-O-11).
 */
export function documentVat(lines: readonly DocumentLine[]): DocumentVat[] {
  const byKey = new Map<string, { vat: VatTreatment; netPico: Pico }>();
  for (const { vat, netPico } of lines) {
    const known = byKey.get(key(vat));
    byKey.set(key(vat), { vat: known?.vat ?? vat, netPico: (known?.netPico ?? 0n) + netPico });
  }
  if (byKey.size > 1 && lines.some(({ vat }) => vat.category === 'O')) {
    throw new InvoicingError(
      'missing-data',
      'document: VAT category O (outside the scope) stands beside others, which EN 16931 does not allow (BR-O-11); give the lines without VAT category E or Z',
    );
  }
  return [...byKey.values()].map(({ vat, netPico }) => {
    const { numerator, scale } = parseRatio(vat.percent ?? '0');
    const exact = fraction(netPico * numerator, 10n ** BigInt(scale) * 100n * 10n ** 12n);
    return {
      vat,
      netPico,
      taxPico: picoOf(roundFraction(exact, { decimals: 2, mode: 'half-away' })),
    };
  });
}

/** An amount in whole cents with two decimals, its sign turned for a credit note. */
export function documentAmount(amount: Pico, sign: 1n | -1n): string {
  const cents = (amount * sign) / PICO_PER_CENT;
  const size = (cents < 0n ? -cents : cents).toString().padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${size.slice(0, -2)}.${size.slice(-2)}`;
}
