export { affine, type LinearOperations } from './affine-output.js';
export { bind, type BindOptions, type Net } from './bind.js';
export { formatBinding, type Binding } from './binding.js';
export { enabled } from './enabled.js';
export { fire, type FireOptions, type FireResult } from './fire.js';
export type { Emission, EmissionOf, Firing } from './firing.js';
export type {
  ClockEntry,
  FiringEntry,
  HashOptions,
  InputEntry,
  Journal,
  JournalEntry,
  JournalOptions,
} from './journal.js';
export {
  JOURNAL_SCHEMA,
  journalToJson,
  parseJournal,
  safeParseJournal,
  type JournalJson,
} from './journal-json.js';
export type { SafeResult } from './json-shape.js';
export { conserve, type ErasedLaw, type Law, type TokenWeight } from './law.js';
export type { LawProof } from './law-proof.js';
export {
  advanceClock,
  createMarking,
  deposit,
  tokensIn,
  type ClockInput,
  type ExternalInput,
  type InitialTokens,
  type Marking,
  type Token,
} from './marking.js';
export { markingHash, netHash, type HashFunction } from './marking-hash.js';
export {
  net,
  type ChoiceArc,
  type KeyField,
  type NetBuilder,
  type TestArc,
  type TransitionDeclaration,
} from './net-builder.js';
export type { NetPlan } from './net-plan.js';
export {
  NET_SCHEMA,
  type ArcStructure,
  type ArcWeights,
  type ChoiceArcStructure,
  type NetStructure,
  type NetTransitions,
  type PlaceStructure,
  type PlaceTokens,
  type TestArcStructure,
  type TransitionArcs,
  type TransitionStructure,
} from './net-structure.js';
export { parseNet, safeParseNet } from './parse-net.js';
export { isPetriError, PetriError, type PetriErrorCode } from './petri-error.js';
export { replay, type ReplayDifference, type ReplayOptions, type ReplayResult } from './replay.js';
export { run, type RunInput, type RunOptions, type RunResult } from './run.js';
export { MARKING_SCHEMA, restore, snapshot, type MarkingSnapshot } from './snapshot.js';
export type {
  PlaceSchemas,
  SchemaOutput,
  StandardResult,
  StandardSchema,
} from './standard-schema.js';
export { nextDueMs, step } from './step.js';
export {
  encodeToken,
  tokenFromJson,
  tokenText,
  tokenToJson,
  type Json,
  type TokenEncoder,
} from './token-encoding.js';
export { token, type Black, type TokenType } from './token-type.js';
export type {
  ChosenTokens,
  ErasedFunction,
  ProducedTokens,
  TransitionFunction,
  TransitionFunctions,
} from './transition-functions.js';
export { unfold, type Colours, type UnfoldedNet } from './unfold.js';
