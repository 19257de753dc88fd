import type { Indices, StepName } from './settlement-net.js';

/** What a step of a running case sees. */
export interface CaseStep<Data, Value> {
  readonly indices: Indices;
  /** What the case's control token carries. */
  readonly data: Data;
  /** The value in each place the step touches. */
  readonly values: Readonly<Record<string, Value>>;
  /** The message that lets the step happen. */
  readonly message: unknown;
  /** What the tokens of the step's other places carry, by place. */
  readonly tokens: Readonly<Record<string, unknown>>;
}

/** What a step makes of it; values that are not named stay what they are. */
export interface CaseStepResult<Data, Value> {
  readonly data: Data;
  readonly values?: Readonly<Record<string, Value>>;
  /** Tokens of places that carry something else than the case. */
  readonly tokens?: Readonly<Record<string, unknown>>;
}

/** What a case does in a step; a step without one only moves the case on. */
export interface CaseBehaviour<Data, Value> {
  readonly guard?: (step: CaseStep<Data, Value>) => boolean;
  readonly act?: (step: CaseStep<Data, Value>) => CaseStepResult<Data, Value>;
  /** How much each move of the step moved, for the effect. */
  readonly moved?: (step: CaseStep<Data, Value>) => Readonly<Record<string, bigint>>;
}

/** What a step tells the outside. */
export interface CaseEffect {
  readonly step: StepName;
  /** Version, attempt and dispute, as far as the step has them. */
  readonly indices: Indices;
  /** What each move moved, 10^-12 currency units; absent where nothing can move. */
  readonly moved?: Readonly<Record<string, bigint>>;
}
