import type { MarketKey } from '@microgrid/community';
import { parsePrice } from '@microgrid/units';
import type { MarketRule } from './market-rule.js';

/** The rule a community's market key stands for. */
export function marketRule(key: MarketKey): MarketRule {
  switch (key.mechanism) {
    case 'poolCrossing':
      return { mechanism: key.mechanism, ...key.options };
    case 'payAsBid':
      return { mechanism: key.mechanism, ...key.options };
    case 'midMarketRate':
      return { mechanism: key.mechanism, ...key.options };
    case 'supplyDemandRatio':
      return { mechanism: key.mechanism, ...key.options };
    case 'doubleAuction':
      return { mechanism: key.mechanism, ...key.options };
    case 'huang':
      return { mechanism: key.mechanism };
    case 'muda':
      return 'price' in key.options
        ? { mechanism: key.mechanism, price: parsePrice(key.options.price) }
        : { mechanism: key.mechanism, seed: key.options.seed };
  }
}
