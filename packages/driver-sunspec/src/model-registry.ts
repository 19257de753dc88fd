import { parseModel, type ModelDefinition } from './model-definition.js';
import { COMMON_MODEL } from './models/common.js';
import { CURVE_MODELS } from './models/curves.js';
import { DC_MODULE_MODELS } from './models/dc-modules.js';
import { DER_CURVE_MODELS } from './models/der-curves.js';
import { DER_MODELS } from './models/der.js';
import { IMMEDIATE_MODELS } from './models/immediate.js';
import { INVERTER_MODELS } from './models/inverter.js';
import { METER_FLOAT_MODELS } from './models/meter-float.js';
import { METER_INTEGER_MODELS } from './models/meter-integer.js';
import { STORAGE_MODELS } from './models/storage.js';
import { WEATHER_MODELS } from './models/weather.js';

const TEXTS: Readonly<Record<number, string>> = {
  ...COMMON_MODEL,
  ...INVERTER_MODELS,
  ...IMMEDIATE_MODELS,
  ...STORAGE_MODELS,
  ...CURVE_MODELS,
  ...DC_MODULE_MODELS,
  ...METER_INTEGER_MODELS,
  ...METER_FLOAT_MODELS,
  ...WEATHER_MODELS,
  ...DER_MODELS,
  ...DER_CURVE_MODELS,
};

/** Ids of the models that are decoded, ascending; all others are skipped by their length. */
export const MODEL_IDS: readonly number[] = Object.keys(TEXTS).map(Number);

const parsed = new Map<number, ModelDefinition>();

/** The definition of a model; undefined for one that is skipped. */
export function modelDefinition(id: number): ModelDefinition | undefined {
  const known = parsed.get(id);
  if (known !== undefined) return known;
  const text = TEXTS[id];
  if (text === undefined) return undefined;
  // Most devices have a dozen models: only these are parsed, once in a process.
  const definition = parseModel(id, text);
  parsed.set(id, definition);
  return definition;
}
