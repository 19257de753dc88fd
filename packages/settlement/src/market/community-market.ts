import type { MarketKey } from '@microgrid/community';
import { SettlementError } from '../settlement-error.js';
import type { MarketRule } from './market-rule.js';

/**
 * The rule a community's market key stands for.
 * @throws SettlementError `bad-parameter` for a compensated ratio without its compensation.
 */
export function marketRule({ mechanism, options = {} }: MarketKey): MarketRule {
  const { divider, compensation } = options;
  switch (mechanism) {
    case 'midMarketRate':
      return { mechanism, ...(divider !== undefined && { divider }) };
    case 'supplyDemandRatio':
      return { mechanism };
    case 'compensatedSupplyDemandRatio':
      if (compensation === undefined) {
        throw new SettlementError(
          'bad-parameter',
          'compensatedSupplyDemandRatio: got no compensation, expected options.compensation from 0 to 1',
        );
      }
      return { mechanism: 'supplyDemandRatio', compensation };
    default:
      return { mechanism };
  }
}
