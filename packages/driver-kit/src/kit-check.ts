import type { KitRule } from './kit-rule.js';

/** One named check, runnable under any test runner. */
export interface KitCheck {
  readonly rule: KitRule;
  /** The rule's sentence. */
  readonly name: string;
  /** Why it is not run; absent: it is. */
  readonly skipped?: string;
  /** @throws DriverKitError (as a rejection) `rule-broken` saying what was found and expected. */
  readonly run: () => Promise<void>;
}
