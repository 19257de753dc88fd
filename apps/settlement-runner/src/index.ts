export {
  EXIT_BAD_INPUT,
  EXIT_DIFFERENT,
  EXIT_INTERRUPTED,
  EXIT_OK,
  main,
  type CliStreams,
} from './cli.js';
export { diffRuns, type ManifestDifference, type RunDifference } from './compare/diff.js';
export { lintFiles, type Linted, type LintOptions } from './compare/lint.js';
export type { ComparedAmounts, MemberChange } from './compare/member-change.js';
export { shadow, type ShadowOptions } from './compare/shadow.js';
export { whatIf, type WhatIf, type WhatIfOptions } from './compare/what-if.js';
export type { Finding } from './difference.js';
export { explain, type ExplainOptions, type Explanation, type PointStory } from './explain.js';
export type { ExplainedCharges, ExplainedStatementLine } from './explain-charges.js';
export {
  payments,
  paymentsOfRun,
  type BankFile,
  type PaymentInput,
  type PaymentsOptions,
  type PaymentsResult,
  type PaymentState,
} from './payments.js';
export { bundle, type BundleOptions } from './proof/bundle.js';
export { eraseMember, type Erasure, type ErasureRest } from './proof/erase.js';
export type { RunLog } from './proof/run-log-file.js';
export { signRun, type SignOptions } from './proof/sign-run.js';
export { renderExplanation } from './render-explanation.js';
export {
  run,
  type RunAmounts,
  type RunManifest,
  type RunOptions,
  type RunProgress,
} from './run.js';
export { isRunnerError, RunnerError, type RunnerErrorCode } from './runner-error.js';
export type { SettlingThreads } from './stretches/stretch-threads.js';
export { resettleRun, type ResettleOptions } from './versions/resettle-run.js';
export {
  runHistory,
  runKindOfPeriod,
  type HistoryRunOptions,
  type KindRunOptions,
} from './versions/run-kind-of-period.js';
export { ublDocuments, type UblOptions, type WrittenDocument } from './ubl-documents.js';
export { verify, type Verification, type VerifyOptions } from './verify.js';
