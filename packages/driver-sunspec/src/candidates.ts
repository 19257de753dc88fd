import type { PointName } from '@microgrid/devices';
import { dcCandidates } from './dc-sources.js';
import type { DeviceParts } from './device-parts.js';
import type { ModelImage } from './model-image.js';
import { MODEL_MAP, type MapRow } from './model-map.js';
import type { PointCandidate } from './point-source.js';

/** What the map needs to know of the installation. */
export interface MapOptions {
  readonly phases: 1 | 3;
  /** The meter counts power to the grid as positive. */
  readonly invertMeterPower: boolean;
  /** The battery counts charging as positive. */
  readonly invertBatteryPower: boolean;
}

const OTHER_PHASE = /L[23]$/;
const SIGNED = /^(power|reactivePower|powerFactor)/;
const SINGLE_PHASE_DER: Partial<Record<PointName, string>> = { voltageL1: 'LNV', currentL1: 'A' };

function rowsOf(image: ModelImage, options: MapOptions): readonly MapRow[] {
  const rows = MODEL_MAP[image.found.id] ?? [];
  if (image.found.id !== 701 || options.phases === 3) return rows;
  return rows.map((row) => {
    const total = SINGLE_PHASE_DER[row[0]];
    return total === undefined ? row : [...row, total];
  });
}

function fromRows(
  image: ModelImage,
  rows: readonly MapRow[],
  turn: (row: MapRow) => boolean,
): PointCandidate[] {
  return rows.flatMap((row) => {
    const [point, conversion, ...names] = row;
    const opposite = turn(row);
    const sources = names.flatMap((name) => {
      const place = image.place(name);
      if (place === undefined) return [];
      return [
        { image, terms: [{ place, factor: opposite ? (-1 as const) : (1 as const) }], conversion },
      ];
    });
    return sources.length === 0 ? [] : [{ point, sources }];
  });
}

/** The DC power of an inverter's own model, under the name that its kind gives it. */
function dcPower(parts: DeviceParts): PointCandidate[] {
  const { ac, role } = parts;
  const place = ac?.place('DCW');
  if (ac === undefined || place === undefined) return [];
  const names: Partial<Record<DeviceParts['role'], PointName>> = {
    pvInverter: 'pvPower',
    batteryInverter: 'batteryPower',
    hybridInverter: 'dcPower',
  };
  const point = names[role];
  const terms = [{ place, factor: 1 as const }];
  return point === undefined
    ? []
    : [{ point, sources: [{ image: ac, terms, conversion: 'negated' }] }];
}

/** Every point that a device may publish, each once, with all its sources in order of preference. */
export function pointCandidates(parts: DeviceParts, options: MapOptions): PointCandidate[] {
  const { ac, storage, dc, role } = parts;
  const meter = role === 'gridMeter' || role === 'meter';
  const invert = options.invertMeterPower && meter;
  const all: PointCandidate[] = [
    ...(ac === undefined
      ? []
      : fromRows(ac, rowsOf(ac, options), ([point]) => invert && SIGNED.test(point))),
    ...dcPower(parts),
    ...(dc === undefined ? [] : dcCandidates(dc, role === 'hybridInverter')),
    ...storage.flatMap((image) =>
      fromRows(
        image,
        rowsOf(image, options),
        ([point]) =>
          options.invertBatteryPower && (point === 'batteryPower' || point === 'batteryCurrent'),
      ),
    ),
  ];
  const merged = new Map<PointName, PointCandidate>();
  for (const candidate of all) {
    if (options.phases === 1 && OTHER_PHASE.test(candidate.point)) continue;
    const before = merged.get(candidate.point);
    merged.set(candidate.point, {
      point: candidate.point,
      sources: [...(before?.sources ?? []), ...candidate.sources],
    });
  }
  return [...merged.values()];
}

/** Phases of a device by its models: those for one phase say so, model 701 in its `ACType`. */
export function phasesOf(parts: DeviceParts): 1 | 3 {
  const { ac } = parts;
  if (ac === undefined) return 1;
  if (ac.found.id === 701) return ac.number('ACType') === 0 ? 1 : 3;
  return [101, 111, 201, 211].includes(ac.found.id) ? 1 : 3;
}
