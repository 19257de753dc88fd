import type { Charge, Vat } from '@microgrid/tariff';
import { compareIds, formatPrice, parsePrice } from '@microgrid/units';
import type { Community } from './community.js';
import type { CommunityInput } from './community-schema.js';
import { decimal, normalTariff } from './normal-key.js';
import { withoutUndefined } from './without-undefined.js';

/** The slots of a contract beside its key and prices. */
export type ContractRules = Pick<
  Community,
  | 'decidedBy'
  | 'unused'
  | 'plants'
  | 'calendar'
  | 'missing'
  | 'minimumMeasuredEnergyShare'
  | 'charges'
  | 'vat'
  | 'rounding'
  | 'exportEligibility'
  | 'priceLimits'
  | 'exportConstraints'
  | 'reserveLevels'
>;

/**
 * The rules in their one form. What a rule says without being written is not written out, so that
 * contracts from before the rule existed keep their bytes.
 */
export function normalRules(input: CommunityInput): ContractRules {
  const { decidedBy, unused, plants, calendar, missing, minimumMeasuredEnergyShare } = input;
  return withoutUndefined<ContractRules>({
    decidedBy: decidedBy === 'community' ? undefined : decidedBy,
    unused: unused === 'grid' ? undefined : unused,
    plants: plants?.by === 'injection' ? undefined : plants,
    calendar: normalCalendar(calendar),
    missing: missing === 'stop' ? undefined : missing,
    minimumMeasuredEnergyShare: spelled(minimumMeasuredEnergyShare),
    charges: filled(input.charges)
      ?.map(normalCharge)
      .sort((a, b) => compareIds(a.id, b.id) || compareIds(a.validFrom ?? '', b.validFrom ?? '')),
    vat: filled(input.vat)
      ?.map(normalVat)
      .sort((a, b) => compareIds(a.id, b.id)),
    rounding: input.rounding,
    exportEligibility: normalEligibility(input.exportEligibility),
    priceLimits: input.priceLimits && {
      ...input.priceLimits,
      minimum: price(input.priceLimits.minimum),
      maximum: price(input.priceLimits.maximum),
    },
    exportConstraints: filled(input.exportConstraints)?.map((constraint) => ({
      ...constraint,
      points: sortedOnce(constraint.points),
      limitKilowatts: decimal(constraint.limitKilowatts),
    })),
    reserveLevels: filled(input.reserveLevels)
      ?.map((level) => ({ ...level, minimumPercent: decimal(level.minimumPercent) }))
      .sort(
        (a, b) => compareIds(a.point, b.point) || compareIds(a.validFrom ?? '', b.validFrom ?? ''),
      ),
  });
}

function normalCalendar(calendar: CommunityInput['calendar']): CommunityInput['calendar'] {
  if (calendar === undefined) return undefined;
  const { holidays } = calendar;
  const once = (dates: readonly string[]): string[] => [...new Set(dates)].sort(compareIds);
  if (!('calendar' in holidays)) {
    return holidays.length === 0 ? undefined : { holidays: once(holidays) };
  }
  const { add = [], remove = [] } = holidays;
  return {
    holidays: {
      calendar: holidays.calendar,
      ...(add.length > 0 && { add: once(add) }),
      ...(remove.length > 0 && { remove: once(remove) }),
    },
  };
}

function normalCharge(charge: Charge): Charge {
  return {
    ...charge,
    rate: typeof charge.rate === 'string' ? decimal(charge.rate) : normalTariff(charge.rate),
    exemptionPercent: spelled(charge.exemptionPercent),
    of: sortedOnce(charge.of),
    points: sortedOnce(charge.points),
  };
}

function sortedOnce(ids: readonly string[] | undefined): string[] | undefined {
  return ids && [...new Set(ids)].sort(compareIds);
}

function normalVat({ rates, ...vat }: Vat): Vat {
  return {
    ...vat,
    rates: [...rates]
      .sort((a, b) => compareIds(a.validFrom, b.validFrom))
      .map((rate) => ({ ...rate, percent: decimal(rate.percent) })),
  };
}

function normalEligibility(
  eligibility: CommunityInput['exportEligibility'],
): CommunityInput['exportEligibility'] {
  return (
    eligibility && {
      ...eligibility,
      maximumInstalledKilowatts: spelled(eligibility.maximumInstalledKilowatts),
      maximumInstalledKilowattsPerPlant: spelled(eligibility.maximumInstalledKilowattsPerPlant),
      proximity: filled(eligibility.proximity)?.map((rule) => ({
        ...rule,
        levels: Object.fromEntries(
          Object.entries(rule.levels).map(([level, tests]) => [
            level,
            tests.map((test) => ({ ...test, withinKilometres: spelled(test.withinKilometres) })),
          ]),
        ),
      })),
    }
  );
}

function filled<T>(list: readonly T[] | undefined): readonly T[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list;
}

function spelled(text: string | undefined): string | undefined {
  return text === undefined ? undefined : decimal(text);
}

function price(text: string | undefined): string | undefined {
  return text === undefined || text === 'import' || text === 'export'
    ? text
    : formatPrice(parsePrice(text));
}
