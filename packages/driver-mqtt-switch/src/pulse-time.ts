/** Longest time one PulseTime can be, s. */
export const LONGEST_PULSE_SECONDS = 64_800;

/**
 * The number Tasmota wants for a time until it turns off by itself: 1 to 111 are tenths of a second,
 * from 112 on it is the seconds plus 100, and 0 is never.
 * @param seconds 0.1 to 11.1 in tenths, then whole seconds from 12 to 64,800; others are rounded down
 */
export function pulseTimeCode(seconds: number): number {
  if (seconds < 12) return Math.min(111, Math.max(1, Math.floor(seconds * 10 + 1e-9)));
  return Math.floor(Math.min(seconds, LONGEST_PULSE_SECONDS)) + 100;
}

/** The time a number of Tasmota stands for, s; undefined for 0 = never. */
export function pulseTimeSeconds(code: number): number | undefined {
  if (code <= 0) return undefined;
  return code <= 111 ? code / 10 : code - 100;
}

/** What a device says of one relay's timer, both in Tasmota's numbers. */
export interface PulseTime {
  readonly set: number;
  /** Absent in old firmware. */
  readonly remaining?: number;
}

type Data = Readonly<Record<string, unknown>>;
const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null;
const whole = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;

function pulse(set: unknown, remaining: unknown): PulseTime | undefined {
  const known = whole(set);
  const left = whole(remaining);
  if (known === undefined) return undefined;
  return { set: known, ...(left === undefined ? {} : { remaining: left }) };
}

/**
 * Reads the answer to PulseTime in the three forms that firmwares gave it:
 * `{"PulseTime1":"220 (Active 215)"}`, `{"PulseTime1":{"Set":220,"Remaining":215}}` and
 * `{"PulseTime":{"Set":[220],"Remaining":[215]}}`.
 * @param relay counted from 1
 */
export function parsePulseTime(answer: Data, relay: number): PulseTime | undefined {
  const own = answer[`PulseTime${relay}`];
  if (typeof own === 'string') {
    const match = /^(\d+) \(Active (\d+)\)$/.exec(own);
    return match === null ? undefined : pulse(Number(match[1]), Number(match[2]));
  }
  if (isData(own)) return pulse(own['Set'], own['Remaining']);
  const all = answer['PulseTime'];
  if (!isData(all)) return undefined;
  const at = (list: unknown): unknown => (Array.isArray(list) ? list[relay - 1] : undefined);
  return pulse(at(all['Set']), at(all['Remaining']));
}
