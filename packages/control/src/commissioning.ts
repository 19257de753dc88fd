export { phaseText, type Finding, type FindingKind } from './commissioning/finding.js';
export type { Balance } from './commissioning/judge-balance.js';
export { judgeFallbacks, type FallbackFact } from './commissioning/judge-fallbacks.js';
export {
  judgeSite,
  type CommissioningResult,
  type LoadResult,
} from './commissioning/judge-site.js';
export { measureLoad, type MeasuredLoad, type Reference } from './commissioning/measured-load.js';
export type {
  CommissioningData,
  Phase,
  SiteSample,
  StepTest,
  StepWindow,
} from './commissioning/site-sample.js';
export { stepResponse, type StepResponse } from './commissioning/step-response.js';
