import type { MarketRule } from '@microgrid/settlement';
import { NotUnderstood } from '../case-error.js';
import { decimalText, millionths, numberOf } from '../decimal.js';
import { plainName, textOf, type Json, type JsonRecord } from '../json.js';

/** A ratio as the rules of a market take it. */
function ratio(value: Json | undefined, what: string): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value : decimalText(numberOf(value, what));
}

function field(record: JsonRecord, names: readonly string[]): Json | undefined {
  return Object.entries(record).find(([key]) => names.includes(plainName(key)))?.[1];
}

const POOL_PRICES = ['lowest', 'highest', 'middle', 'lastAsk'] as const;

function poolRule(options: JsonRecord): MarketRule {
  const named = field(options, ['pricerule', 'pricing']);
  const price = POOL_PRICES.find((one) => one.toLowerCase() === textOf(named).toLowerCase());
  return { mechanism: 'poolCrossing', ...(price !== undefined && { price }) };
}

function mudaRule(options: JsonRecord): MarketRule {
  const price = field(options, ['price', 'exogenousprice', 'clearingprice']);
  const seed = field(options, ['seed']);
  if (price !== undefined) return { mechanism: 'muda', price: millionths(price, 'price') };
  if (seed !== undefined) return { mechanism: 'muda', seed: textOf(seed) };
  throw new NotUnderstood('MUDA without a price or a seed');
}

/** Fields of an input that are options of some rule. */
export const MARKET_OPTIONS = [
  'compensation', 'x', 'divider', 'd', 'k', 'pricerule', 'pricing', 'price', 'exogenousprice',
  'clearingprice', 'seed', 'offers', 'pruned', 'sellers', 'sellersget',
]; // prettier-ignore

function acceptedOnly(name: string, options: JsonRecord): { readonly offers?: 'accepted' } {
  const accepted =
    field(options, ['pruned']) === true ||
    /prun|accepted/i.test(`${name} ${textOf(field(options, ['offers']) ?? '')}`);
  return accepted ? { offers: 'accepted' } : {};
}

/** The rule a case's words name, with the options its fields give; nothing where they name none. */
export function namedRule(name: string, options: JsonRecord): MarketRule | undefined {
  const compensation = ratio(field(options, ['compensation', 'x']), 'compensation');
  const divider = ratio(field(options, ['divider', 'd']), 'divider');
  const k = ratio(field(options, ['k']), 'k');
  if (/huang/i.test(name)) return { mechanism: 'huang' };
  if (/\bmuda\b/i.test(name)) return mudaRule(options);
  if (/mid.?market|\bmmr|\bimr/i.test(name)) {
    return {
      mechanism: 'midMarketRate',
      ...(divider !== undefined && { divider }),
      ...acceptedOnly(name, options),
    };
  }
  if (/\bsdr|supply.*demand.*ratio/i.test(name)) {
    return {
      mechanism: 'supplyDemandRatio',
      ...(compensation !== undefined && { compensation }),
      ...acceptedOnly(name, options),
    };
  }
  if (/pay.?as.?bid/i.test(name)) {
    const asks = /ask/i.test(textOf(field(options, ['sellers', 'sellersget']) ?? ''));
    return { mechanism: 'payAsBid', ...(asks && { sellers: 'ask' as const }) };
  }
  if (/discriminat|double.?auction|k.?pricing/i.test(name)) {
    const pairs = /discriminat/i.test(`${name} ${textOf(field(options, ['pricing']) ?? '')}`);
    return {
      mechanism: 'doubleAuction',
      ...(pairs && { pricing: 'discriminatory' as const }),
      ...(k !== undefined && { k }),
    };
  }
  if (/cross|pool|uniform|clear|merit/i.test(name)) return poolRule(options);
  return undefined;
}
