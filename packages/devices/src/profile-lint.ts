import { lintControls } from './lint-controls.js';
import { lintPoints } from './lint-points.js';
import { lintSentinels } from './lint-sentinels.js';
import { pointSize, type ProfileEncoding } from './profile-point.js';
import type { Profile } from './profile.js';
import { ProfileProblems, type ProfileProblem } from './profile-problems.js';

function lintIdentity(problems: ProfileProblems): void {
  const { identity, sameDeviceAs = [], id } = problems.profile;
  sameDeviceAs.forEach((other, index) => {
    if (other !== id) return;
    problems.error('reference', `sameDeviceAs[${index}]`, other, 'the id of another profile');
  });
  if (identity === undefined) return;
  identity.match.forEach((match, index) => {
    if ('anyOf' in match || match.minimum <= match.maximum) return;
    const path = `identity.match[${index}].minimum`;
    problems.error('bounds', path, String(match.minimum), `not above maximum, ${match.maximum}`);
  });
  for (const part of ['manufacturer', 'model', 'serial', 'firmware'] as const) {
    problems.reference(`identity.${part}`, identity[part]);
  }
}

function lintVectors(problems: ProfileProblems): void {
  problems.profile.vectors.forEach((vector, index) => {
    for (const name of Object.keys(vector.values)) {
      problems.reference(`vectors[${index}].values.${name}`, name);
    }
    (vector.commands ?? []).forEach(({ control }, place) => {
      if (problems.profile.controls.some(({ id }) => id === control)) return;
      const path = `vectors[${index}].commands[${place}].control`;
      problems.error('reference', path, control, 'the id of a control of this profile');
    });
  });
  if (problems.profile.vectors.length === 0) {
    problems.warn('reference', 'vectors', 'none', 'at least one test vector');
  }
}

function lintTypeSentinels(problems: ProfileProblems): void {
  for (const [encoding, sentinels] of Object.entries(problems.profile.sentinels ?? {})) {
    const known = encoding as ProfileEncoding;
    const size = pointSize({ encoding: known });
    lintSentinels(problems, known, size, sentinels, `sentinels.${encoding}`);
  }
}

/**
 * Checks what a schema cannot say: names used once and known, units and signs, registers that
 * overlap or lie outside the space, reads that are too long or cross a border, scale factors read
 * apart from their values, sentinels that can never occur, controls without bounds or safety facts,
 * a fallback above the nameplate, writes in the wrong order, refresh of registers that wear out,
 * writes to denied ones.
 */
export function lintProfile(profile: Profile): readonly ProfileProblem[] {
  const problems = new ProfileProblems(profile);
  lintPoints(problems);
  lintTypeSentinels(problems);
  lintControls(problems);
  lintIdentity(problems);
  for (const [name, limit] of Object.entries(profile.limits ?? {})) {
    problems.quantity(`limits.${name}`, limit);
  }
  lintVectors(problems);
  return problems.found;
}
