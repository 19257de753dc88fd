/**
 * Why something was decided, in order of precedence: a rule may narrow what later ones want and is
 * never overruled by them.
 */
export const RULES = [
  'mainFuse',
  'nameplate',
  'batteryReserve',
  'blind',
  'contractLimit',
  'upstreamLimit',
  'lostDevice',
  'shedding',
  'price',
  'evCharging',
  'selfConsumption',
] as const;
export type RuleName = (typeof RULES)[number];

/** One rule that had an effect. */
export interface FiredRule {
  readonly rule: RuleName;
  /** Position in {@link RULES}, 1 = strongest. */
  readonly precedence: number;
  /** A sentence for people, with its numbers. */
  readonly text: string;
}

/** What one set point became and why. */
export interface SetPoint {
  readonly device: string;
  readonly control: string;
  /** What the weaker rules asked for; A, W or on/off. */
  readonly wanted: number | boolean;
  /** What the limits left of it. */
  readonly granted: number | boolean;
  /** The rules that narrowed it, strongest first. */
  readonly limitedBy: readonly RuleName[];
  readonly reason: string;
  /** Whether a command was issued; false: the last one still holds. */
  readonly issued: boolean;
}

/** Exchange on one phase against its limit. */
export interface PhaseLoad {
  readonly phase: 'L1' | 'L2' | 'L3';
  /** Measured, positive for import. */
  readonly amperes: number;
  readonly limitAmperes: number;
}

/** Measured powers, W; absent where nothing usable was read. */
export interface Flows {
  /** Positive for import. */
  readonly gridWatts?: number;
  /** Production, 0 or more. */
  readonly pvWatts?: number;
  /** Positive charges. */
  readonly batteryWatts?: number;
  readonly stateOfChargePercent?: number;
  readonly chargerWatts?: number;
  /** Switched loads. */
  readonly loadWatts?: number;
  /** What is left: the rest of the house. */
  readonly houseWatts?: number;
  readonly phases: readonly PhaseLoad[];
}

/** The account of one decision. */
export interface Explanation {
  readonly site: string;
  /** Instant of the decision, wire spelling. */
  readonly at: string;
  readonly mode: 'normal' | 'blind';
  /** The decision in one sentence. */
  readonly summary: string;
  readonly flows: Flows;
  /** Strongest first. */
  readonly rules: readonly FiredRule[];
  readonly setPoints: readonly SetPoint[];
}
