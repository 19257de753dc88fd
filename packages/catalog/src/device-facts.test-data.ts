import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Profile, RegisterPoint } from '@microgrid/devices';

/** Notes on devices that stand beside the repository; a checkout without them skips the comparison. */
export const FACTS_FOLDER = join(__dirname, '../../../../shared/devices');

/** Whether the notes are there. */
export const factsPresent = existsSync(FACTS_FOLDER);

/** One register as the notes state it. */
export interface Fact {
  readonly name: string;
  readonly address: number;
  readonly encodings: readonly string[];
  readonly little: boolean | undefined;
  /** Factor to W, A, V, Hz, %, Wh, °C; undefined = not stated or not comparable. */
  readonly scale: number | undefined;
  /** What it measures, as `grid.power`; only in notes taken from templates. */
  readonly measure: string;
  readonly writable: boolean;
  readonly functionCode: number | undefined;
}

interface Note {
  readonly name?: string;
  readonly label?: string;
  readonly address?: number;
  readonly model?: number;
  readonly offset?: number;
  readonly type?: string;
  readonly wordOrder?: string | null;
  readonly scale?: number | null;
  readonly unit?: string | null;
  readonly measure?: string;
  readonly access?: string;
  readonly fc?: number;
  readonly service?: string;
  readonly sf?: string | null;
}

const ENCODINGS: Readonly<Record<string, readonly string[]>> = {
  uint16: ['u16'],
  int16: ['s16'],
  uint32: ['u32'],
  int32: ['s32'],
  uint64: ['u64'],
  int64: ['s64'],
  float32: ['f32'],
  float64: ['f64'],
  acc32: ['u32'],
  sunssf: ['s16'],
  enum16: ['u16'],
  bitfield16: ['u16'],
  bitfield32: ['u32'],
};

/** Where models of SunSpec lie in the integer map. */
const MODELS: Readonly<Record<number, number>> = { 103: 40_069, 124: 40_343 };

const KILO = /^k(?!g)/;

function scaleOf({ scale, unit, sf }: Note): number | undefined {
  if (sf !== undefined && sf !== null) return undefined;
  const kilo = KILO.test(unit ?? '') ? 1000 : 1;
  return Math.abs(scale ?? 1) * kilo;
}

/** Reads the notes of one device; services of Victron are told apart by `services`. */
export function readFacts(file: string, services?: readonly string[]): Fact[] {
  const notes = JSON.parse(readFileSync(join(FACTS_FOLDER, `${file}.json`), 'utf8')) as {
    points: Note[];
    control?: Note[];
  };
  const kept = (note: Note): boolean =>
    services === undefined || note.service === undefined || services.includes(note.service);
  const fact = (note: Note, writable: boolean): Fact[] => {
    const base = note.model === undefined ? undefined : MODELS[note.model];
    const address = note.address ?? (base === undefined ? undefined : base + (note.offset ?? 0));
    if (address === undefined || !kept(note) || note.name === 'ReadLen') return [];
    return [
      {
        name: note.name ?? note.label ?? '',
        address,
        encodings: ENCODINGS[note.type ?? ''] ?? [],
        little:
          note.wordOrder === undefined || note.wordOrder === null
            ? undefined
            : note.wordOrder.startsWith('little'),
        scale: scaleOf(note),
        measure: note.measure ?? '',
        writable: writable || (note.access ?? '').includes('W'),
        functionCode: writable ? note.fc : undefined,
      },
    ];
  };
  return [
    ...notes.points.flatMap((note) => fact(note, false)),
    ...(notes.control ?? []).flatMap((note) => fact(note, true)),
  ];
}

/** Sign of the scale in the notes of templates: which way their source counts. */
export function signedScales(file: string): ReadonlyMap<number, { measure: string; sign: 1 | -1 }> {
  const notes = JSON.parse(readFileSync(join(FACTS_FOLDER, `${file}.json`), 'utf8')) as {
    points: Note[];
  };
  return new Map(
    notes.points.flatMap(({ address, measure, scale }) =>
      address === undefined || measure === undefined
        ? []
        : [[address, { measure, sign: (scale ?? 1) < 0 ? -1 : 1 }] as const],
    ),
  );
}

const LETTERS: Readonly<Record<string, string>> = {
  a: 'L1',
  b: 'L2',
  c: 'L3',
  r: 'L1',
  s: 'L2',
  t: 'L3',
};

/** The phase that a name speaks of, or undefined. */
export function phaseOf(name: string): string | undefined {
  const digit = /(?:^|[^A-Za-z])?[lL]([123])(?![0-9])/.exec(name)?.[1];
  if (digit !== undefined) return `L${digit}`;
  const letter =
    /(?:phase|phs|ph|grid|current|power)[_ ]?([abcABC])(?![A-Za-z_]*voltage_)(?:_|\b)/.exec(
      name,
    )?.[1];
  return letter === undefined ? undefined : LETTERS[letter.toLowerCase()];
}

/** Factor from raw to W, A, V, Hz, %, Wh, °C. */
export function scaleOfPoint({ scale = 1, unit }: RegisterPoint): number {
  if (unit === 'kWh') return scale * 1000;
  return unit === 'mWh' ? scale / 1000 : scale;
}

/** 1 or -1 by which a point's raw value reaches what is published, also through a sum. */
export function signOfPoint(profile: Profile, point: RegisterPoint): number {
  const own = point.sign ?? 1;
  if (point.internal !== true) return own;
  for (const other of profile.points) {
    if (!('sum' in other)) continue;
    const term = other.sum.find((candidate) => candidate.point === point.id);
    if (term !== undefined) return own * Math.sign(term.factor ?? 1);
  }
  return own;
}
