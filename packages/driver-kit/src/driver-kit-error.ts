import type { KitRule } from './kit-rule.js';

/**
 * Why a check ended. The set is closed.
 *
 * - `rule-broken`: the driver breaks the rule.
 * - `bad-options`: the kit was given options that cannot work.
 */
export type DriverKitErrorCode = 'rule-broken' | 'bad-options';

/** The one error of this package. */
export class DriverKitError extends Error {
  override readonly name = 'DriverKitError';

  constructor(
    readonly code: DriverKitErrorCode,
    message: string,
    /** The rule that is broken; absent for `bad-options`. */
    readonly rule?: KitRule,
  ) {
    super(message);
  }
}

/** Whether an unknown thrown value is a {@link DriverKitError}. */
export function isDriverKitError(error: unknown): error is DriverKitError {
  return error instanceof Error && error.name === 'DriverKitError' && 'code' in error;
}
