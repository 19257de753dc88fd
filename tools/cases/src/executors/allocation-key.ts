import { NotUnderstood } from '../case-error.js';
import { decimalText, exactNumber, numberOf } from '../decimal.js';
import { isList, isRecord, plainName, textOf, type Json, type JsonRecord } from '../json.js';
import { named } from './allocation-input.js';
import type { Consumer } from './allocation-problem.js';

/** Fields of an input that say how the pool is shared out. */
export const KEY_NAMES = ['key', 'sharingkey', 'model', 'mode', 'method', 'rule', 'mechanism'];
export const COEFFICIENT_TABLES = [
  'coefficients', 'betas', 'beta', 'k', 'ks', 'quotas', 'keys', 'shares', 'weights', 'percent',
  'percents', 'percentages', 'pct',
]; // prettier-ignore
export const GROUP_NAMES = ['groups', 'levels', 'tiers', 'ranks'];
export const PRIORITY_NAMES = ['priority', 'priorities', 'order', 'waterfall', 'priorityorder'];
export const WITHIN_NAMES = ['withinrank', 'within', 'insiderank', 'withingroup', 'split'];
export const PAIR_NAMES = ['pairs', 'matrix', 'pairmatrix', 'coefficientmatrix'];

const PROPORTIONAL: JsonRecord = { type: 'proportional' };

const decimal = (value: Json, what: string): string => decimalText(numberOf(value, what));

function decimals(table: JsonRecord, what: string): JsonRecord {
  return Object.fromEntries(
    Object.entries(table).map(([id, value]) => [id, decimal(value, `${what} ${id}`)]),
  );
}

/** Coefficients of 1 from numbers whose field may say that they are percentages. */
function ofOne(table: JsonRecord, field: string): JsonRecord {
  const known = decimals(table, 'coefficient');
  if (!/^(?:percent|pct)/.test(plainName(field))) return known;
  return Object.fromEntries(
    Object.entries(known).map(([id, value]) => [id, decimal(`${textOf(value)}%`, id)]),
  );
}

/** The words of an input that name its key. */
export function words(input: JsonRecord): string {
  const value = named(input, KEY_NAMES);
  return typeof value === 'string' ? value : '';
}

function coefficients(consumers: readonly Consumer[]): JsonRecord {
  return Object.fromEntries(
    consumers.flatMap(({ id, coefficient }) =>
      coefficient === undefined ? [] : [[id, coefficient]],
    ),
  );
}

/** Fixed where coefficients are known (and nobody says otherwise), else by consumption. */
function plainKey(consumers: readonly Consumer[], said: string, input: JsonRecord): JsonRecord {
  const table = coefficients(consumers);
  const some = Object.keys(table).length > 0;
  if (/equal|[ée]galit/i.test(said)) return { type: 'fixed', coefficients: equal(consumers) };
  const byConsumption = /propor|pro.?rata|dynamic/i.test(said) && !/fixed|combin/i.test(said);
  // A simple dynamic key is a part of the pool for each consumer, said for each interval.
  if (byConsumption && !(some && /simple/i.test(said))) return PROPORTIONAL;
  if (!some) {
    if (/fixed|static|constant/i.test(said))
      throw new NotUnderstood('a fixed key without coefficients');
    return PROPORTIONAL;
  }
  const renormal =
    /renormal/i.test(`${said} ${textOf(input['sum'] ?? '')}`) || input['renormalise'] === true;
  const fixed = { type: 'fixed', coefficients: table, ...(renormal && { sum: 'renormalise' }) };
  return /combin/i.test(said) ? { type: 'combined', steps: [fixed, PROPORTIONAL] } : fixed;
}

function equal(consumers: readonly Consumer[]): JsonRecord | string {
  return consumers.length > 0 ? 'equal' : {};
}

/** Ids of a group: a list of ids, or a record by id. */
function idsOf(value: Json | undefined, what: string): string[] {
  if (isList(value)) return value.map(textOf);
  if (isRecord(value)) return Object.keys(value);
  if (typeof value === 'string') return [value];
  throw new NotUnderstood(`${what}: expected the ids of its members`);
}

function groupKey(
  id: string,
  ids: readonly string[],
  said: string,
  own: JsonRecord,
  consumers: readonly Consumer[],
): JsonRecord {
  const inside = consumers.filter((one) => ids.includes(one.id));
  const table = named(own, COEFFICIENT_TABLES);
  const known = isRecord(table) ? decimals(table, id) : {};
  const withTable = inside.map((one) => {
    const coefficient = known[one.id];
    return typeof coefficient === 'string' ? { ...one, coefficient } : one;
  });
  return { id, points: [...ids], key: plainKey(withTable, said, own) };
}

/** An order said in one text (`A > B > C`) as a list, ranks by id (`{ A: 1, B: 2 }`) as groups by rank. */
function ranked(stated: Json): Json {
  if (typeof stated === 'string') return stated.split(/\s*(?:>|,|;|→|->)\s*/);
  if (!isRecord(stated)) return stated;
  const ranks = Object.entries(stated).map(([id, value]) => [id, exactNumber(value)] as const);
  const groups = new Map<number, string[]>();
  for (const [id, rank] of ranks) {
    if (rank === undefined) return stated;
    const place = Number(rank.numerator) / Number(rank.denominator);
    groups.set(place, [...(groups.get(place) ?? []), id]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, ids]) => ids);
}

const GROUP_MEMBERS = ['members', 'points', 'consumers', 'ids', 'tenants'];
const GROUP_RANKS = ['rank', 'priority', 'order', 'level'];
const GROUP_IDS = ['id', 'name', 'group'];
const GROUP_SHARES = ['share', 'weight', 'coefficient', 'quota'];
const GROUP_FIELDS = [
  GROUP_MEMBERS, GROUP_RANKS, GROUP_IDS, GROUP_SHARES, KEY_NAMES, COEFFICIENT_TABLES,
].flat(); // prettier-ignore

/** How the members of one group share, where the words for the whole key say it. */
const splitOf = (said: string): string => /equal|[ée]galit|propor|pro.?rata/i.exec(said)?.[0] ?? '';

/**
 * Groups as a case writes them: in order of rank a waterfall, with shares a nested key.
 * @param split how a group shares that does not say it itself.
 */
function groupsKey(stated: Json, consumers: readonly Consumer[], split: string): JsonRecord {
  const value = ranked(stated);
  const list: [string, Json][] = isRecord(value)
    ? Object.entries(value)
    : isList(value)
      ? value.map((one, index) => [`group${index + 1}`, one])
      : [];
  const groups = list.map(([name, one], index) => {
    if (!isRecord(one)) {
      return {
        rank: index,
        share: undefined,
        group: groupKey(name, idsOf(one, name), split, {}, consumers),
      };
    }
    for (const field of Object.keys(one)) {
      if (!GROUP_FIELDS.includes(plainName(field)))
        throw new NotUnderstood(`${name}: the field ${field} means nothing here`);
    }
    const ids = idsOf(named(one, GROUP_MEMBERS), name);
    const rank = named(one, GROUP_RANKS);
    const id = named(one, GROUP_IDS);
    return {
      rank: rank === undefined ? index : Number(rank),
      share: named(one, GROUP_SHARES),
      group: groupKey(
        id === undefined ? name : textOf(id),
        ids,
        words(one) || split,
        one,
        consumers,
      ),
    };
  });
  if (groups.length === 0) throw new NotUnderstood('groups: expected a list or a record of groups');
  if (groups.every(({ share }) => share !== undefined)) {
    return {
      type: 'nested',
      groups: groups.map(({ share, group }) => ({
        ...group,
        share: decimal(share ?? '', 'share'),
      })),
    };
  }
  if (groups.some(({ share }) => share !== undefined))
    throw new NotUnderstood('groups: expected a share of each or of none');
  const inOrder = [...groups].sort((a, b) => a.rank - b.rank);
  return { type: 'priority', groups: inOrder.map(({ group }) => group) };
}

/** A waterfall from the ranks of consumers; who has the same rank is one group. */
function ranksKey(consumers: readonly Consumer[], split: string, input: JsonRecord): JsonRecord {
  const ranks = [...new Set(consumers.map(({ rank }) => rank ?? Infinity))].sort((a, b) => a - b);
  const groups = ranks.map((rank, index) => {
    const inside = consumers.filter((one) => (one.rank ?? Infinity) === rank);
    return {
      id: `rank${index + 1}`,
      points: inside.map(({ id }) => id),
      key: plainKey(inside, split, input),
    };
  });
  return { type: 'priority', groups };
}

/** A key written as in a community file, its numbers as decimal texts. */
function asWritten(value: Json): Json {
  if (typeof value === 'number') return decimal(value, 'key');
  if (isList(value)) return value.map(asWritten);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, asWritten(one)]));
}

/** The key an input states, or the one its fields imply, as a community file has it. */
export function allocationKey(input: JsonRecord, consumers: readonly Consumer[]): JsonRecord {
  const stated = named(input, KEY_NAMES);
  if (isRecord(stated) && typeof stated['type'] === 'string') {
    // `{ type: priority, order: [A, B] }` says shortly what a community file writes out as groups.
    const { type, ...rest } = stated;
    const order = type === 'priority' ? named(rest, PRIORITY_NAMES) : undefined;
    if (order === undefined || Object.keys(rest).length > 1) return asWritten(stated) as JsonRecord;
    return groupsKey(order, consumers, '');
  }
  const pairs = named(input, PAIR_NAMES);
  if (isRecord(pairs)) {
    const rows = Object.entries(pairs).map(([plant, row]): [string, Json] => {
      if (!isRecord(row))
        throw new NotUnderstood(`pairs ${plant}: expected coefficients by consumer`);
      return [plant, decimals(row, plant)];
    });
    return { type: 'pairs', coefficients: Object.fromEntries(rows) };
  }
  const said = words(input);
  const split = splitOf(textOf(named(input, WITHIN_NAMES) ?? said));
  const groups = named(input, GROUP_NAMES);
  if (groups !== undefined) return groupsKey(groups, consumers, split);
  const priority = named(input, PRIORITY_NAMES);
  if (priority !== undefined) return groupsKey(priority, consumers, split);
  if (/two.?sided|short.?side/i.test(said)) {
    return { type: 'twoSided', scarce: PROPORTIONAL, abundant: PROPORTIONAL };
  }
  if (consumers.some(({ rank }) => rank !== undefined)) return ranksKey(consumers, split, input);
  return plainKey(consumers, said, input);
}

/** Consumers with the coefficients that a table of the input gives them. */
export function withCoefficients(input: JsonRecord, consumers: readonly Consumer[]): Consumer[] {
  const [field, table] =
    Object.entries(input).find(
      ([key, value]) => COEFFICIENT_TABLES.includes(plainName(key)) && isRecord(value),
    ) ?? [];
  if (field === undefined || !isRecord(table)) return [...consumers];
  const known = ofOne(table, field);
  for (const id of Object.keys(known)) {
    if (!consumers.some((one) => one.id === id)) {
      throw new NotUnderstood(`a coefficient of ${id}, which is no consumer`);
    }
  }
  return consumers.map((one) => {
    const coefficient = known[one.id];
    return typeof coefficient === 'string' ? { ...one, coefficient } : one;
  });
}
