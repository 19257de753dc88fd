import type { Driver } from '@microgrid/devices';
import { driverChecks } from './driver-checks.js';
import type { KitOptions } from './kit-options.js';
import type { KitRule } from './kit-rule.js';

/** What became of every check. */
export interface KitReport {
  readonly passed: readonly KitRule[];
  readonly skipped: readonly { readonly rule: KitRule; readonly reason: string }[];
  readonly failed: readonly { readonly rule: KitRule; readonly message: string }[];
}

/** Checks run at once; they mostly wait for each other's deadlines. */
const AT_ONCE = 8;

/** Runs all checks without a test runner, several at once. Never rejects for a broken rule. */
export async function runDriverChecks<Transport>(
  driver: Driver<Transport>,
  options: KitOptions = {},
): Promise<KitReport> {
  const passed: KitRule[] = [];
  const skipped: { rule: KitRule; reason: string }[] = [];
  const failed: { rule: KitRule; message: string }[] = [];
  const waiting = [...driverChecks(driver, options)];
  const worker = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const { rule } = check;
      if (check.skipped !== undefined) {
        skipped.push({ rule, reason: check.skipped });
        continue;
      }
      try {
        await check.run();
        passed.push(rule);
      } catch (error) {
        failed.push({ rule, message: error instanceof Error ? error.message : String(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { passed, skipped, failed };
}
