import type { Net } from './bind.js';
import type { ClockEntry, FiringEntry, InputEntry, Journal, JournalEntry } from './journal.js';
import {
  choiceAt,
  countAt,
  integerAt,
  listAt,
  objectAt,
  optionalAt,
  recordAt,
  refuse,
  safely,
  textAt,
  type SafeResult,
} from './json-shape.js';
import type { PlaceTokens } from './net-structure.js';
import { restore, snapshot, type MarkingSnapshot } from './snapshot.js';
import { tokenFromJson, tokenToJson, type Json } from './token-encoding.js';

/** The JSON form this version writes and reads. */
export const JOURNAL_SCHEMA = 'microgrid/petri-journal/1';

/** A journal as plain JSON. */
export interface JournalJson {
  readonly schema: typeof JOURNAL_SCHEMA;
  readonly net: string;
  readonly netHash: string;
  /** Absent in journals of firings. */
  readonly record?: 'inputs';
  readonly start: MarkingSnapshot;
  readonly startHash: string;
  readonly entries: readonly JournalEntry<Json>[];
}

/** The journal as JSON. Throws `bad-token` for tokens without a canonical form. */
export function journalToJson<Places extends PlaceTokens>(
  net: Net<Places>,
  journal: Journal<NoInfer<Places>>,
): JournalJson {
  return {
    schema: JOURNAL_SCHEMA,
    net: journal.net,
    netHash: journal.netHash,
    ...(journal.record === 'inputs' && { record: 'inputs' }),
    start: snapshot(net, journal.start),
    startHash: journal.startHash,
    entries: journal.entries.map((entry) =>
      entry.kind === 'input' ? { ...entry, token: tokenToJson(entry.token) } : entry,
    ),
  };
}

function sequencesAt(value: unknown, path: string): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(
    Object.entries(recordAt(value, path)).map(([place, list]) => [
      place,
      listAt(list, `${path}.${place}`, countAt),
    ]),
  );
}

function parseInput(value: unknown, path: string): InputEntry {
  const keys = ['kind', 'index', 'place', 'token', 'sequence', 'markingHash'] as const;
  const entry = objectAt(value, path, keys);
  return {
    kind: 'input',
    index: countAt(entry.index, `${path}.index`),
    place: textAt(entry.place, `${path}.place`),
    token: tokenFromJson(entry.token as Json),
    sequence: countAt(entry.sequence, `${path}.sequence`),
    markingHash: textAt(entry.markingHash, `${path}.markingHash`),
  };
}

function parseClock(value: unknown, path: string): ClockEntry {
  const entry = objectAt(value, path, ['kind', 'index', 'nowMs', 'markingHash']);
  return {
    kind: 'clock',
    index: countAt(entry.index, `${path}.index`),
    nowMs: integerAt(entry.nowMs, `${path}.nowMs`),
    markingHash: textAt(entry.markingHash, `${path}.markingHash`),
  };
}

function parseFiring(value: unknown, path: string): FiringEntry {
  const keys = ['kind', 'index', 'transition', 'tokens', 'produced', 'markingHash'] as const;
  const entry = objectAt(value, path, keys, ['removed', 'atMs']);
  return {
    kind: 'firing',
    index: countAt(entry.index, `${path}.index`),
    transition: textAt(entry.transition, `${path}.transition`),
    tokens: sequencesAt(entry.tokens, `${path}.tokens`),
    produced: sequencesAt(entry.produced, `${path}.produced`),
    ...optionalAt('removed', entry.removed, path, sequencesAt),
    ...optionalAt('atMs', entry.atMs, path, integerAt),
    markingHash: textAt(entry.markingHash, `${path}.markingHash`),
  };
}

/** Reads a journal of this net; only its form is checked, `replay` checks its truth. Throws `bad-json`. */
export function parseJournal<Places extends PlaceTokens>(
  net: Net<Places>,
  json: unknown,
): Journal<Places> {
  const keys = ['schema', 'net', 'netHash', 'start', 'startHash', 'entries'] as const;
  const data = objectAt(json, '$', keys, ['record']);
  choiceAt(data.schema, '$.schema', [JOURNAL_SCHEMA]);
  if (data.net !== net.structure.name) refuse('$.net', data.net, `'${net.structure.name}'`);
  const entries = listAt(data.entries, '$.entries', (value, path) => {
    const { kind } = recordAt(value, path) as { kind?: unknown };
    const known = choiceAt(kind, `${path}.kind`, ['input', 'clock', 'firing']);
    if (known === 'clock') return parseClock(value, path);
    return known === 'input' ? parseInput(value, path) : parseFiring(value, path);
  });
  return {
    net: net.structure.name,
    netHash: textAt(data.netHash, '$.netHash'),
    record: data.record === undefined ? 'firings' : choiceAt(data.record, '$.record', ['inputs']),
    start: restore(net, data.start),
    startHash: textAt(data.startHash, '$.startHash'),
    entries: entries as Journal<Places>['entries'],
  };
}

/** `parseJournal` that returns its error. */
export function safeParseJournal<Places extends PlaceTokens>(
  net: Net<Places>,
  json: unknown,
): SafeResult<Journal<Places>> {
  return safely(() => parseJournal(net, json));
}
