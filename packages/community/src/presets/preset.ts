import { PRESET_DATA } from './preset-data.js';

/** The form of preset files this version reads. */
export const PRESET_SCHEMA = 'microgrid/preset/1';

/**
 * The policy part of a contract as a country's rules have it: a community file that names it adds
 * members and prices. It is data, read from `presets/<id>.yaml` of this package.
 */
export interface Preset {
  readonly schema: typeof PRESET_SCHEMA;
  readonly id: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly name: string;
  readonly summary: string;
  /** Laws and documents it follows. */
  readonly sources: readonly string[];
  /** Fields that a community file must give, as in `sharingKey.coefficients`. */
  readonly needs: readonly string[];
  /** Fields of a community file. */
  readonly policy: Readonly<Record<string, unknown>>;
}

/** All presets, in id order. */
export function presets(): readonly Preset[] {
  return PRESET_DATA;
}

/** The preset of an id, or nothing. */
export function findPreset(id: string): Preset | undefined {
  return PRESET_DATA.find((preset) => preset.id === id);
}
