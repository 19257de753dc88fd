import type { EventsProblem } from '@microgrid/events';
import type { Profile } from './profile.js';
import type { Quantity } from './profile-point.js';
import { covers, spanText, type Span } from './register-span.js';

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
  'boundary',
  'space',
  'scale-together',
  'reference',
  'sentinel',
  'agreement',
  'states',
  'control-safety',
  'fallback',
  'write-order',
  'stored-refresh',
  'deny-list',
  'bounds',
] as const;
export type ProfileRule = (typeof PROFILE_RULES)[number];

/** Collects what is wrong with one profile. */
export class ProfileProblems {
  readonly found: ProfileProblem[] = [];
  private readonly ids: ReadonlySet<string>;

  constructor(readonly profile: Profile) {
    this.ids = new Set(profile.points.map(({ id }) => id));
  }

  error(rule: ProfileRule, path: string, found: string, expected: string): void {
    this.found.push({ severity: 'error', rule, path, found, expected });
  }

  warn(rule: ProfileRule, path: string, found: string, expected: string): void {
    this.found.push({ severity: 'warning', rule, path, found, expected });
  }

  /** A name must be that of a point. */
  reference(path: string, name: string | undefined): void {
    if (name !== undefined && !this.ids.has(name)) {
      this.error('reference', path, name, 'the id of a point of this profile');
    }
  }

  /** A quantity must be a number or name a point. */
  quantity(path: string, quantity: Quantity | undefined): void {
    if (typeof quantity === 'object') this.reference(`${path}.point`, quantity.point);
  }

  /** Registers must exist, where the profile says which do. */
  insideSpace(path: string, span: Span): void {
    const { space } = this.profile;
    if (space === undefined || space.some((range) => covers(range, span))) return;
    this.error('space', path, spanText(span), 'registers of the space');
  }

  /** No id may occur twice. */
  uniqueNames(what: string, named: readonly { readonly id: string }[]): void {
    const seen = new Set<string>();
    named.forEach(({ id }, index) => {
      if (seen.has(id)) this.error('unique-names', `${what}[${index}].id`, id, 'an id used once');
      seen.add(id);
    });
  }
}
