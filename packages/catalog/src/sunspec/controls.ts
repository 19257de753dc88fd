import type { ProfileControl } from '@microgrid/devices';
import { MAP } from './map.js';

/** Seconds after which the device drops a set point that is not repeated. */
const REVERSION_SECONDS = 60;

/**
 * Limit of AC output by model 123: reversion time first, limit next, enable last. When it lapses the
 * device returns to full output.
 */
export const exportLimit: ProfileControl = {
  id: 'exportLimit',
  unit: 'W',
  terminal: 'ac',
  minimum: 0,
  maximum: { point: 'maximumPower' },
  steps: [
    {
      table: 'holding',
      address: MAP.controls + 7,
      fields: [{ encoding: 'u16', value: REVERSION_SECONDS }],
    },
    {
      table: 'holding',
      address: MAP.controls + 5,
      fields: [
        {
          encoding: 'u16',
          value: { factor: 100, over: 'maximumPower', scaleFrom: 'limitPercentSf' },
        },
      ],
    },
    { table: 'holding', address: MAP.controls + 9, fields: [{ encoding: 'u16', value: 1 }] },
  ],
  verify: 'registers',
  storage: 'volatile',
  expiryMs: REVERSION_SECONDS * 1000,
  onLoss: 'returns to full output after 60 s',
  fallback: { value: 'unlimited' },
  safeValue: 0,
  risk: 'export',
  responseMs: 2000,
  release: [
    { table: 'holding', address: MAP.controls + 9, fields: [{ encoding: 'u16', value: 0 }] },
  ],
};

const rate = (factor: number, offset?: number) => ({
  encoding: 's16' as const,
  value: {
    factor,
    ...(offset === undefined ? { over: 'chargeRating' } : { offset }),
    scaleFrom: 'storageRateSf',
  },
});

/**
 * Battery power by model 124 from its first register. InWRte bounds charging and OutWRte discharging, both in percent of
 * WChaMax; a negative bound forces the other direction. With InWRte = p and OutWRte = -p only p is
 * left, whatever its sign, and both bounds change in one write.
 */
export function storagePower(first: number, terminal: 'ac' | 'dc'): ProfileControl {
  return {
    id: 'batteryPower',
    unit: 'W',
    terminal,
    minimum: { point: 'chargeRating', factor: -1 },
    maximum: { point: 'chargeRating' },
    steps: [
      {
        table: 'holding',
        address: first + 15,
        fields: [{ encoding: 'u16', value: REVERSION_SECONDS }],
      },
      // Charging from the grid is allowed: whether to do it is the gateway's decision.
      { table: 'holding', address: first + 17, fields: [{ encoding: 'u16', value: 1 }] },
      { table: 'holding', address: first + 12, fields: [rate(-100), rate(100)] },
      { table: 'holding', address: first + 5, fields: [{ encoding: 'u16', value: 3 }] },
    ],
    verify: 'registers',
    storage: 'volatile',
    expiryMs: REVERSION_SECONDS * 1000,
    onLoss: 'returns to its own operation after 60 s',
    fallback: { value: 'own' },
    safeValue: 0,
    risk: 'both',
    responseMs: 2000,
    release: [
      { table: 'holding', address: first + 5, fields: [{ encoding: 'u16', value: 0 }] },
      { table: 'holding', address: first + 12, fields: [rate(0, 100), rate(0, 100)] },
    ],
  };
}
