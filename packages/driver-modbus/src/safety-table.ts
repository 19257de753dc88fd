import {
  STORED_DWELL_MS,
  STORED_WRITES_PER_DAY,
  type ControlName,
  type ControlSafety,
  type Profile,
  type ProfileControl,
  type Quantity,
  type SafetyTable,
  type SafetyValue,
  type WriteStep,
} from '@microgrid/devices';
import type { Lookup } from './control-writes.js';
import { resolve } from './describe.js';

function told(quantity: Quantity, lookup: Lookup, unit: ProfileControl['unit']): SafetyValue {
  const value = resolve(quantity, lookup);
  if (value === undefined) return 'device';
  return unit === 'bool' ? value !== 0 : value;
}

function fallbackOf(control: ProfileControl, lookup: Lookup): ControlSafety['fallback'] {
  const { fallback, unit } = control;
  if (fallback === undefined) return { value: 'unknown' };
  const value =
    typeof fallback.value === 'string' ? fallback.value : told(fallback.value, lookup, unit);
  return { value, configurable: fallback.configurable ?? false };
}

const inWords = ({ table, address, fields }: WriteStep): string =>
  `write ${table} ${address}: ${fields.map(({ value }) => JSON.stringify(value)).join(', ')}`;

/** The facts of one control of a profile; see {@link safetyTable}. */
export function factsOf(control: ProfileControl, profile: Profile, lookup: Lookup): ControlSafety {
  const { storage, expiryMs, refreshMs, unit } = control;
  const wears = storage !== 'volatile';
  const refresh = refreshMs ?? (wears ? undefined : expiryMs && expiryMs / 2);
  return {
    storage,
    safeValue: told(control.safeValue ?? 0, lookup, unit),
    fallback: fallbackOf(control, lookup),
    onLoss: control.onLoss,
    risk: control.risk ?? 'both',
    ...(expiryMs === undefined ? {} : { expiryMs }),
    ...(refresh === undefined ? {} : { refreshMs: refresh }),
    responseMs: control.responseMs ?? 0,
    minimumDwellMs: control.minimumDwellMs ?? (wears ? STORED_DWELL_MS : 0),
    writesPerDay: control.writesPerDay ?? (wears ? STORED_WRITES_PER_DAY : 'unlimited'),
    release: control.release.map(inWords),
    confidence: control.confidence ?? profile.confidence,
  };
}

/**
 * What the safety of a profile's controls rests on.
 * @param lookup what the device told so far; what it has not told is `device`.
 */
export function safetyTable(profile: Profile, lookup: Lookup): SafetyTable {
  return Object.fromEntries(
    profile.controls.map((control) => [
      control.id as ControlName,
      factsOf(control, profile, lookup),
    ]),
  );
}
