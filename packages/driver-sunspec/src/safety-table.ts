import type { ControlSafety, SafetyTable } from '@microgrid/devices';
import { RESPONSE_MS } from './sunspec-port.js';

const common = {
  storage: 'volatile',
  safeValue: 0,
  responseMs: RESPONSE_MS,
  minimumDwellMs: 0,
  writesPerDay: 'unlimited',
  confidence: 'high',
} as const satisfies Partial<ControlSafety>;

/**
 * What the safety of the controls rests on, for a device with a reversion time of 60 s. One without
 * it keeps its last set point: ask the opened device.
 */
export const SAFETY_TABLE: SafetyTable = {
  exportLimit: {
    ...common,
    fallback: { value: 'unlimited', configurable: true },
    onLoss: 'returns to full output when its reversion time is over',
    risk: 'export',
    expiryMs: 60_000,
    refreshMs: 30_000,
    release: ['write the enable point (WMaxLim_Ena or WMaxLimPctEna): 0'],
  },
  batteryPower: {
    ...common,
    fallback: { value: 'own' },
    onLoss: 'returns to its own operation when its reversion time is over',
    risk: 'both',
    expiryMs: 60_000,
    refreshMs: 30_000,
    release: ['write StorCtl_Mod or WSetEna: 0', 'write OutWRte and InWRte: 100 %'],
  },
};
