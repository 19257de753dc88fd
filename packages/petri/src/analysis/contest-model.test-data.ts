import { parsePnml, placeTransitionNet } from '../pnml.js';
import { ptNetOf } from './pt-net-of.js';
import type { PtNet } from './pt-net.js';

/** A contest model from its PNML text, unfolded where it is coloured. */
export function readContestModel(text: string): PtNet {
  const [net] = parsePnml(text).nets;
  if (net === undefined) throw new Error('the file holds no net');
  const { structure, initial } = placeTransitionNet(net);
  return ptNetOf(structure, initial);
}
