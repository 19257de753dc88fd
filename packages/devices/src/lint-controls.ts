import { CONTROLS, isControlName } from './control.js';
import type { ProfileControl, WriteStep } from './profile-control.js';
import type { ProfileProblems } from './profile-problems.js';
import { overlap, spanText, stepSpan } from './register-span.js';

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
  problems.quantity(`${path}.minimum`, control.minimum);
  problems.quantity(`${path}.maximum`, control.maximum);
  if (control.unit !== 'bool' && control.maximum === undefined) {
    problems.error('control-safety', `${path}.maximum`, 'nothing', 'a bound for every set point');
  }
  if (control.unit === 'W' && control.id === 'batteryPower' && control.terminal === undefined) {
    problems.error('control-safety', `${path}.terminal`, 'nothing', 'ac or dc');
  }
  if (typeof control.verify === 'object') {
    problems.reference(`${path}.verify.point`, control.verify.point);
  }
  lintExpiry(problems, control, path);
  lintSteps(problems, control.steps, `${path}.steps`);
  lintSteps(problems, control.release, `${path}.release`);
}

function lintExpiry(problems: ProfileProblems, control: ProfileControl, path: string): void {
  const { expiryMs, refreshMs, storage } = control;
  if (refreshMs !== undefined && expiryMs !== undefined && refreshMs >= expiryMs) {
    problems.error('control-safety', `${path}.refreshMs`, String(refreshMs), 'less than expiryMs');
  }
  const refreshed = refreshMs !== undefined || expiryMs !== undefined;
  if (refreshed && storage !== 'volatile') {
    const expected = 'volatile: a register that wears out must not be refreshed';
    problems.error('stored-refresh', `${path}.storage`, storage, expected);
  }
  if (expiryMs === undefined && control.unit !== 'bool') {
    const expected = 'a device-side expiry: without one the last set point outlives a crash';
    problems.warn('control-safety', `${path}.expiryMs`, 'nothing', expected);
  }
}

function lintSteps(problems: ProfileProblems, steps: readonly WriteStep[], path: string): void {
  for (const [index, step] of steps.entries()) {
    const span = stepSpan(step);
    for (const denied of problems.profile.deny ?? []) {
      if (overlap(span, denied)) {
        const expected = `no register of the deny list (${spanText(denied)}: ${denied.why})`;
        problems.error('deny-list', `${path}[${index}]`, spanText(span), expected);
      }
    }
    for (const [place, field] of step.fields.entries()) {
      const at = `${path}[${index}].fields[${place}]`;
      if ((step.table === 'coil') !== (field.encoding === 'bit')) {
        problems.error('table', `${at}.encoding`, field.encoding, 'bit for coils and only there');
      }
      if (typeof field.value === 'number') continue;
      problems.reference(`${at}.value.over`, field.value.over);
      problems.reference(`${at}.value.scaleFrom`, field.value.scaleFrom);
    }
  }
}
