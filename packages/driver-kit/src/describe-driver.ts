import type { Driver } from '@microgrid/devices';
import { driverChecks } from './driver-checks.js';
import { DriverKitError } from './driver-kit-error.js';
import type { KitOptions } from './kit-options.js';

/** The two functions of a test runner that the kit uses; jest, vitest and others have them. */
interface Runner {
  describe?: (name: string, body: () => void) => void;
  it?: {
    (name: string, body: () => Promise<void>): void;
    skip(name: string, body: () => void): void;
  };
}

/**
 * Runs every check as a test of the runner whose `describe` and `it` are global (jest, or vitest with
 * `globals`). Under another runner use {@link driverChecks}.
 * @throws DriverKitError `bad-options` where there are no such globals.
 */
export function describeDriver<Transport>(
  driver: Driver<Transport>,
  options: KitOptions = {},
): void {
  const { describe, it } = globalThis as Runner;
  if (describe === undefined || it === undefined) {
    throw new DriverKitError(
      'bad-options',
      'describeDriver: no global describe and it; run it under jest, or use driverChecks(driver, options)',
    );
  }
  describe(`driver ${driver.manifest.name}`, () => {
    for (const { rule, name, skipped, run } of driverChecks(driver, options)) {
      if (skipped === undefined) it(`${rule}: ${name}`, run);
      else it.skip(`${rule}: ${name} (skipped: ${skipped})`, () => undefined);
    }
  });
}
