import type { ControlSafety } from '@microgrid/devices';
import type { ShellyConfig } from './config.js';

/** Longest time until the status shows a switched relay, ms. */
const RESPONSE_MS = 2000;

/** What the device does after a power cut, as its configuration says (`initial_state`). */
export type InitialState = 'on' | 'off' | 'restore_last' | 'match_input';

/** The facts that the safety of the switch rests on. */
export function switchSafety(
  config: ShellyConfig,
  initialState: InitialState | undefined,
): ControlSafety {
  const { safeState, deadManSeconds, minimumDwellMs } = config;
  const expiryMs = deadManSeconds * 1000;
  const powerCut = initialState === undefined ? '' : `; after a power cut: ${initialState}`;
  return {
    storage: 'volatile',
    safeValue: safeState === 'on',
    fallback: { value: safeState === 'on' },
    onLoss: `its own timer (toggle_after) turns it ${safeState} ${deadManSeconds} s after the last refresh${powerCut}`,
    risk: safeState === 'on' ? 'export' : 'import',
    expiryMs,
    refreshMs: expiryMs / 2,
    responseMs: RESPONSE_MS,
    minimumDwellMs,
    writesPerDay: 'unlimited',
    release: [`turn it ${safeState}`],
    confidence: 'high',
  };
}
