import { pnmlOf, writePnml } from '@microgrid/petri/pnml';
import type { SettlementParameters } from './settlement-parameters.js';
import { unitNet, type UnitAmounts, type UnitNetOptions } from './unit-net.js';

/**
 * A unit net of the settlement as PNML (ISO/IEC 15909-2, place/transition net): any other tool can
 * check what is claimed of it. Read arcs are written as two arcs, which is all the standard knows.
 */
export function settlementPnml(
  parameters: SettlementParameters,
  amounts: UnitAmounts,
  options: UnitNetOptions = {},
): string {
  const { net, initial } = unitNet(parameters, amounts, options);
  return writePnml(pnmlOf(net.structure, initial));
}
