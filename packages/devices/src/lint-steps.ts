import type { ProfileControl, WriteField, WriteStep } from './profile-control.js';
import { appliesTo, purposesOf } from './profile-steps.js';
import type { ProfileProblems } from './profile-problems.js';
import { borderInside, overlap, spanText, stepSpan } from './register-span.js';

/** Longest write that the protocol allows. */
const REGISTERS_PER_WRITE = 123;
const BITS_PER_WRITE = 1968;

/** Rules about the writes of a control: where they go, what they carry, and in which order. */
export function lintSteps(problems: ProfileProblems, control: ProfileControl, path: string): void {
  control.steps.forEach((step, index) => {
    lintStep(problems, step, `${path}.steps[${index}]`);
    lintMaps(problems, control, step, `${path}.steps[${index}]`);
  });
  control.release.forEach((step, index) => {
    lintStep(problems, step, `${path}.release[${index}]`);
    lintReleaseMaps(problems, step, `${path}.release[${index}]`);
  });
  lintOrder(problems, control, path);
  lintCoverage(problems, control, path);
  if (control.verify === 'registers') lintReadBack(problems, control, path);
}

function lintStep(problems: ProfileProblems, step: WriteStep, path: string): void {
  const span = stepSpan(step);
  const { deny = [], boundaries = [] } = problems.profile;
  for (const denied of deny) {
    if (overlap(span, denied)) {
      const expected = `no register of the deny list (${spanText(denied)}: ${denied.why})`;
      problems.error('deny-list', path, spanText(span), expected);
    }
  }
  for (const border of boundaries) {
    if (borderInside(span, border)) {
      const expected = `no write across the border before ${border.table} ${border.address}`;
      problems.error('boundary', path, spanText(span), expected);
    }
  }
  problems.insideSpace(path, span);
  const most = step.table === 'coil' ? BITS_PER_WRITE : REGISTERS_PER_WRITE;
  if (span.count > most) {
    problems.error('read-length', path, String(span.count), `at most ${most} in one write`);
  }
  for (const [place, field] of step.fields.entries()) {
    lintField(problems, step, field, `${path}.fields[${place}]`);
  }
}

function lintField(
  problems: ProfileProblems,
  step: WriteStep,
  field: WriteField,
  path: string,
): void {
  if ((step.table === 'coil') !== (field.encoding === 'bit')) {
    problems.error('table', `${path}.encoding`, field.encoding, 'bit for coils and only there');
  }
  const { value } = field;
  if (typeof value === 'number' || 'map' in value) return;
  problems.reference(`${path}.value.scaleFrom`, value.scaleFrom);
  if ('point' in value) problems.reference(`${path}.value.point`, value.point);
  else problems.reference(`${path}.value.over`, value.over);
}

/** A table of commands must answer every one that may come, and only those. */
function lintMaps(
  problems: ProfileProblems,
  control: ProfileControl,
  step: WriteStep,
  path: string,
): void {
  const expected =
    control.unit === 'state'
      ? (control.states ?? []).map(({ value }) => value)
      : control.unit === 'bool'
        ? [0, 1]
        : undefined;
  step.fields.forEach(({ value }, place) => {
    if (typeof value === 'number' || !('map' in value)) return;
    const listed = value.map.map(([command]) => command).sort((a, b) => a - b);
    const at = `${path}.fields[${place}].value.map`;
    const wanted = expected?.filter((command) => appliesTo(step, command)).sort((a, b) => a - b);
    if (new Set(listed).size !== listed.length) {
      problems.error('states', at, listed.join(', '), 'each command once');
    } else if (wanted === undefined) {
      problems.error('states', at, listed.join(', '), 'a control of unit state or bool');
    } else if (wanted.join() !== listed.join()) {
      problems.error('states', at, listed.join(', '), `the commands ${wanted.join(', ')}`);
    }
  });
}

/** Release steps are taken at a command of 0. */
function lintReleaseMaps(problems: ProfileProblems, step: WriteStep, path: string): void {
  step.fields.forEach(({ value }, place) => {
    if (typeof value === 'number' || !('map' in value)) return;
    if (value.map.some(([command]) => command === 0)) return;
    const found = value.map.map(([command]) => command).join(', ');
    problems.error('states', `${path}.fields[${place}].value.map`, found, 'a value for 0');
  });
}

const ORDER = { fallback: 0, setPoint: 1, enable: 2 } as const;

/** Fallback first, what makes a set point effective last. */
function lintOrder(problems: ProfileProblems, control: ProfileControl, path: string): void {
  let last: keyof typeof ORDER = 'fallback';
  for (const [index, purpose] of purposesOf(control.steps).entries()) {
    if (ORDER[purpose] < ORDER[last]) {
      const expected = `${purpose} before ${last}: fallback first, set point next, enable last`;
      problems.error('write-order', `${path}.steps[${index}].purpose`, purpose, expected);
    }
    last = purpose;
  }
}

/** Every command must write something that is not only its fallback. */
function lintCoverage(problems: ProfileProblems, control: ProfileControl, path: string): void {
  const purposes = purposesOf(control.steps);
  for (const [command, name] of commandsToTry(control)) {
    const writes = control.steps.filter(
      (step, index) => appliesTo(step, command) && purposes[index] !== 'fallback',
    );
    if (writes.length === 0) {
      const expected = `a step for ${name} (${command})`;
      problems.error('write-order', `${path}.steps`, 'none that applies', expected);
    }
  }
}

function commandsToTry(control: ProfileControl): (readonly [number, string])[] {
  if (control.unit === 'state') {
    return (control.states ?? []).map(({ value, name }) => [value, name] as const);
  }
  if (control.unit === 'bool') {
    return [
      [0, 'off'],
      [1, 'on'],
    ];
  }
  const { minimum, maximum } = control;
  const least = typeof minimum === 'object' ? (minimum.factor ?? 1) : minimum;
  const most = typeof maximum === 'object' ? (maximum.factor ?? 1) : maximum;
  const tried: (readonly [number, string])[] = [];
  if (most === undefined || most > 0) tried.push([1, 'a positive command']);
  if (least === undefined || least <= 0 || control.allowZero === true) tried.push([0, 'zero']);
  if (least !== undefined && least < 0) tried.push([-1, 'a negative command']);
  return tried;
}

function lintReadBack(problems: ProfileProblems, control: ProfileControl, path: string): void {
  for (const range of problems.profile.forbidden ?? []) {
    if (control.steps.some((step) => overlap(stepSpan(step), range))) {
      const expected = `another way to confirm: ${spanText(range)} must not be read`;
      problems.error('forbidden', `${path}.verify`, 'registers', expected);
    }
  }
}
