import { NotUnderstood } from '../case-error.js';
import type { CaseFile } from '../case-file.js';
import type { Actual } from '../compare.js';
import type { Executor, Vector } from '../executor.js';
import { isList, isRecord, plainName, type Json, type JsonRecord } from '../json.js';
import { MarketAnswers } from './market-answers.js';
import { MARKET_OPTIONS, namedRule } from './market-names.js';
import {
  holdsSides,
  isOrderField,
  orderLists,
  scalarOrders,
  unitOrders,
  type OrderLists,
} from './order-lists.js';

const MECHANISM = ['m', 'mechanism', 'method', 'rule', 'type', 'market'];

/** The words that say how a book is cleared: its own, the input's, those of the case. */
function wordsOf(one: CaseFile, ...records: readonly JsonRecord[]): string {
  for (const record of records) {
    const own = Object.entries(record).find(([key]) => MECHANISM.includes(plainName(key)))?.[1];
    if (typeof own === 'string') return own.replace(/_/g, ' ');
  }
  return `${one.title} ${one.id} ${one.formula}`;
}

const OTHER_FIELDS = [
  'books',
  'cases',
  'id',
  'name',
  'slot',
  'intervalmin',
  'currency',
  'unit',
  'units',
];

/** Whether a field says what is traded, how, or nothing that changes the result. */
function isMarketField(field: string): boolean {
  const name = plainName(field);
  return (
    MECHANISM.includes(name) ||
    OTHER_FIELDS.includes(name) ||
    MARKET_OPTIONS.includes(name) ||
    isOrderField(field)
  );
}

function clear(
  one: CaseFile,
  lists: OrderLists,
  own: JsonRecord,
  input: JsonRecord,
): MarketAnswers {
  for (const field of [...Object.keys(input), ...Object.keys(own)]) {
    if (!isMarketField(field)) throw new NotUnderstood(`input.${field} means nothing to a market`);
  }
  const words = wordsOf(one, own, input);
  const rule = namedRule(words, { ...input, ...own });
  if (rule === undefined)
    throw new NotUnderstood(`no market mechanism in ${JSON.stringify(words)}`);
  return new MarketAnswers(rule, lists);
}

/** The book directly in an input, or in a field of it such as `bids_qty_price` or `book`. */
function bookOf(input: JsonRecord): OrderLists | undefined {
  const inner = Object.entries(input).find(
    ([key, value]) => holdsSides(value) && key !== 'books',
  )?.[1];
  return (
    orderLists(input, inner !== undefined && isRecord(inner) ? orderLists(inner) : undefined) ??
    unitOrders(input) ??
    scalarOrders(input)
  );
}

/** One book: every expected field is a question to it. */
function single(one: CaseFile, book: OrderLists, input: JsonRecord): Vector[] {
  if (!isRecord(one.expected)) throw new NotUnderstood('expected: expected named results');
  const answers = clear(one, book, {}, input);
  const actual = Object.fromEntries(
    Object.entries(one.expected).map(([name, value]) => [name, answers.answer(name, value)]),
  );
  return [{ name: '', expected: one.expected, actual }];
}

/** Books by name; results by field and then book, or by book and then field. */
function several(one: CaseFile, books: JsonRecord, input: JsonRecord): Vector[] {
  const answers = new Map(
    Object.entries(books).map(([name, book]) => {
      const lists = isRecord(book) ? orderLists(book) : undefined;
      if (lists === undefined || !isRecord(book))
        throw new NotUnderstood(`book ${name}: no orders`);
      return [name, clear(one, lists, book, input)];
    }),
  );
  if (!isRecord(one.expected)) throw new NotUnderstood('expected: expected named results');
  const of = (book: string, field: string, value: Json): Actual | undefined =>
    answers.get(book)?.answer(field, value);
  const actual = Object.entries(one.expected).map(([outer, values]) => {
    if (!isRecord(values)) throw new NotUnderstood(`expected.${outer}: expected values by book`);
    const inner = Object.entries(values).map(([key, value]) =>
      answers.has(outer) ? [key, of(outer, key, value)] : [key, of(key, outer, value)],
    );
    return [outer, Object.fromEntries(inner) as Record<string, Actual | undefined>];
  });
  return [{ name: '', expected: one.expected, actual: Object.fromEntries(actual) as Actual }];
}

/** A list of cases over the book they share; results are lists in their order. */
function listed(
  one: CaseFile,
  cases: readonly Json[],
  shared: OrderLists | undefined,
  input: JsonRecord,
): Vector[] {
  const books = cases.map((own) => {
    const lists = isRecord(own)
      ? (scalarOrders({ ...input, ...own }) ?? orderLists(own, shared))
      : undefined;
    if (!isRecord(own) || lists === undefined) throw new NotUnderstood('a case without orders');
    return { lists, own, answers: clear(one, lists, own, input) };
  });
  const [first] = books;
  if (first === undefined) throw new NotUnderstood('input.cases is empty');
  if (isList(one.expected)) {
    const expected = one.expected;
    const actual = books.map(({ answers }, index) => {
      const fields = expected[index];
      if (!isRecord(fields)) return answers.answer('price', fields ?? null);
      return Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [name, answers.answer(name, value)]),
      );
    });
    return [{ name: '', expected, actual }];
  }
  if (!isRecord(one.expected)) throw new NotUnderstood('expected: expected named results');
  const without = (side: 'bids' | 'asks' | 'both'): Actual => {
    const { bids, asks } = first.lists;
    const left = {
      bids: side === 'bids' || side === 'both' ? [] : bids,
      asks: side === 'asks' || side === 'both' ? [] : asks,
    };
    return clear(one, left, first.own, input).answer('price', null);
  };
  const actual = Object.entries(one.expected).map(([name, value]): [string, Actual] => {
    switch (plainName(name)) {
      case 'onlysells':
      case 'onlyasks':
      case 'nobuys':
        return [name, without('bids')];
      case 'onlybuys':
      case 'onlybids':
      case 'nosells':
        return [name, without('asks')];
      case 'none':
      case 'nooffers':
        return [name, without('both')];
      default: {
        const values = isList(value) ? value : [];
        return [name, books.map((book, at) => book.answers.answer(name, values[at] ?? null))];
      }
    }
  });
  return [{ name: '', expected: one.expected, actual: Object.fromEntries(actual) }];
}

const hasScalars = (input: JsonRecord, own: JsonRecord): boolean =>
  scalarOrders({ ...input, ...own }) !== undefined;

/** Order books: one, several by name, or a list of cases over shared orders. */
export const marketCases: Executor = {
  kind: 'market',
  run(one) {
    const { input } = one;
    if (isList(input)) {
      const books = input.length > 0 && input.every((own) => isRecord(own) && bookOf(own));
      return books ? listed(one, input, undefined, {}) : undefined;
    }
    if (!isRecord(input)) return undefined;
    const { books, cases } = input;
    const scalar = isList(cases) && cases.some((own) => isRecord(own) && hasScalars(input, own));
    if (isRecord(books)) return several(one, books, input);
    const shared = bookOf(input);
    if (
      isList(cases) &&
      (scalar || shared !== undefined || cases.some((own) => isRecord(own) && bookOf(own)))
    ) {
      return listed(one, cases, shared, input);
    }
    return shared === undefined ? undefined : single(one, shared, input);
  },
};
