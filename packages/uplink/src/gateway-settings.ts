import { MAX_MESSAGE_BYTES } from './envelope.js';
import type { GatewayUplinkOptions } from './gateway-uplink.js';
import { UplinkError } from './uplink-error.js';

/** Numbers of a gateway's end with every default filled in. */
export interface GatewaySettings {
  readonly maxBatchEntries: number;
  readonly maxMessageBytes: number;
  readonly maxInFlight: number;
  readonly resendMs: number;
  readonly resendMaxMs: number;
}

function whole(name: string, value: number, minimum: number, maximum: number): number {
  if (Number.isSafeInteger(value) && value >= minimum && value <= maximum) return value;
  throw new UplinkError(
    'bad-option',
    `${name}: got ${value}, expected a whole number from ${minimum} to ${maximum}`,
  );
}

/**
 * Checks options and fills in defaults.
 * @throws UplinkError `bad-option` naming the option.
 */
export function gatewaySettings(options: GatewayUplinkOptions): GatewaySettings {
  const resendMs = whole('resendMs', options.resendMs ?? 2_000, 1, 86_400_000);
  return {
    maxBatchEntries: whole('maxBatchEntries', options.maxBatchEntries ?? 100, 1, 10_000),
    maxMessageBytes: whole(
      'maxMessageBytes',
      options.maxMessageBytes ?? MAX_MESSAGE_BYTES,
      4_096,
      MAX_MESSAGE_BYTES,
    ),
    maxInFlight: whole('maxInFlight', options.maxInFlight ?? 2, 1, 8),
    resendMs,
    resendMaxMs: whole(
      'resendMaxMs',
      options.resendMaxMs ?? Math.max(resendMs, 300_000),
      resendMs,
      604_800_000,
    ),
  };
}
