import { pointDefinition } from '@microgrid/devices';
import type { ReadingV1 } from '@microgrid/events';
import { profileDecoder, type InspectedPoint } from '@microgrid/driver-modbus';
import type { OpenedDevice } from './opened-device.js';
import { textTable } from './text-table.js';

/** One point of a device as the commands show it; as JSON these are the keys of its row. */
export interface ShownPoint {
  readonly point: string;
  /** Absent where there is none. */
  readonly value?: number;
  /** Name of the state or of the bits that are set, where the value stands for one. */
  readonly text?: string;
  readonly unit: string;
  readonly quality: ReadingV1['quality'];
  readonly cause?: string;
  /** When it was read, UTC. */
  readonly at: string;
  /** How long before now that was. */
  readonly ageMs: number;
  /** Registers as they came; absent for sums and for drivers in code. */
  readonly raw?: readonly number[];
}

/** Makes rows of readings, again at each poll. The profile is looked at once. */
export function pointRows(
  opened: OpenedDevice,
): (readings: readonly ReadingV1[], nowMs: number) => readonly ShownPoint[] {
  const { profile } = opened.source;
  const { phases } = opened.device.description;
  const decode = profile === undefined ? undefined : profileDecoder(profile, phases);
  const units = new Map(profile?.points.map(({ id, unit }) => [id, unit]));
  return (readings, nowMs) => {
    const inspected: ReadonlyMap<string, InspectedPoint> =
      decode?.(opened.registers) ?? new Map<string, InspectedPoint>();
    return readings.map(({ point, at, quality, value, cause }) => {
      const { raw, text } = inspected.get(point) ?? {};
      return {
        point,
        ...(value === undefined ? {} : { value }),
        ...(text === undefined || value === undefined ? {} : { text }),
        unit: pointDefinition(point)?.unit ?? units.get(point) ?? '',
        quality,
        ...(cause === undefined ? {} : { cause }),
        at,
        ageMs: Math.max(0, nowMs - Date.parse(at)),
        ...(raw === undefined ? {} : { raw }),
      };
    });
  };
}

const ENERGY = { mWh: 'kWh', mvarh: 'kvarh' } as const;

/** A value for people: energies in kWh, at most three decimals. */
export function valueText({ value, unit, text }: Pick<ShownPoint, 'value' | 'unit' | 'text'>): {
  readonly value: string;
  readonly unit: string;
} {
  if (value === undefined) return { value: '-', unit: '' };
  if (unit === 'mWh' || unit === 'mvarh') {
    return { value: (value / 1_000_000).toFixed(3), unit: ENERGY[unit] };
  }
  const shown = Number.isInteger(value) ? String(value) : String(Number(value.toFixed(3)));
  if (unit === 'bool') return { value: value === 0 ? 'no' : 'yes', unit: '' };
  const named = text === undefined ? shown : `${shown} ${text}`;
  return { value: named, unit: unit === 'code' || unit === 'ratio' ? '' : unit };
}

const hex = (registers: readonly number[]): string =>
  registers.map((register) => register.toString(16).padStart(4, '0')).join(' ');

/** Registers shown of one value before the rest is left out. */
const MOST_REGISTERS = 4;

function rawText(raw: readonly number[] | undefined): string {
  if (raw === undefined) return '';
  const more = raw.length > MOST_REGISTERS ? ' …' : '';
  return hex(raw.slice(0, MOST_REGISTERS)) + more;
}

/** What a driver says of registers that hold the device's "there is none". */
const NOT_IMPLEMENTED = 'not implemented';

/** Whether a point is as it should be: read, or simply not there in this device. */
export const isSound = ({ quality, cause }: ShownPoint): boolean =>
  quality === 'good' || (quality === 'bad' && cause === NOT_IMPLEMENTED);

/** Quality with its cause, for people. */
function qualityText({ quality, cause }: ShownPoint): string {
  if (cause === undefined) return quality;
  return cause === NOT_IMPLEMENTED ? cause : `${quality}: ${cause}`;
}

/** A time for people: `0.2 s`, `3 min`. */
export function ageText(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 3_600_000 ? `${Math.round(ms / 60_000)} min` : `${(ms / 3_600_000).toFixed(1)} h`;
}

/** The table of `read` and `watch`. */
export function pointTable(rows: readonly ShownPoint[]): string[] {
  const raw = rows.some((row) => row.raw !== undefined);
  return textTable(
    [
      { title: 'point' },
      { title: 'value', align: 'right' },
      { title: 'unit' },
      { title: 'age', align: 'right' },
      ...(raw ? [{ title: 'registers' }] : []),
      { title: 'quality' },
    ],
    rows.map((row) => {
      const { value, unit } = valueText(row);
      return [
        row.point,
        value,
        unit,
        ageText(row.ageMs),
        ...(raw ? [rawText(row.raw)] : []),
        qualityText(row),
      ];
    }),
  );
}
