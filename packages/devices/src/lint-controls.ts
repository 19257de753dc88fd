import { CONTROLS, isControlName } from './control.js';
import { STORED_WRITES_PER_DAY } from './control-safety.js';
import { lintSteps } from './lint-steps.js';
import type { ProfileControl } from './profile-control.js';
import { effectOf } from './profile-fallback.js';
import type { Quantity } from './profile-point.js';
import type { ProfileProblems } from './profile-problems.js';

/** Stored registers written more often than this wear out within a few years. */
const MANY_STORED_WRITES = 96;

const DAY_MS = 86_400_000;

/** Writing what wears out faster than this is a loop, not a decision. */
const LEAST_STORED_DWELL_MS = 60_000;

/** Rules about controls and the facts their safety rests on. */
export function lintControls(problems: ProfileProblems): void {
  problems.uniqueNames('controls', problems.profile.controls);
  problems.profile.controls.forEach((control, index) => {
    lintControl(problems, control, `controls[${index}]`);
  });
}

function lintControl(problems: ProfileProblems, control: ProfileControl, path: string): void {
  if (!isControlName(control.id)) {
    problems.error('vocabulary', `${path}.id`, control.id, 'a control of the vocabulary');
  } else if (CONTROLS[control.id].unit !== control.unit) {
    problems.error('unit', `${path}.unit`, control.unit, CONTROLS[control.id].unit);
  }
  for (const name of ['minimum', 'maximum', 'safeValue'] as const) {
    problems.quantity(`${path}.${name}`, control[name]);
  }
  lintBounds(problems, control, path);
  if (control.id === 'batteryPower' && control.terminal === undefined) {
    problems.error('control-safety', `${path}.terminal`, 'nothing', 'ac or dc');
  }
  if (typeof control.verify === 'object') {
    problems.reference(`${path}.verify.point`, control.verify.point);
  }
  problems.reference(`${path}.follows.point`, control.follows?.point);
  const ids = problems.profile.controls.map(({ id }) => id);
  for (const [index, other] of (control.excludes ?? []).entries()) {
    if (other === control.id || !ids.includes(other)) {
      const expected = 'another control of this profile';
      problems.error('reference', `${path}.excludes[${index}]`, other, expected);
    }
  }
  lintStates(problems, control, path);
  lintFacts(problems, control, path);
  lintExpiry(problems, control, path);
  lintFallback(problems, control, path);
  lintSteps(problems, control, path);
}

function lintBounds(problems: ProfileProblems, control: ProfileControl, path: string): void {
  const { minimum, maximum, unit } = control;
  if (unit === 'bool' || unit === 'state') {
    for (const name of ['minimum', 'maximum', 'step', 'allowZero'] as const) {
      if (control[name] === undefined) continue;
      problems.error('bounds', `${path}.${name}`, 'a bound', `none for a control of unit ${unit}`);
    }
    return;
  }
  for (const name of ['minimum', 'maximum'] as const) {
    if (control[name] === undefined) {
      const expected = 'a bound for every set point';
      problems.error('control-safety', `${path}.${name}`, 'nothing', expected);
    }
  }
  if (typeof minimum === 'number' && typeof maximum === 'number' && minimum > maximum) {
    problems.error('bounds', `${path}.minimum`, String(minimum), `not above maximum, ${maximum}`);
  }
}

function lintStates(problems: ProfileProblems, control: ProfileControl, path: string): void {
  const { states, unit } = control;
  if ((unit === 'state') !== (states !== undefined)) {
    const expected = unit === 'state' ? 'the states with their names' : 'none for this unit';
    problems.error('states', `${path}.states`, states === undefined ? 'nothing' : 'some', expected);
  }
  const values = (states ?? []).map(({ value }) => value);
  if (new Set(values).size !== values.length) {
    problems.error('states', `${path}.states`, values.join(', '), 'each value once');
  }
}

/** What the schema leaves optional, so that every missing fact is named at once. */
function lintFacts(problems: ProfileProblems, control: ProfileControl, path: string): void {
  const facts = {
    safeValue: 'the set point that does least harm when nobody is sure any more',
    fallback: 'what the device does by itself on loss, as a set point',
    risk: 'import, export or both',
    responseMs: 'the longest time until reading back shows a write',
  } as const;
  for (const name of Object.keys(facts) as (keyof typeof facts)[]) {
    if (control[name] !== undefined) continue;
    problems.error('control-safety', `${path}.${name}`, 'nothing', facts[name]);
  }
  const { safeValue, risk } = control;
  if (typeof safeValue === 'number' && !isAllowed(control, safeValue)) {
    const expected = 'a set point that the control may be given';
    problems.error('control-safety', `${path}.safeValue`, String(safeValue), expected);
  }
  if (risk !== undefined && risk !== 'both' && (control.unit === 'W' || control.unit === 'A')) {
    const oneWay = control.id !== 'batteryPower' && control.id !== 'gridPower';
    if (oneWay && risk !== effectOf(control.id)) {
      const expected = `${effectOf(control.id)} or both: that is what it bounds`;
      problems.error('control-safety', `${path}.risk`, risk, expected);
    }
  }
  const { storage, writesPerDay, minimumDwellMs } = control;
  if (storage !== 'volatile' && (minimumDwellMs ?? Infinity) < LEAST_STORED_DWELL_MS) {
    const expected = `at least ${LEAST_STORED_DWELL_MS} ms between two writes of a register that wears out`;
    problems.error('control-safety', `${path}.minimumDwellMs`, String(minimumDwellMs), expected);
  }
  if (storage !== 'volatile' && (writesPerDay ?? 0) > MANY_STORED_WRITES) {
    const expected = `at most ${MANY_STORED_WRITES} writes a day, or a volatile register`;
    problems.warn('control-safety', `${path}.writesPerDay`, String(writesPerDay), expected);
  }
}

function isAllowed(control: ProfileControl, value: number): boolean {
  if (control.unit === 'bool') return value === 0 || value === 1;
  if (control.unit === 'state') return control.states?.some((one) => one.value === value) ?? true;
  if (value === 0 && control.allowZero === true) return true;
  const number = (bound: Quantity | undefined, otherwise: number): number =>
    typeof bound === 'number' ? bound : otherwise;
  return value >= number(control.minimum, -Infinity) && value <= number(control.maximum, Infinity);
}

function lintExpiry(problems: ProfileProblems, control: ProfileControl, path: string): void {
  const { expiryMs, refreshMs, storage } = control;
  if (refreshMs !== undefined && expiryMs !== undefined && refreshMs >= expiryMs) {
    problems.error('control-safety', `${path}.refreshMs`, String(refreshMs), 'less than expiryMs');
  }
  if (refreshMs !== undefined && storage !== 'volatile') {
    const { writesPerDay = STORED_WRITES_PER_DAY, steps, release } = control;
    const writes = Math.ceil(DAY_MS / refreshMs) * steps.length + steps.length + release.length;
    if (writes > writesPerDay) {
      const expected = `a budget of ${writesPerDay} writes a day that bears ${writes}, or no refresh: these registers wear out`;
      problems.error('stored-refresh', `${path}.refreshMs`, String(refreshMs), expected);
    }
  }
  if (expiryMs === undefined && control.unit !== 'bool' && control.unit !== 'state') {
    const expected = 'a device-side expiry: without one the last set point outlives a crash';
    problems.warn('control-safety', `${path}.expiryMs`, 'nothing', expected);
  }
}

/** A fallback must fit the expiry that brings it about, and the nameplate. */
function lintFallback(problems: ProfileProblems, control: ProfileControl, path: string): void {
  const { fallback, expiryMs } = control;
  if (fallback === undefined) return;
  const at = `${path}.fallback.value`;
  const { value } = fallback;
  const keeps = value === 'last' || value === 'unknown';
  if (expiryMs !== undefined && value === 'last') {
    problems.error('fallback', at, 'last', 'what happens when expiryMs has passed');
  }
  if (expiryMs === undefined && !keeps) {
    const found = typeof value === 'object' ? value.point : String(value);
    const expected = 'last or unknown: without expiryMs the device keeps what it was told';
    problems.error('fallback', at, found, expected);
  }
  if (typeof value === 'object') problems.quantity(at, value);
  if (typeof value !== 'number') return;
  if (!isAllowed(control, value)) {
    const expected = 'a set point within the bounds of the control (above the nameplate otherwise)';
    problems.error('fallback', at, String(value), expected);
  }
  const rated = problems.profile.limits?.maxCurrentAmperes;
  if (control.unit === 'A' && typeof rated === 'number' && value > rated) {
    problems.error('fallback', at, String(value), `at most the nameplate's ${rated} A`);
  }
}
