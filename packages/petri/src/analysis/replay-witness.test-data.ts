import {
  bind,
  createMarking,
  enabled,
  fire,
  parseNet,
  tokensIn,
  type Marking,
  type Net,
} from '../index.js';
import type { PtArc, PtNet } from './pt-net.js';

/** The net as the executor takes it; names get a letter in front because a number is not a name there. */
function executorNet(net: PtNet): { net: Net; start: Marking } {
  const place = (index: number): string => `p${net.places[index] ?? ''}`;
  const arcs = (list: readonly PtArc[]): { place: string; weight: number }[] =>
    list.map((arc) => ({ place: place(arc.place), weight: arc.weight }));
  const structure = parseNet({
    schema: 'microgrid/petri-net/1',
    name: net.name,
    places: net.places.map((_, index) => ({ name: place(index), tokens: 'black' })),
    transitions: net.transitions.map(({ name, inputs, outputs, reads, inhibitors }) => ({
      name: `t${name}`,
      priority: 0,
      inputs: arcs(inputs),
      reads: arcs(reads.filter((read) => !inputs.some((input) => input.place === read.place))),
      inhibitors: arcs(inhibitors),
      outputs: arcs(outputs),
    })),
  });
  const bound = bind(structure, {});
  const counts = net.initial.map((tokens, index) => [place(index), tokens] as const);
  return { net: bound, start: createMarking(bound, Object.fromEntries(counts) as never) };
}

/** What the executor says after a run of transition names. */
export interface Replayed {
  /** Tokens by place index. */
  readonly counts: readonly number[];
  readonly enabled: readonly string[];
}

/** Fires the names one after the other with the package's executor; throws if one is not enabled. */
export function replayInExecutor(net: PtNet, firings: readonly string[]): Replayed {
  const { net: executor, start } = executorNet(net);
  let marking = start;
  for (const name of firings) {
    const binding = enabled(executor, marking).find((one) => one.transition === `t${name}`);
    if (binding === undefined) throw new Error(`'${name}' is not enabled`);
    ({ marking } = fire(executor, marking, binding));
  }
  return {
    counts: net.places.map((name) => tokensIn(marking, `p${name}` as never).length),
    enabled: enabled(executor, marking).map(({ transition }) => transition.slice(1)),
  };
}
