import { readFileSync } from 'node:fs';
import { parsePnml, placeTransitionNet } from '../pnml.js';
import { ptNetOf } from './pt-net-of.js';
import type { PtNet } from './pt-net.js';

/** A contest model from its file, unfolded where it is coloured. */
export function readContestModel(file: string): PtNet {
  const [net] = parsePnml(readFileSync(file, 'utf8')).nets;
  if (net === undefined) throw new Error(`${file} holds no net`);
  const { structure, initial } = placeTransitionNet(net);
  return ptNetOf(structure, initial);
}
