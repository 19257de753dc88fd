import { SettlementError } from '../settlement-error.js';
import type { MarketMechanism, MarketRule } from './market-rule.js';

/** Options of each mechanism: the words they may be, or nothing where they are numbers or free text. */
const OPTIONS: Readonly<Record<MarketMechanism, Readonly<Record<string, readonly string[]>>>> = {
  poolCrossing: { price: ['lowest', 'highest', 'middle', 'lastAsk'] },
  payAsBid: { sellers: ['bid', 'ask'] },
  midMarketRate: { divider: [], offers: ['all', 'accepted'] },
  supplyDemandRatio: { compensation: [], offers: ['all', 'accepted'] },
  doubleAuction: { pricing: ['uniform', 'discriminatory'], k: [] },
  huang: {},
  muda: { price: [], seed: [] },
};

const refused = (what: string, found: unknown, expected: string): SettlementError =>
  new SettlementError(
    'bad-parameter',
    `${what}: got ${found === undefined ? 'nothing' : JSON.stringify(found)}, expected ${expected}`,
  );

/**
 * Refuses a rule that a program made without its types being checked: an unknown mechanism or option,
 * and a word that is none of an option's. @throws SettlementError `bad-parameter`.
 */
export function checkRule(rule: MarketRule): void {
  const { mechanism, ...options } = rule as { readonly mechanism: string };
  const known = Object.entries(OPTIONS).find(([name]) => name === mechanism)?.[1];
  if (known === undefined) {
    throw refused('mechanism', mechanism, `one of ${Object.keys(OPTIONS).join(', ')}`);
  }
  for (const [name, value] of Object.entries(options)) {
    const words = known[name];
    if (words === undefined) {
      const names = Object.keys(known).join(', ') || 'none';
      throw refused(`${mechanism}: option ${name}`, value, `an option of it: ${names}`);
    }
    if (value !== undefined && words.length > 0 && !words.some((word) => word === value)) {
      throw refused(`${mechanism} ${name}`, value, `one of ${words.join(', ')}`);
    }
  }
  if (rule.mechanism === 'muda') checkMuda(rule);
}

/** Exactly one of a price and a seed. */
function checkMuda(rule: { readonly price?: unknown; readonly seed?: unknown }): void {
  const { price, seed } = rule;
  if (price === undefined && typeof seed === 'string') return;
  if (seed !== undefined || price === undefined) {
    throw refused('muda', rule, 'either a price or a seed (text)');
  }
  if (!Number.isSafeInteger(price)) {
    throw refused('muda price', price, 'whole micro-currency per kWh');
  }
}
