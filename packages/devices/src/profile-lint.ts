import { lintControls } from './lint-controls.js';
import { lintPoints } from './lint-points.js';
import type { Profile } from './profile.js';
import { ProfileProblems, type ProfileProblem } from './profile-problems.js';

function lintIdentity(problems: ProfileProblems): void {
  const { identity } = problems.profile;
  if (identity === undefined) return;
  for (const part of ['manufacturer', 'model', 'serial', 'firmware'] as const) {
    problems.reference(`identity.${part}`, identity[part]);
  }
}

function lintVectors(problems: ProfileProblems): void {
  problems.profile.vectors.forEach((vector, index) => {
    for (const name of Object.keys(vector.values)) {
      problems.reference(`vectors[${index}].values.${name}`, name);
    }
  });
  if (problems.profile.vectors.length === 0) {
    problems.warn('reference', 'vectors', 'none', 'at least one test vector');
  }
}

/**
 * Checks what a schema cannot say: names used once and known, units and signs, registers that
 * overlap, reads that are too long, scale factors read apart from their values, sentinels that can
 * never occur, controls without bounds, refresh of registers that wear out, writes to denied ones.
 */
export function lintProfile(profile: Profile): readonly ProfileProblem[] {
  const problems = new ProfileProblems(profile);
  lintPoints(problems);
  lintControls(problems);
  lintIdentity(problems);
  for (const [name, limit] of Object.entries(profile.limits ?? {})) {
    problems.quantity(`limits.${name}`, limit);
  }
  lintVectors(problems);
  return problems.found;
}
