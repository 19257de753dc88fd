import type { SettlementParameters } from './settlement-parameters.js';

/**
 * The two cases of a settlement: the energy case is one community in one interval, the payment case
 * one member's statement. `whole` is both at once, their common steps being one.
 */
export type SettlementCase = 'energy' | 'payment';

/** Which net is meant. */
export type SettlementScope = SettlementCase | 'whole';

/** What a control place or step counts: version, payment attempt, dispute. */
export type IndexName = 'v' | 'a' | 'd';

/** A version 0..R, an attempt 0..A and a dispute count 0..D, as far as they are known. */
export type Indices = Readonly<Partial<Record<IndexName, number>>>;

interface ControlDeclaration {
  readonly cases: readonly SettlementCase[];
  readonly indices: readonly IndexName[];
}

const E = ['energy'] as const;
const P = ['payment'] as const;
const BOTH = ['energy', 'payment'] as const;

/** Where a case stands; every one holds at most one token. */
export const CONTROL_PLACES = {
  /** Not begun. */
  start: { cases: BOTH, indices: [] },
  waitingForData: { cases: E, indices: [] },
  /** Readings came that the validation refused. */
  quarantine: { cases: E, indices: [] },
  /** Readings were substituted. */
  estimated: { cases: E, indices: [] },
  validated: { cases: E, indices: ['v'] },
  /** The contract's rules are applied. */
  ruled: { cases: E, indices: ['v'] },
  /** A capacity is exceeded. */
  limited: { cases: E, indices: ['v'] },
  matching: { cases: E, indices: ['v'] },
  lossesOpen: { cases: E, indices: ['v'] },
  supplyOpen: { cases: E, indices: ['v'] },
  lossesDone: { cases: E, indices: ['v'] },
  supplyDone: { cases: E, indices: ['v'] },
  /** The statement is being made. */
  billing: { cases: P, indices: ['v'] },
  awaitingPayment: { cases: P, indices: ['v', 'a'] },
  paymentFailed: { cases: P, indices: ['v', 'a'] },
  inArrears: { cases: P, indices: ['v'] },
  paid: { cases: P, indices: ['v'] },
  awaitingCredit: { cases: P, indices: ['v'] },
  /** Paid and credited. */
  settled: { cases: P, indices: ['v'] },
  /** Issued: from here on it can be disputed, corrected or closed. */
  issued: { cases: BOTH, indices: ['v'] },
  reversing: { cases: BOTH, indices: ['v'] },
  /** No correction is left: a person has to close. */
  manual: { cases: BOTH, indices: [] },
  closed: { cases: BOTH, indices: [] },
  onTime: { cases: E, indices: [] },
  /** Other readings arrived after the first ones. */
  late: { cases: E, indices: [] },
  undisputed: { cases: P, indices: ['d'] },
  disputed: { cases: P, indices: ['d'] },
  disputeUpheld: { cases: P, indices: ['d'] },
} as const satisfies Readonly<Record<string, ControlDeclaration>>;

/** A control place of the declaration. */
export type ControlPlace = keyof typeof CONTROL_PLACES;

/** Where each mWh and each unit of money lies, and in which case. */
export const VALUE_PLACES = {
  importPending: 'energy',
  nettedImport: 'energy',
  sharedIn: 'energy',
  residual: 'energy',
  exportPending: 'energy',
  nettedExport: 'energy',
  sharedOut: 'energy',
  losses: 'energy',
  surplus: 'energy',
  due: 'payment',
  claim: 'payment',
  escrow: 'payment',
  payerCash: 'payment',
  paidByPayer: 'payment',
  fund: 'payment',
  paidByFund: 'payment',
  deferred: 'payment',
  payeeCash: 'payment',
} as const satisfies Readonly<Record<string, SettlementCase>>;

/** A value place of the declaration. */
export type ValuePlace = keyof typeof VALUE_PLACES;

/** Whether a place holds energy. */
export function isEnergyPlace(name: string): boolean {
  return Object.hasOwn(VALUE_PLACES, name) && VALUE_PLACES[name as ValuePlace] === 'energy';
}

/** A control place with its indices: a name binds, a number fixes, `+ 1` counts on. */
export interface ControlArc {
  readonly place: ControlPlace;
  /** Indices by name where they are not just the step's own. */
  readonly at?: Readonly<Partial<Record<IndexName, number | 'next' | 'last'>>>;
  /** Takes only a token that has lain there so long. */
  readonly after?: 'substituteAfterMs' | 'paymentTimeoutMs' | 'correctionWindowMs';
}

/** Units going from places to places: one of each. */
export interface ValueMove {
  readonly name: string;
  readonly take: readonly ValuePlace[];
  readonly put: readonly ValuePlace[];
  /** Energy taken on both sides: of the same metering point (netting), or of any two. Default any. */
  readonly samePoint?: true;
  /** Part of the net only if. */
  readonly if?: (parameters: SettlementParameters) => boolean;
}

/** What comes from outside and lets a step happen. */
export type MessageName =
  | 'reading'
  | 'profile'
  | 'bill'
  | 'payment'
  | 'refusal'
  | 'creditConfirmation'
  | 'dispute'
  | 'disputeRejection'
  | 'disputeApproval';

/** Whom a message is for. */
export const MESSAGE_CASES: Readonly<Record<MessageName, SettlementCase>> = {
  reading: 'energy',
  profile: 'energy',
  bill: 'payment',
  payment: 'payment',
  refusal: 'payment',
  creditConfirmation: 'payment',
  dispute: 'payment',
  disputeRejection: 'payment',
  disputeApproval: 'payment',
};

/** Control places whose token says something beside the case: it does not carry the case itself. */
export const FLAG_PLACES: ReadonlySet<ControlPlace> = new Set<ControlPlace>([
  'onTime',
  'late',
  'undisputed',
  'disputed',
  'disputeUpheld',
]);

/** The steps, in the order in which they fire when several can. */
export const STEP_NAMES = [
  'open',
  'receiveReading',
  'refuseReading',
  'repairReading',
  'substitute',
  'giveUpRepair',
  'applyRules',
  'applyRulesToEstimate',
  'passCapacity',
  'exceedCapacity',
  'curtail',
  'match',
  'attributeExport',
  'supplyRest',
  'issueEvent',
  'pay',
  'confirmPayment',
  'refusePayment',
  'timeoutPayment',
  'retryPayment',
  'fallIntoArrears',
  'coverArrears',
  'credit',
  'settle',
  'raiseDispute',
  'rejectDispute',
  'upholdDispute',
  'arriveLate',
  'correctLate',
  'correctUpheld',
  'resettle',
  'close',
  'escalateLate',
  'escalateUpheld',
  'noteLate',
  'noteUpheld',
  'closeManually',
] as const;

/** A step's name. */
export type StepName = (typeof STEP_NAMES)[number];

/** One step: a family of transitions over its indices. */
export interface SettlementStep {
  readonly name: StepName;
  readonly from: readonly ControlArc[];
  readonly to: readonly ControlArc[];
  readonly reads?: readonly ControlArc[];
  /** Values that move while the step is under way: `from` is held until none is left to move. */
  readonly moves?: readonly ValueMove[];
  /** Sums of places that have to be empty for the step to end. */
  readonly empty?: readonly (readonly ValuePlace[])[];
  /** Places that have to hold again what they held at first. */
  readonly full?: readonly ValuePlace[];
  /**
   * Places that the message fills. Only where messages are: in a unit net the units lie there at first.
   */
  readonly fills?: readonly ValuePlace[];
  /** Places whose values the step's decision looks at. Only where values are known: in the net that runs. */
  readonly sees?: readonly ValuePlace[];
  /** Which indices it exists for. Default all. */
  readonly when?: (indices: Indices, parameters: SettlementParameters) => boolean;
  readonly on?: MessageName;
  /**
   * A step of both cases: `energy` decides and the payment case follows by a message of the step's
   * name, or both agree (each gets the message once both are ready).
   */
  readonly joint?: 'energy leads' | 'agreed';
}

/** The quantities no firing changes, as weights by place. */
export const SETTLEMENT_LAWS = {
  consumption: { importPending: 1, nettedImport: 1, sharedIn: 1, residual: 1 },
  generation: { exportPending: 1, nettedExport: 1, sharedOut: 1, losses: 1, surplus: 1 },
  exchange: { sharedIn: 1, sharedOut: -1 },
  netting: { nettedImport: 1, nettedExport: -1 },
  cash: { payerCash: 1, fund: 1, escrow: 1, payeeCash: 1 },
  obligation: { due: 1, escrow: 1, claim: -1 },
  payer: { payerCash: 1, paidByPayer: 1 },
  guarantee: { fund: 1, paidByFund: 1 },
  billing: { sharedIn: 1, claim: -1, payeeCash: -1, deferred: -1 },
} as const satisfies Readonly<Record<string, Readonly<Partial<Record<ValuePlace, 1 | -1>>>>>;

/** A law's name. */
export type LawName = keyof typeof SETTLEMENT_LAWS;
