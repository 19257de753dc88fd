import type { ControlSafety } from '@microgrid/devices';
import { ageText } from './shown-point.js';

const STORAGE = {
  volatile: 'volatile: writing does not wear the device out',
  stored: 'stored: every write wears the device out',
  unknown: 'not known whether writing wears it out; treated as stored',
} as const;

const FALLBACK: Readonly<Record<string, string>> = {
  unlimited: 'as if there were no set point',
  last: 'keeps the last set point for ever',
  own: 'regulates by its own meter',
  unknown: 'not known, counts as the worst',
  device: 'what is set in the device',
};

function fallbackText({ fallback }: ControlSafety, unit: string): string {
  const { value, configurable } = fallback;
  const text = FALLBACK[String(value)] ?? `${String(value)} ${unit}`;
  return configurable === true ? `${text} (an installer may have changed it)` : text;
}

/** The facts the safety of one control rests on, as pairs of name and sentence. */
export function safetyLines(facts: ControlSafety, unit: string): (readonly [string, string])[] {
  const { storage, safeValue, onLoss, risk, expiryMs, refreshMs, confidence } = facts;
  const { responseMs, minimumDwellMs, writesPerDay, release } = facts;
  return [
    ['storage', STORAGE[storage]],
    ['safe value', safeValue === 'device' ? 'told by the device' : `${String(safeValue)} ${unit}`],
    ['on loss', onLoss],
    ['falls back to', fallbackText(facts, unit)],
    ['at risk', risk === 'both' ? 'import and export' : risk],
    ['expires', expiryMs === undefined ? 'never by itself' : `after ${ageText(expiryMs)}`],
    ['refresh', refreshMs === undefined ? 'on change only' : `every ${ageText(refreshMs)}`],
    ['response', responseMs === 0 ? 'at once' : `within ${ageText(responseMs)}`],
    ['dwell', minimumDwellMs === 0 ? 'none' : `at least ${ageText(minimumDwellMs)}`],
    ['writes a day', String(writesPerDay)],
    ['release', release.length === 0 ? 'nothing is written' : release.join('; ')],
    ['confidence', confidence ?? 'verified'],
  ];
}
