import type { ControlArc, ControlPlace, SettlementStep } from './settlement-net.js';

/** An arc to a control place. */
function at(
  place: ControlPlace,
  indices: NonNullable<ControlArc['at']> = {},
  after?: NonNullable<ControlArc['after']>,
): ControlArc {
  return {
    place,
    ...(Object.keys(indices).length > 0 && { at: indices }),
    ...(after && { after }),
  };
}

const START: readonly SettlementStep[] = [
  {
    name: 'open',
    from: [at('start')],
    to: [at('waitingForData'), at('onTime'), at('undisputed', { d: 0 }), at('billing', { v: 0 })],
  },
];

const READINGS = ['importPending', 'exportPending'] as const;

const INTAKE: readonly SettlementStep[] = [
  {
    name: 'receiveReading',
    from: [at('waitingForData')],
    to: [at('validated', { v: 0 })],
    fills: READINGS,
    on: 'reading',
  },
  { name: 'refuseReading', from: [at('waitingForData')], to: [at('quarantine')], on: 'reading' },
  {
    name: 'repairReading',
    from: [at('quarantine')],
    to: [at('validated', { v: 0 })],
    fills: READINGS,
    on: 'reading',
  },
  {
    name: 'substitute',
    from: [at('waitingForData', {}, 'substituteAfterMs')],
    to: [at('estimated')],
    fills: READINGS,
    on: 'profile',
  },
  {
    name: 'giveUpRepair',
    from: [at('quarantine', {}, 'substituteAfterMs')],
    to: [at('estimated')],
    fills: READINGS,
    on: 'profile',
  },
];

const NET_OFF = {
  name: 'netOff',
  take: ['importPending', 'exportPending'],
  put: ['nettedImport', 'nettedExport'],
  samePoint: true,
  if: ({ netting }) => netting === 'interval',
} as const satisfies NonNullable<SettlementStep['moves']>[number];

const ATTRIBUTION: readonly SettlementStep[] = [
  {
    name: 'applyRules',
    from: [at('validated')],
    to: [at('ruled')],
    moves: [NET_OFF],
    sees: READINGS,
  },
  {
    name: 'applyRulesToEstimate',
    from: [at('estimated')],
    to: [at('ruled', { v: 0 })],
    moves: [NET_OFF],
    sees: READINGS,
  },
  { name: 'passCapacity', from: [at('ruled')], to: [at('matching')] },
  { name: 'exceedCapacity', from: [at('ruled')], to: [at('limited')] },
  { name: 'curtail', from: [at('limited')], to: [at('matching')] },
  {
    name: 'match',
    from: [at('matching')],
    reads: [at('billing')],
    to: [at('lossesOpen'), at('supplyOpen')],
    moves: [
      {
        name: 'share',
        take: ['importPending', 'exportPending'],
        put: ['sharedIn', 'sharedOut', 'due', 'claim'],
      },
    ],
    on: 'bill',
  },
  {
    name: 'attributeExport',
    from: [at('lossesOpen')],
    to: [at('lossesDone')],
    moves: [
      { name: 'lose', take: ['exportPending'], put: ['losses'] },
      { name: 'feedIn', take: ['exportPending'], put: ['surplus'] },
    ],
    empty: [['exportPending']],
  },
  {
    name: 'supplyRest',
    from: [at('supplyOpen')],
    to: [at('supplyDone')],
    moves: [{ name: 'supply', take: ['importPending'], put: ['residual'] }],
    empty: [['importPending']],
  },
  {
    name: 'issueEvent',
    from: [at('lossesDone'), at('supplyDone'), at('billing')],
    to: [at('awaitingPayment', { a: 0 }), at('awaitingCredit'), at('issued')],
    joint: 'energy leads',
  },
];

const PAYMENT: readonly SettlementStep[] = [
  {
    name: 'pay',
    from: [at('awaitingPayment')],
    to: [at('awaitingPayment')],
    moves: [{ name: 'collect', take: ['due', 'payerCash'], put: ['escrow', 'paidByPayer'] }],
    on: 'payment',
  },
  {
    name: 'confirmPayment',
    from: [at('awaitingPayment')],
    to: [at('paid')],
    empty: [['due']],
  },
  {
    name: 'refusePayment',
    from: [at('awaitingPayment')],
    to: [at('paymentFailed')],
    on: 'refusal',
  },
  {
    name: 'timeoutPayment',
    from: [at('awaitingPayment', {}, 'paymentTimeoutMs')],
    to: [at('paymentFailed')],
  },
  {
    name: 'retryPayment',
    from: [at('paymentFailed')],
    to: [at('awaitingPayment', { a: 'next' })],
    when: ({ a = 0 }, { retries }) => a < retries,
  },
  {
    name: 'fallIntoArrears',
    from: [at('paymentFailed', { a: 'last' })],
    to: [at('inArrears')],
  },
  {
    name: 'coverArrears',
    from: [at('inArrears')],
    to: [at('paid')],
    moves: [
      { name: 'cover', take: ['due', 'fund'], put: ['escrow', 'paidByFund'] },
      {
        name: 'defer',
        take: ['due', 'claim'],
        put: ['deferred'],
        if: ({ deferral }) => deferral,
      },
    ],
    empty: [['due']],
  },
  {
    name: 'credit',
    from: [at('awaitingCredit')],
    to: [at('awaitingCredit')],
    moves: [{ name: 'transfer', take: ['claim', 'escrow'], put: ['payeeCash'] }],
    on: 'creditConfirmation',
  },
  {
    name: 'settle',
    from: [at('paid'), at('awaitingCredit')],
    to: [at('settled')],
    empty: [['claim']],
  },
];

const DISPUTE: readonly SettlementStep[] = [
  {
    name: 'raiseDispute',
    from: [at('undisputed')],
    reads: [at('issued')],
    to: [at('disputed')],
    when: ({ d = 0 }, { disputes }) => d < disputes,
    on: 'dispute',
  },
  {
    name: 'rejectDispute',
    from: [at('disputed')],
    to: [at('undisputed', { d: 'next' })],
    when: ({ d = 0 }, { disputes }) => d < disputes,
    on: 'disputeRejection',
  },
  {
    name: 'upholdDispute',
    from: [at('disputed')],
    to: [at('disputeUpheld')],
    when: ({ d = 0 }, { disputes }) => d < disputes,
    on: 'disputeApproval',
  },
  { name: 'arriveLate', from: [at('onTime')], to: [at('late')], on: 'reading' },
];

const mayCorrect: NonNullable<SettlementStep['when']> = ({ v = 0, d }, parameters) =>
  v < parameters.corrections && (d === undefined || d < parameters.disputes);

const REVERSAL: readonly SettlementStep[] = [
  {
    name: 'correctLate',
    from: [at('settled'), at('issued'), at('late')],
    to: [at('reversing'), at('onTime')],
    when: mayCorrect,
    joint: 'agreed',
  },
  {
    name: 'correctUpheld',
    from: [at('settled'), at('issued'), at('disputeUpheld')],
    to: [at('reversing'), at('undisputed', { d: 'next' })],
    when: mayCorrect,
    joint: 'agreed',
  },
  {
    name: 'resettle',
    from: [at('reversing')],
    to: [at('validated', { v: 'next' }), at('billing', { v: 'next' })],
    when: mayCorrect,
    moves: [
      {
        name: 'returnToPayer',
        take: ['sharedIn', 'sharedOut', 'payeeCash', 'paidByPayer'],
        put: ['importPending', 'exportPending', 'payerCash'],
      },
      {
        name: 'returnToFund',
        take: ['sharedIn', 'sharedOut', 'payeeCash', 'paidByFund'],
        put: ['importPending', 'exportPending', 'fund'],
      },
      {
        name: 'cancelDeferred',
        take: ['sharedIn', 'sharedOut', 'deferred'],
        put: ['importPending', 'exportPending'],
        if: ({ deferral }) => deferral,
      },
      {
        name: 'undoNetting',
        take: ['nettedImport', 'nettedExport'],
        put: ['importPending', 'exportPending'],
        samePoint: true,
        if: ({ netting }) => netting === 'interval',
      },
      { name: 'undoLosses', take: ['losses'], put: ['exportPending'] },
      { name: 'undoSurplus', take: ['surplus'], put: ['exportPending'] },
      { name: 'undoResidual', take: ['residual'], put: ['importPending'] },
    ],
    full: ['importPending', 'exportPending'],
    empty: [['claim', 'payeeCash', 'deferred']],
    joint: 'agreed',
  },
];

const CLOSING: readonly SettlementStep[] = [
  {
    name: 'close',
    from: [at('settled'), at('issued', {}, 'correctionWindowMs'), at('onTime'), at('undisputed')],
    to: [at('closed')],
    joint: 'agreed',
  },
  {
    name: 'escalateLate',
    from: [at('settled', { v: 'last' }), at('issued', { v: 'last' }), at('late')],
    to: [at('manual'), at('onTime')],
    joint: 'agreed',
  },
  {
    name: 'escalateUpheld',
    from: [at('settled', { v: 'last' }), at('issued', { v: 'last' }), at('disputeUpheld')],
    to: [at('manual'), at('undisputed', { d: 'next' })],
    when: ({ d = 0 }, { disputes }) => d < disputes,
    joint: 'agreed',
  },
  { name: 'noteLate', from: [at('late')], reads: [at('manual')], to: [at('onTime')] },
  {
    name: 'noteUpheld',
    from: [at('disputeUpheld')],
    reads: [at('manual')],
    to: [at('undisputed', { d: 'next' })],
    when: ({ d = 0 }, { disputes }) => d < disputes,
  },
  {
    name: 'closeManually',
    from: [at('manual'), at('onTime'), at('undisputed')],
    to: [at('closed')],
    joint: 'agreed',
  },
];

/**
 * Every step of a settlement. Both nets that run and all that are proved are made from this list;
 * a case's own net is what the list does to the case's places.
 */
export const SETTLEMENT_STEPS: readonly SettlementStep[] = [
  ...START,
  ...INTAKE,
  ...ATTRIBUTION,
  ...PAYMENT,
  ...DISPUTE,
  ...REVERSAL,
  ...CLOSING,
];
