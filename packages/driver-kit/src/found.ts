import { DriverKitError } from './driver-kit-error.js';
import type { KitRule } from './kit-rule.js';

/** Ends a check: says what was found where, and what was expected. */
export function broken(rule: KitRule, where: string, found: unknown, expected: string): never {
  const text = typeof found === 'string' ? found : (JSON.stringify(found) as string | undefined);
  throw new DriverKitError(
    'rule-broken',
    `${rule}: ${where}: got ${text ?? 'nothing'}, expected ${expected}`,
    rule,
  );
}

/** The sentence of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
