import type { LinkFailure, LinkResult } from './holding-link.js';
import type { ModelDefinition } from './model-definition.js';
import { modelDefinition } from './model-registry.js';
import { minimumLength } from './model-length.js';

/** Reads holding registers of the unit that is looked at. */
export type ReadRegisters = (address: number, count: number) => Promise<LinkResult<Uint16Array>>;

/** One model of a device. */
export interface FoundModel {
  readonly id: number;
  /** Register that holds its id. */
  readonly address: number;
  /** Registers after the two of its header. */
  readonly length: number;
}

/** The models of a device, in the order they lie. */
export interface ModelList {
  /** Register of the marker. */
  readonly base: number;
  readonly models: readonly FoundModel[];
  /** How the list ended; anything but `end model` is a fault of the device that was tolerated. */
  readonly end: string;
}

/** What a look at one unit found. */
export type ScanResult =
  | { readonly kind: 'found'; readonly list: ModelList }
  /** It answers, but has the marker at none of the bases. */
  | { readonly kind: 'no-marker'; readonly reason: string }
  | { readonly kind: 'unreachable'; readonly reason: string };

/** Registers at which SunSpec devices keep the marker, in the order of SunSpec's own scan. */
export const SUNSPEC_BASES: readonly number[] = [40_000, 50_000, 0];

/** `SunS` in two registers. */
export const SUNSPEC_MARKER: readonly [number, number] = [0x5375, 0x6e53];

/** Id that ends the list of models. */
export const END_MODEL = 0xffff;

const REGISTERS = 0x1_0000;
/** No device has more; a list that goes on for ever ends here. */
const MOST_MODELS = 256;
const LONGEST_UNKNOWN = 4096;

/**
 * Looks for SunSpec models on one unit: the marker at each base, then from model to model by their
 * lengths. It ends on any device: the number of models is bounded and each step goes forward. Lists
 * that end wrongly (no end model, a length of 0 or beyond the last register, an exception or
 * silence in the middle) give what came before; a model 1 whose length is one off is stepped over rightly.
 */
export async function scanModels(
  read: ReadRegisters,
  bases: readonly number[] = SUNSPEC_BASES,
): Promise<ScanResult> {
  let silence: LinkFailure | undefined;
  let refusal = '';
  const silent: number[] = [];
  for (let at = 0; at < bases.length + silent.length; at += 1) {
    const again = at >= bases.length;
    // A unit that answers elsewhere may have lost just this reply.
    if (again && refusal === '') break;
    const base = (again ? silent[at - bases.length] : bases[at]) ?? 0;
    const marker = await read(base, 2);
    if (!marker.ok) {
      const { kind, cause } = marker.failure;
      if (kind === 'lost') return { kind: 'unreachable', reason: cause };
      // Some devices do not answer at all where they have no registers.
      if (kind === 'silent') {
        silence = marker.failure;
        if (!again) silent.push(base);
      } else refusal ||= `${cause} at ${base}`;
      continue;
    }
    const [first, second] = marker.value;
    if (first === SUNSPEC_MARKER[0] && second === SUNSPEC_MARKER[1]) return walk(read, base);
    refusal ||= `${hex(first)} ${hex(second)} at ${base}`;
  }
  if (silence !== undefined && refusal === '')
    return { kind: 'unreachable', reason: silence.cause };
  return { kind: 'no-marker', reason: `no SunS marker at ${bases.join(', ')}: ${refusal}` };
}

interface Header {
  readonly address: number;
  readonly id: number;
  readonly length: number;
}

async function walk(read: ReadRegisters, base: number): Promise<ScanResult> {
  const models: FoundModel[] = [];
  const found = (end: string): ScanResult => ({ kind: 'found', list: { base, models, end } });
  let address = base + 2;
  let steps = 0;
  while (steps < MOST_MODELS) {
    if (address + 2 > REGISTERS) return found(`past register ${REGISTERS - 1}`);
    const result = await readHeader(read, base, address);
    if (!result.ok) {
      const { kind, cause } = result.failure;
      if (kind !== 'refused') return { kind: 'unreachable', reason: cause };
      return found(`${cause} at ${address}`);
    }
    const header = await settle(read, result.value, models.at(-1));
    if (header.id === END_MODEL) return found('end model');
    if (!plausible(header)) {
      return found(`model ${header.id} of length ${header.length} at ${header.address}`);
    }
    address = header.address + 2 + header.length;
    steps += 1;
    // A model of length 0 holds nothing.
    if (header.length > 0) models.push(header);
  }
  return found(`more than ${MOST_MODELS} models`);
}

/**
 * Reads one header. Devices that are silent where they have no registers are told from devices that
 * went away by their marker, which must still answer.
 */
async function readHeader(
  read: ReadRegisters,
  base: number,
  address: number,
): Promise<LinkResult<Header>> {
  let result = await read(address, 2);
  if (!result.ok && result.failure.kind === 'silent') {
    result = await read(address, 2);
    if (!result.ok && result.failure.kind === 'silent') {
      const marker = await read(base, 2);
      const { cause } = result.failure;
      return { ok: false, failure: { cause, kind: marker.ok ? 'refused' : 'silent' } };
    }
  }
  if (!result.ok) return result;
  const [id = 0, length = 0] = result.value;
  return { ok: true, value: { address, id, length } };
}

/** Where a model 1 says 65 registers and has 66, or the other way round, the next header is beside. */
async function settle(
  read: ReadRegisters,
  header: Header,
  previous: FoundModel | undefined,
): Promise<Header> {
  if (header.id === END_MODEL || familiar(header) || previous === undefined) return header;
  if (plausible(header) && previous.id !== 1) return header;
  for (const shift of [1, -1]) {
    const address = header.address + shift;
    if (address <= previous.address + 2 || address + 2 > REGISTERS) continue;
    const beside = await read(address, 2);
    if (!beside.ok) continue;
    const [id = 0, length = 0] = beside.value;
    const other = { address, id, length };
    if (familiar(other) || (id === END_MODEL && length === 0 && !plausible(header))) return other;
  }
  return header;
}

/** A model that is known, of a length that it can have. */
function familiar({ id, length }: Header): boolean {
  const definition: ModelDefinition | undefined = modelDefinition(id);
  return definition !== undefined && length >= minimumLength(definition) - 1;
}

function plausible({ address, id, length }: Header): boolean {
  if (id === 0 || id === END_MODEL || id === 0x8000) return false;
  if (address + 2 + length > REGISTERS) return false;
  return length <= LONGEST_UNKNOWN;
}

const hex = (register: number | undefined): string => (register ?? 0).toString(16).padStart(4, '0');
