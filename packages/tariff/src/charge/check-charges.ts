import { compareIds } from '@microgrid/units';
import type { Tariff } from '../tariff.js';
import { chargeDirection, type Charge } from './charge.js';

/** Something wrong between the entries of a list of charges. */
export interface ChargeProblem {
  readonly path: (string | number)[];
  readonly message: string;
}

interface Entry {
  readonly index: number;
  readonly charge: Charge;
}

/** Everything wrong between the fields and the entries of a list of charges. */
export function checkCharges(charges: readonly Charge[]): ChargeProblem[] {
  const versions = new Map<string, Entry[]>();
  for (const [index, charge] of charges.entries()) {
    versions.set(charge.id, [...(versions.get(charge.id) ?? []), { index, charge }]);
  }
  return [
    ...charges.flatMap((charge, index) => checkFields({ index, charge }, versions)),
    ...[...versions.values()].flatMap(checkVersions),
    ...checkCycles(versions),
  ];
}

function checkFields(
  { index, charge }: Entry,
  versions: ReadonlyMap<string, Entry[]>,
): ChargeProblem[] {
  const problems: ChargeProblem[] = [];
  const say = (field: string, message: string): void => {
    problems.push({ path: [index, field], message });
  };
  const { on, per, of, rate, exemptionPercent, validFrom, validTo } = charge;
  if (per === 'kWh' && on === 'point') say('on', 'an energy flow, as the charge is per kWh');
  if (per !== 'kWh' && per !== 'percent' && on !== 'point') {
    say('on', `point, as the charge is per ${per}`);
  }
  if (typeof rate !== 'string' && per !== 'kWh') {
    say('rate', `a decimal, as the charge is per ${per}`);
  }
  if (exemptionPercent !== undefined && Number(exemptionPercent) > 100) {
    say('exemptionPercent', 'a percentage of at most 100');
  }
  if (exemptionPercent !== undefined && typeof rate !== 'string' && hasOwnExemption(rate)) {
    say('exemptionPercent', 'no such field: the access tariff names its exemption itself');
  }
  if (validFrom !== undefined && validTo !== undefined && validFrom >= validTo) {
    say('validTo', `a date after validFrom ${validFrom}`);
  }
  if (per !== 'percent' && of !== undefined)
    say('of', 'no such field: only percent charges have it');
  if (per === 'percent') problems.push(...checkBase({ index, charge }, versions));
  return problems;
}

function hasOwnExemption(tariff: Tariff): boolean {
  if (tariff.type === 'sum') return tariff.parts.some(hasOwnExemption);
  if (tariff.type === 'dated') return tariff.versions.some((one) => hasOwnExemption(one.tariff));
  return tariff.type === 'access' && tariff.exemptionPercent !== undefined;
}

function checkBase(
  { index, charge }: Entry,
  versions: ReadonlyMap<string, Entry[]>,
): ChargeProblem[] {
  if (charge.of === undefined) {
    return [{ path: [index, 'of'], message: 'the ids of the charges it is a percentage of' }];
  }
  const problems: ChargeProblem[] = [];
  const directions = new Set<string>();
  for (const [position, id] of charge.of.entries()) {
    const first = versions.get(id)?.[0];
    if (first === undefined) {
      problems.push({ path: [index, 'of', position], message: 'the id of a charge in this list' });
    } else directions.add(chargeDirection(first.charge));
    if (charge.of.indexOf(id) !== position) {
      problems.push({ path: [index, 'of', position], message: 'each charge once' });
    }
  }
  if (directions.size > 1) {
    const message = 'charges of one direction: what is paid and what is earned have no common base';
    problems.push({ path: [index, 'of'], message });
  }
  return problems;
}

const SAME = ['on', 'per', 'direction', 'payTo', 'vat'] as const;
const LISTS = [
  ['of', 'charges'],
  ['points', 'points'],
] as const;

/** Versions of one charge follow each other in time and differ only in their rate. */
function checkVersions(entries: readonly Entry[]): ChargeProblem[] {
  const order = [...entries].sort((a, b) =>
    compareIds(a.charge.validFrom ?? '', b.charge.validFrom ?? ''),
  );
  return order.slice(1).flatMap(({ index, charge }, position) => {
    const before = order[position];
    if (before === undefined) return [];
    const problems: ChargeProblem[] = [];
    if (charge.validFrom === undefined || before.charge.validTo !== charge.validFrom) {
      const end = before.charge.validTo;
      problems.push({
        path: [index, 'validFrom'],
        message:
          end === undefined
            ? `no other version of ${charge.id} without validTo before it`
            : `${end}, when the version of ${charge.id} before it ends`,
      });
    }
    const differs = SAME.find((field) => charge[field] !== before.charge[field]);
    if (differs !== undefined) {
      const message = `the same as in the other versions of ${charge.id}`;
      problems.push({ path: [index, differs], message });
    }
    for (const [field, what] of LISTS) {
      if (sorted(charge[field]) === sorted(before.charge[field])) continue;
      const message = `the same ${what} as in the other versions of ${charge.id}`;
      problems.push({ path: [index, field], message });
    }
    return problems;
  });
}

function sorted(ids: readonly string[] | undefined): string {
  return JSON.stringify([...new Set(ids ?? [])].sort(compareIds));
}

/** A percentage of itself, directly or around a circle, has no amount. */
function checkCycles(versions: ReadonlyMap<string, Entry[]>): ChargeProblem[] {
  const done = new Set<string>();
  const problems: ChargeProblem[] = [];
  const visit = (id: string, above: readonly string[]): void => {
    const entry = versions.get(id)?.[0];
    if (entry === undefined || done.has(id)) return;
    if (above.includes(id)) {
      const circle = [...above.slice(above.indexOf(id)), id].join(' → ');
      problems.push({ path: [entry.index, 'of'], message: `no percentage of itself: ${circle}` });
      return;
    }
    for (const next of entry.charge.of ?? []) visit(next, [...above, id]);
    done.add(id);
  };
  for (const id of versions.keys()) visit(id, []);
  return problems;
}
