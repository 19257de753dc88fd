import { CommunityError } from '../community-error.js';
import { findPreset, presets, type Preset } from './preset.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * A community's fields with what the preset says where they say nothing. What the community says is
 * an override: it replaces the preset's field whole, and `null` takes the field away. A `sharingKey`
 * without `type` gives the preset's key its coefficients, groups or file; a charge with the id of one of
 * the preset's adds its fields to it, and those of a `rate` without `type` to its rate. The result names no preset:
 * equal rules have one form, whether a preset or a hand wrote them.
 * @param preset one of {@link presets} or its id.
 * @param community fields of a community file, not checked here.
 * @throws CommunityError `unknown-id` when no preset has the id.
 */
export function applyPreset(preset: Preset | string, community: object): Record<string, unknown> {
  const { policy } = typeof preset === 'string' ? knownPreset(preset) : preset;
  const own = Object.fromEntries(Object.entries(community).filter(([name]) => name !== 'preset'));
  const merged: Record<string, unknown> = { ...policy, ...own };
  const base = policy['sharingKey'];
  const key: unknown = own['sharingKey'];
  if (isFields(base) && isFields(key) && !('type' in key)) {
    merged['sharingKey'] = { ...base, ...key };
  }
  const charges: unknown = own['charges'];
  if (Array.isArray(policy['charges']) && Array.isArray(charges)) {
    merged['charges'] = mergeCharges(policy['charges'], charges);
  }
  for (const name of Object.keys(policy)) {
    if (merged[name] === null) Reflect.deleteProperty(merged, name);
  }
  return merged;
}

/** The preset's charges, each with what the community says of it, then the community's own. */
function mergeCharges(base: readonly unknown[], own: readonly unknown[]): unknown[] {
  const idOf = (charge: unknown): unknown => (isFields(charge) ? charge['id'] : undefined);
  const merged = base.map((charge) => {
    const said = own.find((other) => isFields(other) && other['id'] === idOf(charge));
    if (!isFields(charge) || !isFields(said)) return charge;
    const rate: unknown = said['rate'];
    const extended = isFields(charge['rate']) && isFields(rate) && !('type' in rate);
    return {
      ...charge,
      ...said,
      ...(extended && { rate: { ...(charge['rate'] as Fields), ...rate } }),
    };
  });
  const known = new Set(base.map(idOf));
  return [...merged, ...own.filter((charge) => !known.has(idOf(charge)))];
}

function knownPreset(id: string): Preset {
  const preset = findPreset(id);
  if (preset !== undefined) return preset;
  const expected = presetNames();
  throw new CommunityError(
    'unknown-id',
    `preset: got ${JSON.stringify(id)}, expected ${expected}`,
    [{ path: 'preset', found: JSON.stringify(id), expected }],
  );
}

/** What a message says belongs where a preset is named. */
export function presetNames(): string {
  return `one of ${presets()
    .map(({ id }) => id)
    .join(', ')}`;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
