import {
  isRegisterPoint,
  pointSize,
  type Profile,
  type ProfileControl,
  type ResolvedFallback,
  type SetPointPlan,
  type SetPointPort,
  type SetPointReadBack,
  type SetPointWrite,
  type WriteResult,
  type WriteStep,
} from '@microgrid/devices';
import { clampSetPoint } from './clamp-set-point.js';
import { commandIn, controlWrites, type Lookup, type PlannedWrite } from './control-writes.js';
import { resolve, type ControlBounds } from './describe.js';
import { decodeField } from './interpret-controls.js';
import { compilePoint, sentinelsOf } from './point-decoder.js';
import { factsOf } from './safety-table.js';
import type { UnitLink } from './unit-link.js';

/** Exceptions that sending the same write again would only repeat: no such function, address, value. */
const LASTING: ReadonlySet<number> = new Set([1, 2, 3]);

/** Controls that bound something: at their maximum they bound nothing. */
const LIMITS: ReadonlySet<string> = new Set(['exportLimit', 'chargeLimit', 'dischargeLimit']);

/** What a set point needs to know. */
export interface ModbusSetPointOptions {
  readonly profile: Profile;
  readonly control: ProfileControl;
  readonly link: UnitLink;
  readonly lookup: Lookup;
  /** Bounds as profile, configuration and device tell them; undefined while not known. */
  readonly bounds: () => ControlBounds | undefined;
}

/** One control of a profile as the keeper of set points sees it: its writes, and what they did. */
export class ModbusSetPoint implements SetPointPort {
  readonly facts: SetPointPort['facts'];

  constructor(private readonly options: ModbusSetPointOptions) {
    const { control, profile, lookup } = options;
    this.facts = factsOf(control, profile, lookup);
  }

  get control(): string {
    return this.options.control.id;
  }

  get bool(): boolean {
    return this.options.control.unit === 'bool';
  }

  fallback(): ResolvedFallback {
    const { control, lookup } = this.options;
    const { fallback } = control;
    if (fallback === undefined) return 'unknown';
    const { value, configurable } = fallback;
    if (typeof value === 'object') return resolve(value, lookup);
    // An installer may have changed it, and the device does not tell.
    return configurable === true && typeof value === 'number' ? 'unknown' : value;
  }

  safeValue(): number | undefined {
    const { control, lookup, bounds } = this.options;
    const safe = resolve(control.safeValue, lookup);
    return safe === undefined ? undefined : clampSetPoint(safe, bounds() ?? {}, control);
  }

  unrestricted(value: number): boolean {
    const most = LIMITS.has(this.control) ? this.options.bounds()?.maximum : undefined;
    return most !== undefined && value >= most;
  }

  plan(value: number): SetPointPlan {
    return this.planOf(this.options.control.steps, value);
  }

  planRelease(): SetPointPlan {
    return this.planOf(this.options.control.release, 0);
  }

  private planOf(steps: readonly WriteStep[], value: number): SetPointPlan {
    const plan = controlWrites(steps, value, this.options.lookup);
    return plan.ok ? plan.writes.map((write) => this.writeOf(write)) : { reason: plan.reason };
  }

  private writeOf(write: PlannedWrite): SetPointWrite {
    const { delayMs, once, ...request } = write;
    const { table, address, values } = request;
    return {
      place: `${table} ${address}`,
      content: Array.from(values, Number).join(' '),
      ...(delayMs === undefined ? {} : { delayMs }),
      ...(once === undefined ? {} : { once }),
      // What must be looked at before it is written must be readable.
      unreadable: this.options.control.verify !== 'registers' && once !== true,
      send: async (): Promise<WriteResult> => {
        const result = await this.options.link.write(request);
        if (result.ok) return { kind: 'done' };
        const { cause, exception, inProgress } = result.failure;
        if (inProgress === true) return { kind: 'in-progress' };
        return { kind: 'failed', cause, lasting: LASTING.has(exception ?? 0) };
      },
      stands: () => this.stands(request),
    };
  }

  private async stands({ table, address, values }: PlannedWrite): Promise<boolean | undefined> {
    const found = await this.read(table, address, values.length);
    if (found === undefined) return undefined;
    return Array.from(values, Number).every((value, index) => found[index] === value);
  }

  private async read(
    table: 'holding' | 'coil' | 'input' | 'discrete',
    address: number,
    count: number,
  ): Promise<number[] | undefined> {
    const request = { priority: 'control', fresh: true } as const;
    const result = await this.options.link.read(table, address, count, request);
    return result.ok ? Array.from<number | boolean, number>(result.value, Number) : undefined;
  }

  readBack(value: number): Promise<SetPointReadBack | undefined> {
    const { verify } = this.options.control;
    if (verify === 'none') return Promise.resolve({ confirmed: true });
    if (verify === 'registers') return this.readRegisters(value);
    return this.readPoint(verify.point, value, verify.tolerance);
  }

  /** Reads every written register back, in as few reads as their distances allow. */
  private async readRegisters(value: number): Promise<SetPointReadBack | undefined> {
    const { control, lookup } = this.options;
    const plan = controlWrites(control.steps, value, lookup);
    if (!plan.ok) return undefined;
    const found = new Map<string, number>();
    for (const { table, address, count } of readBackSpans(plan.writes)) {
      const registers = await this.read(table, address, count);
      if (registers === undefined) return undefined;
      registers.forEach((register, index) => found.set(`${table}/${address + index}`, register));
    }
    const confirmed = plan.writes.every(({ table, address, values }) =>
      Array.from(values, Number).every(
        (register, index) => found.get(`${table}/${address + index}`) === register,
      ),
    );
    if (confirmed) return { confirmed, value };
    const told = commandIn(control, memoryOf(found), decodeField, lookup);
    return told === undefined ? { confirmed } : { confirmed, value: told };
  }

  private async readPoint(
    id: string,
    wanted: number,
    tolerance: number,
  ): Promise<SetPointReadBack | undefined> {
    const { profile, lookup } = this.options;
    const point = profile.points.find((candidate) => candidate.id === id);
    if (point === undefined || !isRegisterPoint(point)) return undefined;
    const registers = await this.read(point.table, point.address, pointSize(point));
    if (registers === undefined) return undefined;
    const exponent = point.scaleFrom === undefined ? undefined : lookup(point.scaleFrom);
    const sentinels = sentinelsOf(profile, point);
    const value = compilePoint(point, 0, { sentinels })(registers, exponent);
    if (value === undefined) return { confirmed: false };
    return { confirmed: Math.abs(value - wanted) <= tolerance, value };
  }

  /**
   * Whether what was measured fits a set point: between rest and the set point, at or below it where
   * it is a limit or a current, give or take the tolerance; undefined where it was not measured.
   */
  follows(value: number, measured: Lookup): boolean | undefined {
    const { control } = this.options;
    const { follows } = control;
    if (follows === undefined) return undefined;
    const told = measured(follows.point);
    if (told === undefined) return undefined;
    const found = told * (follows.factor ?? 1);
    if (this.bool) return value !== 0 || found <= follows.tolerance;
    const least = LIMITS.has(control.id) || control.unit === 'A' ? -Infinity : Math.min(0, value);
    return found >= least - follows.tolerance && found <= Math.max(0, value) + follows.tolerance;
  }
}

/** Registers that stood idle between two written ones may be read along when reading back. */
const READ_BACK_BRIDGE = 16;

interface ReadBackSpan {
  readonly table: 'holding' | 'coil';
  readonly address: number;
  count: number;
}

function readBackSpans(writes: readonly PlannedWrite[]): ReadBackSpan[] {
  const spans: ReadBackSpan[] = [];
  for (const { table, address, values } of [...writes].sort((a, b) => a.address - b.address)) {
    const last = spans.at(-1);
    const near =
      last !== undefined &&
      last.table === table &&
      address - (last.address + last.count) <= READ_BACK_BRIDGE;
    if (near) last.count = Math.max(last.count, address + values.length - last.address);
    else spans.push({ table, address, count: values.length });
  }
  return spans;
}

function memoryOf(found: ReadonlyMap<string, number>) {
  return (table: string, address: number, count: number): number[] | undefined => {
    const registers = Array.from({ length: count }, (_, index) =>
      found.get(`${table}/${address + index}`),
    );
    return registers.every((register) => register !== undefined) ? registers : undefined;
  };
}
