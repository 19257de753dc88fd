import type { ControlSafety } from '@microgrid/devices';
import type { MqttSwitchConfig } from './config.js';

/** Longest time until a report shows a switched relay, ms: two polls. */
const RESPONSE_MS = 30_000;

/** Names of `PowerOnState`, by its number. */
const AFTER_POWER_CUT: readonly string[] = [
  'off',
  'on',
  'the opposite of before',
  'as before',
  'on for ever',
  'on after PulseTime',
];

/** What the relay does after a power cut; undefined where it was not told. */
export function afterPowerCut(powerOnState: number | undefined): string | undefined {
  return powerOnState === undefined ? undefined : AFTER_POWER_CUT[powerOnState];
}

/** The facts that the safety of the switch rests on. */
export function switchSafety(
  { deadManSeconds, minimumDwellMs }: MqttSwitchConfig,
  powerOnState: number | undefined,
): ControlSafety {
  const expiryMs = deadManSeconds * 1000;
  const cut = afterPowerCut(powerOnState);
  return {
    storage: 'volatile',
    safeValue: false,
    fallback: { value: false },
    onLoss: `PulseTime turns it off ${deadManSeconds} s after the last refresh${cut === undefined ? '' : `; after a power cut: ${cut}`}`,
    risk: 'import',
    expiryMs,
    refreshMs: expiryMs / 2,
    responseMs: RESPONSE_MS,
    minimumDwellMs,
    writesPerDay: 'unlimited',
    release: ['turn it off', 'set PulseTime back to what it was before'],
    confidence: 'medium',
  };
}
