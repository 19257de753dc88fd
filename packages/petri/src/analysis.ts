export {
  analyse,
  analyseInSteps,
  type Analysis,
  type AnalysisOptions,
  type StructuralResults,
} from './analysis/analyse.js';
export {
  coverability,
  coverabilityInSteps,
  OMEGA,
  type Coverability,
  type CoverabilityOptions,
} from './analysis/coverability.js';
export {
  findDeadlock,
  findDeadlockInSteps,
  type DeadlockOptions,
} from './analysis/find-deadlock.js';
export {
  formatFormula,
  type Formula,
  type Relation,
  type TokenSum,
  type UnaryOperator,
} from './analysis/formula.js';
export type { ExplorationLimits, ExplorationProgress, StopReason } from './analysis/limits.js';
export { FormulaError, parseFormula, safeParseFormula } from './analysis/parse-formula.js';
export type { PlaceBound } from './analysis/place-bounds.js';
export { ptNetOf, type PtNetOptions, type TokenCounts } from './analysis/pt-net-of.js';
export {
  arcCount,
  createPtNet,
  MAX_TOKENS,
  withInitial,
  type PtArc,
  type PtArcDeclaration,
  type PtNet,
  type PtNetDeclaration,
  type PtTransition,
} from './analysis/pt-net.js';
export { query, queryInSteps, type QueryOptions, type QueryResult } from './analysis/query.js';
export { reduceNet, type Reduction, type ReductionOptions } from './analysis/reduce-net.js';
export {
  reductionRules,
  type ReducedProperty,
  type ReductionRule,
} from './analysis/reduction-rules.js';
export {
  nonIncreasingSums,
  placeSemiflows,
  transitionSemiflows,
  type Semiflow,
  type SemiflowOptions,
  type Semiflows,
} from './analysis/semiflows.js';
export {
  isDeadlockFreeBySiphons,
  maximalTrap,
  minimalSiphons,
  type SiphonOptions,
  type Siphons,
} from './analysis/siphons.js';
export {
  generalisedSoundness,
  soundness,
  type Soundness,
  type WorkflowOptions,
} from './analysis/soundness.js';
export {
  DEFAULT_MAX_STATES,
  exploreStateSpace,
  exploreStateSpaceInSteps,
  pathTo,
  type ExplorationOptions,
  type StateSpace,
} from './analysis/state-space.js';
export { finish, type Steps } from './analysis/steps.js';
export { provenBounds, structuralBounds, weighMarking } from './analysis/structural-bounds.js';
export type { Method, Verdict, Witness } from './analysis/verdict.js';
