import type { NetStructure } from '@microgrid/petri';
import { CONTROL_PLACES, type ControlPlace, type SettlementScope } from './settlement-net.js';
import type { SettlementParameters } from './settlement-parameters.js';
import type { UnitAmounts } from './unit-net.js';

/** Something the settlement must or must not do, as a formula over a unit net (syntax of `query`). */
export interface SettlementRequirement {
  readonly name: string;
  readonly formula: string;
}

/** A net, and what it was made for. */
export interface RequirementSubject {
  readonly structure: NetStructure;
  readonly scope: SettlementScope;
  readonly parameters: SettlementParameters;
  readonly amounts: UnitAmounts;
}

/** Where a case has to be for a unit to move, or for a step that only looks. */
const PERMITS: Readonly<Record<string, readonly ControlPlace[]>> = {
  'applyRules.netOff': ['validated'],
  'applyRulesToEstimate.netOff': ['estimated'],
  'match.share': ['matching', 'billing'],
  'attributeExport.lose': ['lossesOpen'],
  'attributeExport.feedIn': ['lossesOpen'],
  'supplyRest.supply': ['supplyOpen'],
  'pay.collect': ['awaitingPayment'],
  'coverArrears.cover': ['inArrears'],
  'coverArrears.defer': ['inArrears'],
  'credit.transfer': ['awaitingCredit'],
  'resettle.returnToPayer': ['reversing'],
  'resettle.returnToFund': ['reversing'],
  'resettle.cancelDeferred': ['reversing'],
  'resettle.undoNetting': ['reversing'],
  'resettle.undoLosses': ['reversing'],
  'resettle.undoSurplus': ['reversing'],
  'resettle.undoResidual': ['reversing'],
  raiseDispute: ['issued'],
  noteLate: ['manual'],
  noteUpheld: ['manual'],
};

/** Writes formulas about the places a net has. */
class Subject {
  private readonly places: ReadonlySet<string>;

  constructor(readonly subject: RequirementSubject) {
    this.places = new Set(subject.structure.places.map(({ name }) => name));
  }

  /** The places of a family that the net has: all versions, attempts, dispute counts. */
  family(place: ControlPlace): string[] {
    return [...this.places].filter((name) => name === place || name.startsWith(`${place}.`));
  }

  /** A value place's names, by metering point where there are several. */
  values(place: string): string[] {
    return [...this.places].filter((name) => name === place || name.startsWith(`${place}.p`));
  }

  sum(names: readonly string[]): string {
    return names.length === 0 ? '0' : names.join(' + ');
  }

  /** Wherever a case is at a place, these value places are empty. */
  emptyAt(places: readonly string[], values: readonly string[]): string {
    const held = this.sum(values.flatMap((value) => this.values(value)));
    return places.map((place) => `AG (${place} == 0 || ${held} == 0)`).join(' && ');
  }

  /** What holds whenever a step can end. */
  before(step: string, conditions: readonly string[]): string {
    const names = this.subject.structure.transitions
      .map(({ name }) => name)
      .filter((name) => new RegExp(`^${step}(\\.\\d+)*$`).test(name));
    const all = conditions.map((condition) => `(${condition})`).join(' && ');
    return names.map((name) => `AG (!fireable("${name}") || (${all}))`).join(' && ');
  }

  /** What fires only under its permit. */
  permits(): string {
    const clauses = this.subject.structure.transitions.flatMap(({ name }) => {
      const [step = '', second = ''] = name.split('.');
      const family = PERMITS[`${step}.${second}`] ?? PERMITS[step] ?? [];
      const numbers = name.split('.').filter((part) => /^\d+$/.test(part));
      return family
        .filter((place) => this.family(place).length > 0)
        .map((place) => {
          const own = [place, ...numbers.slice(0, CONTROL_PLACES[place].indices.length)].join('.');
          return `(!fireable("${name}") || ${this.places.has(own) ? own : '0'} > 0)`;
        });
    });
    return clauses.length === 0 ? 'true' : `AG (${clauses.join(' && ')})`;
  }
}

function total(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function energyRequirements(s: Subject): SettlementRequirement[] {
  const { amounts } = s.subject;
  return [
    {
      name: 'no event without readings or a substitute',
      formula: '!(E[validated.0 + estimated == 0 U issued.0 > 0])',
    },
    {
      name: 'what is attributed is attributed in full',
      formula: `${s.emptyAt(s.family('lossesDone'), ['exportPending'])} && ${s.emptyAt(s.family('supplyDone'), ['importPending'])}`,
    },
    {
      name: 'a correction begins with exactly what was read',
      formula: s.before('resettle', [
        `${s.sum(s.values('importPending'))} == ${total(amounts.imports)}`,
        `${s.sum(s.values('exportPending'))} == ${total(amounts.exports)}`,
      ]),
    },
    {
      name: 'nothing is unattributed in the end',
      formula: s.emptyAt(['closed'], ['importPending', 'exportPending']),
    },
  ];
}

function paymentRequirements(s: Subject): SettlementRequirement[] {
  const { parameters } = s.subject;
  return [
    {
      name: 'no payment is asked for without an event',
      formula: `AG (${s
        .family('awaitingPayment')
        .map((place) => `(${place} == 0 || issued.${place.split('.')[1] ?? ''} > 0)`)
        .join(' && ')})`,
    },
    {
      name: 'arrears only after the last retry',
      formula: s
        .family('inArrears')
        .map(
          (place) =>
            `!(E[paymentFailed.${place.split('.')[1] ?? ''}.${parameters.retries} == 0 U ${place} > 0])`,
        )
        .join(' && '),
    },
    {
      name: 'disputes are counted',
      formula: s
        .family('disputed')
        .map((place) => `AG (${place} == 0 || AG (un${place} == 0))`)
        .join(' && '),
    },
    {
      name: 'paid means that nothing is due',
      formula: s.emptyAt(s.family('paid'), ['due']),
    },
    {
      name: 'settled means that nothing is claimed or held',
      formula: s.emptyAt(s.family('settled'), ['due', 'claim', 'escrow']),
    },
    {
      name: 'a correction begins with all money returned',
      formula: s.before('resettle', [
        `${s.sum(['due', 'claim', 'escrow', 'payeeCash', 'deferred', 'paidByPayer', 'paidByFund'].flatMap((place) => s.values(place)))} == 0`,
      ]),
    },
    {
      name: 'nothing is due, claimed or held in the end',
      formula: s.emptyAt(['closed'], ['due', 'claim', 'escrow']),
    },
  ];
}

/**
 * What every settlement net has to keep, whatever happens in whatever order. Written apart from the
 * declaration, so that a fault there does not carry over to here.
 */
export function settlementRequirements(subject: RequirementSubject): SettlementRequirement[] {
  const s = new Subject(subject);
  const { scope, parameters } = subject;
  const requirements: SettlementRequirement[] = [
    { name: 'units move only in their own step', formula: s.permits() },
    {
      name: 'at most one version is open',
      formula: `AG (${s.sum([...s.family('issued'), ...s.family('reversing'), 'manual', 'closed'])} <= 1)`,
    },
    {
      name: 'corrections are counted',
      formula:
        parameters.corrections === 0
          ? 'true'
          : `!(E[issued.0 == 0 U issued.${parameters.corrections} > 0])`,
    },
  ];
  if (scope !== 'payment') requirements.push(...energyRequirements(s));
  if (scope !== 'energy') requirements.push(...paymentRequirements(s));
  return requirements.filter(({ formula }) => formula !== '');
}
