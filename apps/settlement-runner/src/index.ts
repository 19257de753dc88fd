export {
  EXIT_BAD_INPUT,
  EXIT_DIFFERENT,
  EXIT_INTERRUPTED,
  EXIT_OK,
  main,
  type CliStreams,
} from './cli.js';
export type { Finding } from './difference.js';
export { explain, type ExplainOptions, type Explanation, type PointStory } from './explain.js';
export {
  payments,
  paymentsOfRun,
  type BankFile,
  type PaymentInput,
  type PaymentsOptions,
  type PaymentsResult,
  type PaymentState,
} from './payments.js';
export { renderExplanation } from './render-explanation.js';
export {
  run,
  type RunAmounts,
  type RunManifest,
  type RunOptions,
  type RunProgress,
} from './run.js';
export { isRunnerError, RunnerError, type RunnerErrorCode } from './runner-error.js';
export { verify, type Verification } from './verify.js';
