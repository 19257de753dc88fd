import {
  multiplyFractions,
  subtractFractions,
  sumFractions,
  type Fraction,
} from '@microgrid/tariff';
import type { SettledPeriod } from '@microgrid/settlement';
import { NotUnderstood } from '../case-error.js';
import type { CaseFile } from '../case-file.js';
import { Refused, type Actual } from '../compare.js';
import { numberOf } from '../decimal.js';
import type { Executor } from '../executor.js';
import { isList, isRecord, textOf, type Json, type JsonRecord } from '../json.js';
import { allocationProblem } from './allocation-cases.js';
import {
  aloneFlows,
  flowsOf,
  HomeBills,
  homePrices,
  type HomeFlows,
  type HomePrices,
  type Slot,
} from './home-bills.js';
import { settleProblem } from './settle-problem.js';

/**
 * `2025-03-13T08:00, 15 min in a 31-day month`, or a record of start and minutes. The month has the
 * days of its date where they are not said.
 */
function slotOf(value: Json | undefined): Slot {
  const text = isRecord(value) ? JSON.stringify(value) : textOf(value);
  const start = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.exec(text)?.[0];
  if (start === undefined) throw new NotUnderstood(`a slot of ${JSON.stringify(value)}`);
  const minutes = Number(/(\d+) min|"\w*min\w*":(\d+)/.exec(text)?.slice(1).find(Boolean) ?? 15);
  const said = /(\d+)-day|"days\w*":(\d+)/.exec(text)?.slice(1).find(Boolean);
  const startMs = Date.parse(`${start}Z`);
  const { year, month } = /(?<year>\d{4})-(?<month>\d{2})/.exec(start)?.groups ?? {};
  const days = said ?? new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return { startMs, minutes, intervalsOfMonth: (Number(days) * 1440) / minutes };
}

interface Home {
  readonly id: string;
  readonly flows: HomeFlows;
  readonly production: Fraction;
  readonly consumption: Fraction;
}

/** Homes that net their own production, share the rest by fixed coefficients and are billed. */
class Homes {
  private readonly homes: readonly Home[];

  constructor(
    settled: SettledPeriod,
    homes: JsonRecord,
    private readonly prices: HomePrices,
    private readonly bills: HomeBills,
  ) {
    this.homes = Object.entries(homes).map(([id, one]) => ({
      id,
      flows: flowsOf(settled, id),
      production: numberOf(isRecord(one) ? (one['production'] ?? 0) : 0, id),
      consumption: numberOf(isRecord(one) ? (one['consumption'] ?? 0) : 0, id),
    }));
  }

  answer(name: string, expected: Json): Actual {
    if (name === 'community') return this.fields(expected, (field) => this.energy(field));
    if (name === 'trades') return this.trades(expected);
    if (name === 'community_bill') return this.fields(expected, (field) => this.together(field));
    const home = this.homes.find(({ id }) => id === name);
    if (home === undefined) throw new NotUnderstood(`expected.${name} means nothing here`);
    return this.fields(expected, (field) => this.homeBill(home, field));
  }

  private fields(expected: Json, of: (field: string) => Actual): Actual {
    if (!isRecord(expected)) throw new NotUnderstood('expected named results');
    return Object.fromEntries(Object.keys(expected).map((field) => [field, of(field)]));
  }

  private sum(of: (home: Home) => Fraction): Fraction {
    return sumFractions(this.homes.map(of));
  }

  private energy(field: string): Actual {
    const flow = (name: keyof HomeFlows): Fraction => this.sum(({ flows }) => flows[name]);
    switch (field) {
      case 'production':
        return this.sum(({ production }) => production);
      case 'consumption':
        return this.sum(({ consumption }) => consumption);
      case 'surplus':
        return sumFractions([flow('surplus'), flow('sharedOut')]);
      case 'need':
        return sumFractions([flow('supply'), flow('sharedIn')]);
      case 'bought_from_community':
      case 'sold_to_community':
        return flow('sharedIn');
      case 'sold_to_grid':
        return flow('surplus');
      case 'bought_from_grid':
        return flow('supply');
      case 'self_consumed':
        return subtractFractions(
          this.sum(({ consumption }) => consumption),
          flow('supply'),
        );
      default:
        throw new NotUnderstood(`expected.community.${field} means nothing here`);
    }
  }

  /** `[seller, buyer, kWh]`, sellers first; then trades nobody expects. */
  private trades(expected: Json): Actual {
    const trades = this.homes.flatMap(({ id, flows }): [string, string, Fraction][] => [
      [id, 'Community', flows.sharedOut],
      [id, 'Grid', flows.surplus],
      ['Community', id, flows.sharedIn],
      ['Grid', id, flows.supply],
    ]);
    const real = trades.filter(([, , energy]) => energy.numerator > 0n);
    const wanted = isList(expected) ? expected : [];
    const place = ([seller, buyer]: readonly [string, string, Fraction]): number => {
      const at = wanted.findIndex((one) => isList(one) && one[0] === seller && one[1] === buyer);
      return at === -1 ? wanted.length : at;
    };
    return [...real].sort((a, b) => place(a) - place(b));
  }

  private homeBill({ flows }: Home, field: string): Actual {
    const { bills } = this;
    switch (field) {
      case 'earned_from_community':
        return bills.of(flows, 'community-out');
      case 'earned_from_grid':
        return bills.of(flows, 'feed-in');
      case 'spent_to_community':
        return bills.of(flows, 'community-in');
      case 'spent_to_grid':
        return bills.of(flows, 'market-maker', 'grid-import', 'fee');
      case 'bill':
      case 'gsy_energy_bill':
      case 'energy_bill':
        return bills.total(flows);
      case 'base_bill':
      case 'base_energy_bill':
        return bills.total(aloneFlows(flows));
      case 'savings':
        return subtractFractions(bills.total(aloneFlows(flows)), bills.total(flows));
      case 'bought_from_community':
        return flows.sharedIn;
      case 'sold_to_community':
        return flows.sharedOut;
      case 'bought_from_grid':
        return flows.supply;
      case 'sold_to_grid':
        return flows.surplus;
      default:
        throw new NotUnderstood(`the field ${field} of a home means nothing here`);
    }
  }

  private together(field: string): Actual {
    const { bills, prices } = this;
    const alone = this.sum(({ flows }) => bills.total(aloneFlows(flows)));
    const billed = this.sum(({ flows }) => bills.total(flows));
    switch (field) {
      case 'gsy_energy_bill':
      case 'energy_bill':
      case 'bill':
        return billed;
      case 'base_bill':
      case 'base_energy_bill':
        return alone;
      case 'savings':
        return subtractFractions(alone, billed);
      case 'spent_to_grid':
        return this.sum(({ flows }) => bills.of(flows, 'market-maker', 'grid-import', 'fee'));
      case 'spent_to_community':
        return this.sum(({ flows }) => bills.of(flows, 'community-in'));
      case 'earned_from_community':
        return this.sum(({ flows }) => bills.of(flows, 'community-out'));
      case 'earned_from_grid':
        return this.sum(({ flows }) => bills.of(flows, 'feed-in'));
      case 'export_grid_fees':
        return this.per(prices.gridExportFee, 'surplus');
      case 'import_grid_fees':
        return this.importFees();
      case 'fees':
        // The peer's totals: every fee on all energy bought, also where nobody is charged with it.
        return Object.fromEntries(
          Object.entries(prices.perKilowattHour).map(([name, fee]) => [
            name,
            sumFractions([this.per(fee, 'supply'), this.per(fee, 'sharedIn')]),
          ]),
        );
      default:
        throw new NotUnderstood(`expected.community_bill.${field} means nothing here`);
    }
  }

  private per(rate: string, flow: keyof HomeFlows): Fraction {
    return multiplyFractions(
      numberOf(rate, flow),
      this.sum(({ flows }) => flows[flow]),
    );
  }

  /** On grid energy the whole fee, on community energy what its rate has above the market maker's. */
  private importFees(): Fraction {
    const { prices } = this;
    const above = subtractFractions(
      numberOf(prices.community, 'community'),
      numberOf(prices.marketMaker, 'market maker'),
    );
    return sumFractions([
      this.per(prices.gridImportFee, 'supply'),
      multiplyFractions(
        above,
        this.sum(({ flows }) => flows.sharedIn),
      ),
    ]);
  }
}

function homesOf(one: CaseFile, input: JsonRecord, homes: JsonRecord): Homes {
  const prices = Object.entries(input).find(([key]) => /^prices/.test(key))?.[1];
  if (!isRecord(prices)) throw new NotUnderstood('homes without prices');
  const problem = allocationProblem({ homes, netting: 'interval' }, one.country);
  if (problem === undefined) throw new NotUnderstood('homes without production');
  const settled = settleProblem(problem);
  if (settled instanceof Refused) throw new NotUnderstood(settled.message);
  const stack = homePrices(prices, one.notes);
  return new Homes(settled, homes, stack, new HomeBills(stack, slotOf(input['slot'])));
}

/** A community of homes with its prices: energies, trades and bills. */
export const homeCases: Executor = {
  kind: 'allocation and bill',
  run(one) {
    const { input, expected } = one;
    if (!isRecord(input) || !isRecord(input['homes']) || !isRecord(expected)) return undefined;
    if (!Object.keys(input).some((key) => /^prices/.test(key))) return undefined;
    const homes = homesOf(one, input, input['homes']);
    const actual = Object.entries(expected).map(
      ([name, value]) => [name, homes.answer(name, value)] as const,
    );
    return [{ name: '', expected, actual: Object.fromEntries(actual) }];
  },
};
