import {
  maximalTrap,
  minimalSiphons,
  placeSemiflows,
  type Semiflow,
  transitionSemiflows,
  weighMarking,
} from '@microgrid/petri/analysis';
import { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { EXIT_UNKNOWN } from '../exit-code.js';
import { addReadOptions, ptNetOfFile, readNet, type ReadOptions } from './read-net.js';

interface InvariantOptions extends ReadOptions {
  readonly json?: boolean;
  readonly siphons?: boolean;
}

interface Named {
  readonly name: string;
  readonly weight: number;
}

function namedBy(semiflow: Semiflow, name: (index: number) => string): Named[] {
  return semiflow.map(({ index, weight }) => ({ name: name(index), weight }));
}

function sumText(terms: readonly Named[]): string {
  return terms.map(({ name, weight }) => (weight === 1 ? name : `${weight} * ${name}`)).join(' + ');
}

/** `microgrid petri invariants`. */
export function invariantsCommand({ io, exitWith }: CommandContext): Command {
  const command = new Command('invariants')
    .description('minimal P- and T-semiflows; with --siphons also siphons and their traps')
    .argument('<file>', 'PNML or JSON net')
    .option('--json', 'as JSON')
    .option('--siphons', 'minimal siphons, and the largest trap in each');
  return addReadOptions(command).action(async (file: string, options: InvariantOptions) => {
    const net = ptNetOfFile(file, await readNet(file, options));
    const place = (index: number): string => net.places[index] ?? '';
    const places = placeSemiflows(net);
    const transitions = transitionSemiflows(net);
    const siphons = options.siphons === true ? minimalSiphons(net) : undefined;
    const found = {
      placeSemiflows: places.semiflows.map((semiflow) => ({
        value: weighMarking(semiflow, net.initial),
        terms: namedBy(semiflow, place),
      })),
      transitionSemiflows: transitions.semiflows.map((semiflow) =>
        namedBy(semiflow, (index) => net.transitions[index]?.name ?? ''),
      ),
      ...(siphons && {
        siphons: siphons.siphons.map((siphon) => ({
          places: siphon.map(place),
          trap: maximalTrap(net, siphon).map(place),
        })),
      }),
      complete: places.complete && transitions.complete && siphons?.complete !== false,
    };
    if (!found.complete) exitWith(EXIT_UNKNOWN);
    if (options.json === true) {
      io.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
      return;
    }
    const lines = [
      `${found.placeSemiflows.length} P-semiflows`,
      ...found.placeSemiflows.map(({ value, terms }) => `  ${sumText(terms)} = ${value}`),
      `${found.transitionSemiflows.length} T-semiflows`,
      ...found.transitionSemiflows.map((terms) => `  ${sumText(terms)}`),
      ...(found.siphons === undefined ? [] : [`${found.siphons.length} siphons`]),
      ...(found.siphons ?? []).map(
        ({ places: siphon, trap }) => `  {${siphon.join(', ')}}, trap {${trap.join(', ')}}`,
      ),
      ...(found.complete ? [] : ['not all: the search reached its limit']),
    ];
    io.stdout.write(`${lines.join('\n')}\n`);
  });
}
