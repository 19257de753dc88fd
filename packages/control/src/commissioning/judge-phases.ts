import { phaseText, type Finding } from './finding.js';
import type { MeasuredLoad } from './measured-load.js';
import type { Phase } from './site-sample.js';

/** Where the transformers sit: the phase that the meter shows for each phase of the site. */
type Placing = readonly [Phase, Phase, Phase];

const PLACINGS: readonly Placing[] = [
  [1, 2, 3],
  [2, 1, 3],
  [3, 2, 1],
  [1, 3, 2],
  [2, 3, 1],
  [3, 1, 2],
];

interface Placed {
  readonly load: string;
  readonly declared: Phase;
  readonly shown: Phase;
}

/** Loads of one phase whose phase was declared and seen. */
function placed(loads: readonly MeasuredLoad[]): Placed[] {
  return loads.flatMap(({ load, declaredPhase, respondingPhases, unsure }) => {
    const [shown, more] = respondingPhases;
    const single = shown !== undefined && more === undefined && unsure === undefined;
    if (!single || declaredPhase === undefined || declaredPhase === 'all') return [];
    return [{ load, declared: declaredPhase, shown }];
  });
}

const fits = (placing: Placing, { declared, shown }: Placed): boolean =>
  placing[declared - 1] === shown;

/**
 * Exchanged transformers and loads on another phase than declared. One load that is elsewhere can be
 * either; it is told by other loads of the two phases.
 */
export function judgePhases(gridMeter: string, loads: readonly MeasuredLoad[]): readonly Finding[] {
  const all = placed(loads);
  const wrong = all.filter(({ declared, shown }) => declared !== shown);
  if (wrong.length === 0) return [];
  const [, ...exchanges] = PLACINGS;
  const explaining = exchanges.filter((placing) => all.every((one) => fits(placing, one)));
  const movedPhases = new Set(wrong.map(({ declared }) => declared));
  const [placing] = explaining;
  // Two phases that show each other's loads: two plans would have to be wrong in just this way.
  if (placing !== undefined && movedPhases.size >= 2) {
    const phases = ([1, 2, 3] as const).filter((phase) => placing[phase - 1] !== phase);
    const seen = wrong.map(({ load, declared, shown }) => `${load} (L${declared}) on L${shown}`);
    return [
      {
        kind: 'phasesSwapped',
        device: gridMeter,
        phases,
        certainty: 'sure',
        text: `${phaseText(phases)} of ${gridMeter} are exchanged: it shows ${seen.join(', ')}; exchange their current transformers`,
      },
    ];
  }
  return wrong.map((one) => elsewhere(gridMeter, one, all));
}

function elsewhere(gridMeter: string, one: Placed, all: readonly Placed[]): Finding {
  const { load, declared, shown } = one;
  const witness = all.find(
    (other) => other.declared === other.shown && [declared, shown].includes(other.declared),
  );
  const where = `${load} is declared on L${declared} and shows on L${shown}`;
  if (witness !== undefined) {
    return {
      kind: 'loadPhase',
      device: load,
      phases: [shown],
      certainty: 'sure',
      text: `${where}, where ${witness.load} shows that the meter is right: correct the plan`,
    };
  }
  return {
    kind: 'phasesSwapped',
    device: gridMeter,
    phases: [declared, shown].sort(),
    certainty: 'unsure',
    text: `${where}: either it hangs there, or transformers of ${gridMeter} are exchanged; switch another load of L${declared} or L${shown} to tell`,
  };
}
