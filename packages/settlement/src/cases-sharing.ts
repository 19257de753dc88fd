import {
  createPtNet,
  soundness,
  type ExplorationLimits,
  type PtArcDeclaration,
  type Soundness,
} from '@microgrid/petri/analysis';
import type { UnitNet } from './unit-net.js';

/**
 * Whether several cases that keep apart in everything but some places are sound together: one copy
 * of the net for each, the shared places once, all begun and all ended together.
 * @param shared for instance the guarantee fund; it holds what it holds for one case.
 */
export function casesSharing(
  unit: UnitNet,
  cases: number,
  shared: readonly string[],
  limits: ExplorationLimits = {},
): Soundness {
  const { structure } = unit.net;
  const common = new Set(shared);
  const numbers = Array.from({ length: cases }, (_, index) => index + 1);
  const named = (place: string, number: number): string =>
    common.has(place) ? place : `${place}#${number}`;
  const places = structure.places.map(({ name }) => name);
  const arcs = (
    list: readonly { readonly place: string; readonly weight: number }[],
    number: number,
  ): PtArcDeclaration[] =>
    list.map(({ place, weight }) => ({ place: named(place, number), weight }));
  const ends = (place: string): PtArcDeclaration[] =>
    numbers.map((number) => ({ place: named(place, number), weight: 1 }));
  const one = (place: string): PtArcDeclaration[] => [{ place, weight: 1 }];
  const net = createPtNet({
    name: `${structure.name}-${cases}`,
    places: [
      { name: 'begin', tokens: 1 },
      { name: 'end', tokens: 0 },
      ...shared.map((name) => ({ name, tokens: unit.initial[name] ?? 0 })),
      ...numbers.flatMap((number) =>
        places
          .filter((place) => !common.has(place))
          .map((place) => ({
            name: named(place, number),
            tokens: place === 'start' ? 0 : (unit.initial[place] ?? 0),
          })),
      ),
    ],
    transitions: [
      { name: 'beginAll', inputs: one('begin'), outputs: ends('start') },
      ...numbers.flatMap((number) =>
        structure.transitions.map(({ name, inputs, outputs, reads }) => ({
          name: `${name}#${number}`,
          inputs: arcs(inputs, number),
          outputs: arcs(outputs, number),
          reads: arcs(reads, number),
        })),
      ),
      { name: 'endAll', inputs: ends('closed'), outputs: one('end') },
    ],
  });
  const leftover = unit.valuePlaces.flatMap((place) =>
    common.has(place) ? [place] : numbers.map((number) => named(place, number)),
  );
  return soundness(net, {
    ...limits,
    input: 'begin',
    output: 'end',
    leftover: [...new Set(leftover)],
  });
}
