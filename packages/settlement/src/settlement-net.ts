/**
 * The settlement of one community in one interval, declared once. Two nets are made from it: the
 * columnar net that runs (`columnarNet`: a token is a column over all metering points, each
 * transition fires once) and the unit net that is proved (`unitNet`: a token is one mWh of one
 * point).
 */

/** Where the case stands. */
export const CONTROL_PLACES = ['validated', 'ruled', 'cleared', 'matched', 'settled'] as const;
export type ControlPlace = (typeof CONTROL_PLACES)[number];

/** Where each mWh that was imported lies. */
export const CONSUMPTION_PLACES = [
  'imported',
  'nettedImport',
  'claimed',
  'curtailedImport',
  'sharedIn',
  'residual',
] as const;
export type ConsumptionPlace = (typeof CONSUMPTION_PLACES)[number];

/** Where each mWh that was exported lies. */
export const GENERATION_PLACES = [
  'exported',
  'nettedExport',
  'offered',
  'curtailedExport',
  'sharedOut',
  'surplus',
] as const;
export type GenerationPlace = (typeof GENERATION_PLACES)[number];

/** A place of energy. */
export type EnergyPlace = ConsumptionPlace | GenerationPlace;

/** Energy going from one place to another when a transition fires. */
export interface EnergyMove {
  readonly name: string;
  readonly consumption?: { readonly from: ConsumptionPlace; readonly to: ConsumptionPlace };
  readonly generation?: { readonly from: GenerationPlace; readonly to: GenerationPlace };
  /**
   * With both sides: every imported mWh moves together with an exported one, of the same point or
   * of any.
   */
  readonly pairing?: 'samePoint' | 'anyPoint';
}

/** A step's name. */
export type StepName = 'applyRules' | 'passCapacity' | 'curtailCapacity' | 'match' | 'issueEvent';

/** One transition: the case's step and the energy that goes with it. */
export interface SettlementStep {
  readonly name: StepName;
  readonly from: ControlPlace;
  readonly to: ControlPlace;
  readonly moves: readonly EnergyMove[];
}

/** The declaration both nets are made from. */
export interface SettlementNet {
  readonly name: string;
  readonly steps: readonly SettlementStep[];
}

/**
 * Validated intervals → contract rules → capacity (two outcomes) → match → event.
 * `applyRules` nets and lets eligible points claim and offer; `passCapacity` and `curtailCapacity`
 * exclude each other; `match` moves what the key shares, an imported mWh with an exported one;
 * `issueEvent` gives the rest to the grid.
 */
export const settlementNet: SettlementNet = {
  name: 'settlement',
  steps: [
    {
      name: 'applyRules',
      from: 'validated',
      to: 'ruled',
      moves: [
        {
          name: 'net',
          consumption: { from: 'imported', to: 'nettedImport' },
          generation: { from: 'exported', to: 'nettedExport' },
          pairing: 'samePoint',
        },
        { name: 'claim', consumption: { from: 'imported', to: 'claimed' } },
        { name: 'offer', generation: { from: 'exported', to: 'offered' } },
      ],
    },
    { name: 'passCapacity', from: 'ruled', to: 'cleared', moves: [] },
    {
      name: 'curtailCapacity',
      from: 'ruled',
      to: 'cleared',
      moves: [
        { name: 'limitClaim', consumption: { from: 'claimed', to: 'curtailedImport' } },
        { name: 'limitOffer', generation: { from: 'offered', to: 'curtailedExport' } },
      ],
    },
    {
      name: 'match',
      from: 'cleared',
      to: 'matched',
      moves: [
        {
          name: 'share',
          consumption: { from: 'claimed', to: 'sharedIn' },
          generation: { from: 'offered', to: 'sharedOut' },
          pairing: 'anyPoint',
        },
      ],
    },
    {
      name: 'issueEvent',
      from: 'matched',
      to: 'settled',
      moves: [
        { name: 'supply', consumption: { from: 'imported', to: 'residual' } },
        { name: 'supplyUnshared', consumption: { from: 'claimed', to: 'residual' } },
        { name: 'supplyCurtailed', consumption: { from: 'curtailedImport', to: 'residual' } },
        { name: 'feedIn', generation: { from: 'exported', to: 'surplus' } },
        { name: 'feedInUnshared', generation: { from: 'offered', to: 'surplus' } },
        { name: 'feedInCurtailed', generation: { from: 'curtailedExport', to: 'surplus' } },
      ],
    },
  ],
};

/** The energy places a step's moves touch, each once, in order of first touch. */
export function touchedPlaces(step: SettlementStep): EnergyPlace[] {
  return [
    ...new Set(
      step.moves.flatMap(({ consumption, generation }) => [
        ...(consumption ? [consumption.from, consumption.to] : []),
        ...(generation ? [generation.from, generation.to] : []),
      ]),
    ),
  ];
}

/**
 * The quantities no firing changes, as weights by place: all imported energy lies somewhere on the
 * consumption side, all exported energy on the generation side, and shared in equals shared out.
 */
export const SETTLEMENT_LAWS: Readonly<
  Record<'consumption' | 'generation' | 'exchange', Partial<Readonly<Record<EnergyPlace, 1 | -1>>>>
> = {
  consumption: Object.fromEntries(CONSUMPTION_PLACES.map((place) => [place, 1])),
  generation: Object.fromEntries(GENERATION_PLACES.map((place) => [place, 1])),
  exchange: { sharedIn: 1, sharedOut: -1 },
};
