import type { Driver } from '@microgrid/devices';
import type { KitCheck } from './kit-check.js';
import type { KitOptions } from './kit-options.js';

/** The checks of a driver, in the order of the rules; nothing runs until a check's `run` is called. */
export function driverChecks<Transport>(
  driver: Driver<Transport>,
  options: KitOptions = {},
): readonly KitCheck[] {
  void driver;
  void options;
  return [];
}
