import type { EventsProblem } from '@microgrid/events';
import { isControlName, CONTROLS } from './control.js';
import { pointDefinition } from './point.js';
import type { Profile } from './profile.js';
import type { ProfileControl, Quantity, WriteStep } from './profile-control.js';
import {
  isRegisterPoint,
  pointSize,
  type ProfilePoint,
  type RegisterPoint,
} from './profile-point.js';

/** One broken rule of the profile format. */
export interface ProfileProblem extends EventsProblem {
  /** An error makes the profile unusable; a warning asks for a second look. */
  readonly severity: 'error' | 'warning';
  /** Name of the rule. */
  readonly rule: ProfileRule;
}

/** Every rule that {@link lintProfile} knows. */
export const PROFILE_RULES = [
  'unique-names',
  'vocabulary',
  'unit',
  'sign',
  'table',
  'overlap',
  'read-length',
  'forbidden',
  'scale-together',
  'reference',
  'sentinel',
  'control-safety',
  'stored-refresh',
  'deny-list',
  'bounds',
] as const;
export type ProfileRule = (typeof PROFILE_RULES)[number];

interface Span {
  readonly table: string;
  readonly address: number;
  readonly count: number;
}

const overlap = (a: Span, b: Span): boolean =>
  a.table === b.table && a.address < b.address + b.count && b.address < a.address + a.count;

const covers = (outer: Span, inner: Span): boolean =>
  outer.table === inner.table &&
  outer.address <= inner.address &&
  inner.address + inner.count <= outer.address + outer.count;

const spanText = ({ table, address, count }: Span): string =>
  `${table} ${address}..${address + count - 1}`;

const spanOf = (point: RegisterPoint): Span => ({
  table: point.table,
  address: point.address,
  count: pointSize(point),
});

/** Registers that one write touches. */
function stepSpan(step: WriteStep): Span {
  const count = step.fields.reduce((sum, field) => sum + pointSize(field), 0);
  return { table: step.table, address: step.address, count };
}

class Linter {
  readonly problems: ProfileProblem[] = [];
  private readonly ids: ReadonlySet<string>;

  constructor(private readonly profile: Profile) {
    this.ids = new Set(profile.points.map(({ id }) => id));
  }

  error(rule: ProfileRule, path: string, found: string, expected: string): void {
    this.problems.push({ severity: 'error', rule, path, found, expected });
  }

  warn(rule: ProfileRule, path: string, found: string, expected: string): void {
    this.problems.push({ severity: 'warning', rule, path, found, expected });
  }

  reference(path: string, name: string | undefined): void {
    if (name !== undefined && !this.ids.has(name)) {
      this.error('reference', path, name, 'the id of a point of this profile');
    }
  }

  quantity(path: string, quantity: Quantity | undefined): void {
    if (typeof quantity === 'object') this.reference(`${path}.point`, quantity.point);
  }

  run(): readonly ProfileProblem[] {
    this.uniqueNames('points', this.profile.points);
    this.uniqueNames('controls', this.profile.controls);
    this.profile.points.forEach((point, index) => {
      this.point(point, `points[${index}]`);
    });
    this.overlaps();
    this.blocks();
    this.profile.controls.forEach((control, index) => {
      this.control(control, `controls[${index}]`);
    });
    this.identity();
    for (const [name, limit] of Object.entries(this.profile.limits ?? {})) {
      this.quantity(`limits.${name}`, limit);
    }
    this.vectors();
    return this.problems;
  }

  private uniqueNames(what: string, named: readonly { readonly id: string }[]): void {
    const seen = new Set<string>();
    named.forEach(({ id }, index) => {
      if (seen.has(id)) this.error('unique-names', `${what}[${index}].id`, id, 'an id used once');
      seen.add(id);
    });
  }

  private point(point: ProfilePoint, path: string): void {
    const definition = pointDefinition(point.id);
    if (point.internal !== true) {
      if (definition === undefined) {
        this.error('vocabulary', `${path}.id`, point.id, 'a point of the vocabulary, or internal');
      } else if (!unitFits(point.unit, definition.unit)) {
        this.error('unit', `${path}.unit`, point.unit, `a unit that becomes ${definition.unit}`);
      }
    }
    if (
      point.minimum !== undefined &&
      point.maximum !== undefined &&
      point.minimum > point.maximum
    ) {
      this.error('bounds', `${path}.minimum`, String(point.minimum), 'not above maximum');
    }
    if (isRegisterPoint(point)) this.registerPoint(point, path);
    else {
      point.sum.forEach((term, index) => {
        this.reference(`${path}.sum[${index}].point`, term.point);
        if (term.point === point.id) {
          this.error('reference', `${path}.sum[${index}].point`, term.point, 'another point');
        }
      });
    }
  }

  private registerPoint(point: RegisterPoint, path: string): void {
    const bits = point.table === 'coil' || point.table === 'discrete';
    if (bits !== (point.encoding === 'bit')) {
      const expected = bits ? 'bit in a table of bits' : 'an encoding of registers';
      this.error('table', `${path}.encoding`, point.encoding, expected);
    }
    if ((point.encoding === 'string') !== (point.count !== undefined)) {
      this.error(
        'table',
        `${path}.count`,
        String(point.count),
        'a count for strings and only there',
      );
    }
    if (point.address + pointSize(point) > 65_536) {
      this.error('read-length', `${path}.address`, String(point.address), 'registers up to 65535');
    }
    if (point.scale === 0) this.error('unit', `${path}.scale`, '0', 'a factor that is not 0');
    const directed = point.unit === 'W' || point.unit === 'var';
    if (directed && point.internal !== true && point.sign === undefined) {
      this.error(
        'sign',
        `${path}.sign`,
        'nothing',
        '1 or -1: which way is positive must be stated',
      );
    }
    for (const [index, raw] of (point.absent ?? []).entries()) {
      if (!fitsEncoding(point.encoding, raw)) {
        const expected = `a value that ${point.encoding} can hold`;
        this.error('sentinel', `${path}.absent[${index}]`, String(raw), expected);
      }
    }
    if (point.scaleFrom !== undefined) this.scaleFrom(point, point.scaleFrom, path);
  }

  /** A scale factor may change at any time: it only fits values of the same reply. */
  private scaleFrom(point: RegisterPoint, name: string, path: string): void {
    this.reference(`${path}.scaleFrom`, name);
    const factor = this.profile.points.find(({ id }) => id === name);
    if (factor === undefined) return;
    const together =
      isRegisterPoint(factor) &&
      (this.profile.blocks ?? []).some(
        (block) => covers(block, spanOf(point)) && covers(block, spanOf(factor)),
      );
    if (!together) {
      this.error('scale-together', `${path}.scaleFrom`, name, 'a point in the same block');
    }
    if (factor.unit !== 'exponent') {
      this.error('unit', `${path}.scaleFrom`, name, 'a point with unit exponent');
    }
  }

  private overlaps(): void {
    const points = this.profile.points
      .map((point, index) => ({ point, index }))
      .filter((entry): entry is { point: RegisterPoint; index: number } =>
        isRegisterPoint(entry.point),
      )
      .sort((a, b) => a.point.address - b.point.address);
    for (const [index, { point, index: place }] of points.entries()) {
      for (const other of points.slice(index + 1)) {
        if (other.point.address >= point.address + pointSize(point)) break;
        // Several meanings of one register (bits, states) are read from it the same way.
        const shared =
          point.address === other.point.address && point.encoding === other.point.encoding;
        if (!shared && overlap(spanOf(point), spanOf(other.point))) {
          const expected = `registers of its own: points[${place}] (${point.id}) lies there`;
          this.error('overlap', `points[${other.index}]`, other.point.id, expected);
        }
      }
    }
  }

  private blocks(): void {
    const limit = this.profile.transport.registersPerRead ?? 125;
    for (const [index, block] of (this.profile.blocks ?? []).entries()) {
      const bits = block.table === 'coil' || block.table === 'discrete';
      const most = bits ? 2000 : limit;
      if (block.count > most) {
        this.error('read-length', `blocks[${index}].count`, String(block.count), `at most ${most}`);
      }
      for (const range of this.profile.forbidden ?? []) {
        if (overlap(block, range)) {
          const expected = `no forbidden register (${spanText(range)})`;
          this.error('forbidden', `blocks[${index}]`, spanText(block), expected);
        }
      }
    }
    this.profile.points.forEach((point, index) => {
      if (!isRegisterPoint(point)) return;
      if (pointSize(point) > limit) {
        const expected = `at most ${limit} registers in one read`;
        this.error('read-length', `points[${index}]`, String(pointSize(point)), expected);
      }
      for (const range of this.profile.forbidden ?? []) {
        if (overlap(spanOf(point), range)) {
          const expected = `no forbidden register (${spanText(range)})`;
          this.error('forbidden', `points[${index}]`, spanText(spanOf(point)), expected);
        }
      }
    });
  }

  private control(control: ProfileControl, path: string): void {
    if (!isControlName(control.id)) {
      this.error('vocabulary', `${path}.id`, control.id, 'a control of the vocabulary');
    } else if (CONTROLS[control.id].unit !== control.unit) {
      this.error('unit', `${path}.unit`, control.unit, CONTROLS[control.id].unit);
    }
    this.quantity(`${path}.minimum`, control.minimum);
    this.quantity(`${path}.maximum`, control.maximum);
    if (control.unit !== 'bool' && control.maximum === undefined) {
      this.error('control-safety', `${path}.maximum`, 'nothing', 'a bound for every set point');
    }
    if (control.unit === 'W' && control.id === 'batteryPower' && control.terminal === undefined) {
      this.error('control-safety', `${path}.terminal`, 'nothing', 'ac or dc');
    }
    if (typeof control.verify === 'object') {
      this.reference(`${path}.verify.point`, control.verify.point);
    }
    this.expiry(control, path);
    this.steps(control.steps, `${path}.steps`);
    this.steps(control.release, `${path}.release`);
  }

  private expiry(control: ProfileControl, path: string): void {
    const { expiryMs, refreshMs, storage } = control;
    if (refreshMs !== undefined && expiryMs !== undefined && refreshMs >= expiryMs) {
      this.error('control-safety', `${path}.refreshMs`, String(refreshMs), 'less than expiryMs');
    }
    const refreshed = refreshMs !== undefined || expiryMs !== undefined;
    if (refreshed && storage !== 'volatile') {
      const expected = 'volatile: a register that wears out must not be refreshed';
      this.error('stored-refresh', `${path}.storage`, storage, expected);
    }
    if (expiryMs === undefined && control.unit !== 'bool') {
      const expected = 'a device-side expiry: without one the last set point outlives a crash';
      this.warn('control-safety', `${path}.expiryMs`, 'nothing', expected);
    }
  }

  private steps(steps: readonly WriteStep[], path: string): void {
    for (const [index, step] of steps.entries()) {
      const span = stepSpan(step);
      for (const denied of this.profile.deny ?? []) {
        if (overlap(span, denied)) {
          const expected = `no register of the deny list (${spanText(denied)}: ${denied.why})`;
          this.error('deny-list', `${path}[${index}]`, spanText(span), expected);
        }
      }
      for (const [place, field] of step.fields.entries()) {
        const at = `${path}[${index}].fields[${place}]`;
        if ((step.table === 'coil') !== (field.encoding === 'bit')) {
          this.error('table', `${at}.encoding`, field.encoding, 'bit for coils and only there');
        }
        if (typeof field.value === 'number') continue;
        this.reference(`${at}.value.over`, field.value.over);
        this.reference(`${at}.value.scaleFrom`, field.value.scaleFrom);
      }
    }
  }

  private identity(): void {
    const { identity } = this.profile;
    if (identity === undefined) return;
    for (const part of ['manufacturer', 'model', 'serial', 'firmware'] as const) {
      this.reference(`identity.${part}`, identity[part]);
    }
  }

  private vectors(): void {
    this.profile.vectors.forEach((vector, index) => {
      for (const name of Object.keys(vector.values)) {
        this.reference(`vectors[${index}].values.${name}`, name);
      }
    });
    if (this.profile.vectors.length === 0) {
      this.warn('reference', 'vectors', 'none', 'at least one test vector');
    }
  }
}

function unitFits(unit: string, wanted: string): boolean {
  if (wanted === 'mWh') return unit === 'kWh' || unit === 'Wh' || unit === 'mWh';
  return unit === wanted;
}

const RANGES: Partial<Record<RegisterPoint['encoding'], readonly [number, number]>> = {
  u16: [0, 0xffff],
  s16: [-0x8000, 0x7fff],
  u32: [0, 0xffff_ffff],
  s32: [-0x8000_0000, 0x7fff_ffff],
  bit: [0, 1],
};

function fitsEncoding(encoding: RegisterPoint['encoding'], raw: number): boolean {
  if (encoding === 'string') return false;
  const range = RANGES[encoding];
  return range === undefined || (Number.isInteger(raw) && raw >= range[0] && raw <= range[1]);
}

/**
 * Checks what a schema cannot say: names used once and known, units and signs, registers that
 * overlap, reads that are too long, scale factors read apart from their values, sentinels that can
 * never occur, controls without bounds, refresh of registers that wear out, writes to denied ones.
 */
export function lintProfile(profile: Profile): readonly ProfileProblem[] {
  return new Linter(profile).run();
}
