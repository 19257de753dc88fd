import {
  formatInstant,
  formatKilowattHours,
  type EpochMs,
  type MilliwattHours,
} from '@microgrid/units';
import { REGISTERS, type Register } from './counter-plausibility.js';
import type { CounterReading, ReadingClock } from './counter-reading.js';
import type { RegisterValues } from './meter-history.js';
import { MeteringError } from './metering-error.js';
import type { Finding } from './validation/rules.js';

/**
 * How a meter adds its phases up: `vector` saldates them, so that only the sum of import - export over the
 * phases is the total's; `perPhase` counts each phase on its own, so that the phases of each direction
 * sum to the total of that direction.
 */
export type PhaseSum = 'vector' | 'perPhase';

/** A register that is a part of the total: one tariff rate or one phase. A direction it has not is absent. */
export interface RegisterPart extends Partial<RegisterValues> {
  /** As the meter calls it: `T1`, `1.8.2`, `L3`. */
  readonly name: string;
}

/** All registers of a meter at one instant. */
export interface RegisterSnapshot {
  readonly meteringPoint: string;
  readonly atMs: EpochMs;
  readonly quality: 'good' | 'suspect';
  readonly meter?: string;
  readonly clock?: ReadingClock;
  /** The total registers, where the meter has them. */
  readonly total?: Partial<RegisterValues>;
  /** The registers of the tariff rates. */
  readonly rates?: readonly RegisterPart[];
  /** The registers of the phases. */
  readonly phases?: readonly RegisterPart[];
}

/** How parts are held against the total. */
export interface RegisterTotalSettings {
  /** What the last digit of every register stands for, mWh. Default 1. */
  readonly counterUnitMilliwattHours?: number;
  /** What the phases do; must be given where a snapshot has phases. */
  readonly phaseSum?: PhaseSum;
  /**
   * Units by which a sum may miss its total. Default 0: exactly. A meter that counts finer than it shows
   * cuts each register, so n parts may miss their total by n - 1 units.
   */
  readonly toleranceUnits?: number;
  /** Takes a direction of which there is neither total nor part for one that never moves: 0. Default false. */
  readonly absentIsZero?: boolean;
}

/** Total readings of snapshots, and where a meter contradicts itself. */
export interface RegisterTotals {
  /** In the order of the snapshots; `suspect` where a sum does not fit. */
  readonly readings: readonly CounterReading[];
  /** Rule `sumCheck`: the parts, their sum and the total, at the instant of the snapshot. */
  readonly findings: readonly Finding[];
}

const DIRECTION: Readonly<Record<Register, string>> = {
  importMilliwattHours: 'import',
  exportMilliwattHours: 'export',
};

function refuse(
  snapshot: RegisterSnapshot,
  column: string,
  value: string,
  expected: string,
): never {
  const place = `${snapshot.meteringPoint} at ${formatInstant(snapshot.atMs)}`;
  throw new MeteringError('bad-option', { column: `${place}: ${column}`, value, expected });
}

/** The sum of a direction over parts; undefined where no part has the direction. */
function sumOf(parts: readonly RegisterPart[], register: Register): MilliwattHours | undefined {
  const values = parts.flatMap((part) => part[register] ?? []);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}

function checkCounts(snapshot: RegisterSnapshot, unit: number): void {
  const { total = {}, rates = [], phases = [] } = snapshot;
  for (const part of [{ ...total, name: 'total' }, ...rates, ...phases]) {
    for (const register of REGISTERS) {
      const value = part[register];
      if (value === undefined) continue;
      if (Number.isSafeInteger(value) && value >= 0 && value % unit === 0) continue;
      const expected = `whole units of ${unit} mWh, 0 or more`;
      refuse(snapshot, `${part.name} ${DIRECTION[register]}`, String(value), expected);
    }
  }
  for (const register of REGISTERS) {
    const missing = rates.filter((rate) => rate[register] === undefined);
    if (missing.length === 0 || missing.length === rates.length) continue;
    const names = missing.map(({ name }) => name).join(', ');
    refuse(
      snapshot,
      `${DIRECTION[register]} of the rates`,
      `none of ${names}`,
      'one of every rate',
    );
  }
}

/** What a group of parts must come to, and what it comes to. */
interface Sum {
  readonly what: string;
  readonly parts: readonly RegisterPart[];
  readonly found: number;
  readonly expected: number;
}

/** Every sum that can be held against the total registers. */
function* sums(
  snapshot: RegisterSnapshot,
  total: RegisterValues,
  phaseSum: PhaseSum | undefined,
): Generator<Sum> {
  const { rates = [], phases = [] } = snapshot;
  const vector = phaseSum === 'vector';
  for (const register of REGISTERS) {
    const what = DIRECTION[register];
    for (const parts of vector ? [rates] : [rates, phases]) {
      const found = sumOf(parts, register);
      if (found !== undefined) yield { what, parts, found, expected: total[register] };
    }
  }
  if (!vector || phases.length === 0) return;
  const net = (of: Partial<RegisterValues>): number =>
    (of.importMilliwattHours ?? 0) - (of.exportMilliwattHours ?? 0);
  const found = phases.reduce((sum, phase) => sum + net(phase), 0);
  yield { what: 'import - export', parts: phases, found, expected: net(total) };
}

const kilowattHours = (energy: number): string =>
  `${energy < 0 ? '-' : ''}${formatKilowattHours(Math.abs(energy))}`;

function totalOf(snapshot: RegisterSnapshot, settings: RegisterTotalSettings): RegisterValues {
  const { total = {}, rates = [], phases = [] } = snapshot;
  const of = (register: Register): MilliwattHours => {
    const known =
      total[register] ??
      sumOf(rates, register) ??
      // Saldated phases tell the difference of the directions, and neither of them.
      (settings.phaseSum === 'perPhase' ? sumOf(phases, register) : undefined);
    if (known !== undefined) return known;
    const parts = [...rates, ...phases].some((part) => part[register] !== undefined);
    if (settings.absentIsZero === true && !parts) return 0;
    const expected = `a total register, all rates, or phases with phaseSum perPhase`;
    return refuse(snapshot, DIRECTION[register], 'no total', expected);
  };
  return {
    importMilliwattHours: of('importMilliwattHours'),
    exportMilliwattHours: of('exportMilliwattHours'),
  };
}

/**
 * The total registers of a meter from what it has: its total registers, else the sum of its tariff rates,
 * else that of its phases (`perPhase`). Where it has both, they are held against each other in whole counter
 * units: rates sum to the total, phases as `phaseSum` says. A reading whose sums do not fit is `suspect`,
 * so that its intervals are `estimated`, and the finding names the parts.
 * @throws MeteringError `bad-option` for registers that are no whole units, phases without `phaseSum`, a
 *   rate without a direction that the others have, or a direction of which no total can be told.
 */
export function registerTotals(
  snapshots: Iterable<RegisterSnapshot>,
  settings: RegisterTotalSettings = {},
): RegisterTotals {
  const { counterUnitMilliwattHours: unit = 1, toleranceUnits = 0, phaseSum } = settings;
  const readings: CounterReading[] = [];
  const findings: Finding[] = [];
  for (const snapshot of snapshots) {
    const { meteringPoint, atMs, meter, clock, phases = [] } = snapshot;
    checkCounts(snapshot, unit);
    if (phases.length > 0 && phaseSum === undefined) {
      refuse(
        snapshot,
        'phaseSum',
        'nothing',
        'vector or perPhase, as the meter adds its phases up',
      );
    }
    const total = totalOf(snapshot, settings);
    let { quality } = snapshot;
    for (const { what, parts, found, expected } of sums(snapshot, total, phaseSum)) {
      if (Math.abs(found - expected) <= toleranceUnits * unit) continue;
      quality = 'suspect';
      const names = parts.map(({ name }) => name).join(' + ');
      const off = `${toleranceUnits === 0 ? 'exactly' : `within ${toleranceUnits} units of`} ${kilowattHours(expected)} kWh`;
      const at = formatInstant(atMs);
      const message = `${what}: the registers ${names} sum to ${kilowattHours(found)} kWh, expected ${off}, the total`;
      findings.push({
        rule: 'sumCheck',
        severity: 'warning',
        meteringPoint,
        start: at,
        end: at,
        message,
      });
    }
    readings.push({
      meteringPoint,
      atMs,
      ...total,
      quality,
      ...(meter === undefined ? {} : { meter }),
      ...(clock === undefined ? {} : { clock }),
    });
  }
  return { readings, findings };
}
