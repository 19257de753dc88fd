import { phaseText, type Finding } from './finding.js';
import type { MeasuredLoad } from './measured-load.js';
import { phasesOf, type CommissioningData, type Phase } from './site-sample.js';

/** What the signs of the responses say of the grid meter. */
export interface Directions {
  readonly findings: readonly Finding[];
  /** Phases whose current and voltage belong to different phases: their amounts mean nothing. */
  readonly crossed: ReadonlySet<Phase>;
}

/**
 * Current of one phase with the voltage of another, 120° apart, shows -1/2 of the power of a load
 * whose power factor is 1; between these bounds it is taken for that.
 */
const CROSSED = { least: -0.65, most: -0.35 } as const;

/** The response of a phase as a share of what the load draws there; undefined where nobody knows. */
function shareOf({ grid, references, respondingPhases }: MeasuredLoad, phase: Phase) {
  const response = grid.get(phase);
  const reference = references[0]?.watts;
  if (response?.verdict !== 'responds' || reference === undefined) return undefined;
  return response.watts / (reference / respondingPhases.length);
}

/** Reversed and crossed transformers of the grid meter, by the sign of every response. */
export function judgeDirections(
  data: Pick<CommissioningData, 'gridMeter' | 'phases'>,
  loads: readonly MeasuredLoad[],
): Directions {
  const { gridMeter, phases } = data;
  const turned: Phase[] = [];
  const crossed = new Set<Phase>();
  const findings: Finding[] = [];
  for (const phase of phasesOf(phases)) {
    const key = loads.some(({ grid }) => grid.has(phase)) || phases === 3 ? phase : 'total';
    const answers = loads.flatMap((load) => {
      const response = load.grid.get(key);
      return response?.verdict === 'responds' ? [{ load, watts: response.watts }] : [];
    });
    const against = answers.filter(({ watts }) => watts < 0);
    if (against.length === 0) continue;
    if (against.length < answers.length) {
      const names = against.map(({ load }) => load.load).join(', ');
      findings.push({
        kind: 'ctReversed',
        device: gridMeter,
        phases: [phase],
        certainty: 'unsure',
        text: `L${phase} of ${gridMeter} falls when ${names} is switched on and rises with other loads: look at the wiring of these loads and of the transformer`,
      });
      continue;
    }
    const shares = against
      .map(({ load }) => shareOf(load, phase))
      .filter((one) => one !== undefined);
    const isCrossed =
      phases === 3 &&
      shares.length > 0 &&
      shares.every((share) => share > CROSSED.least && share < CROSSED.most);
    if (isCrossed) crossed.add(phase);
    else turned.push(phase);
  }
  // One transformer alone cannot be exchanged: then half the size is a matter of scale.
  if (crossed.size === 1) {
    turned.push(...crossed);
    crossed.clear();
  }
  for (const phase of turned.sort()) findings.push(reversed(gridMeter, phase, phases));
  if (crossed.size > 0) findings.push(exchanged(gridMeter, [...crossed]));
  return { findings, crossed };
}

const reversed = (device: string, phase: Phase, phases: 1 | 3): Finding => ({
  kind: 'ctReversed',
  device,
  phases: [phase],
  certainty: 'sure',
  text: `${phases === 1 ? device : `L${phase} of ${device}`} shows less when loads are switched on: its current transformer is the wrong way round; turn it`,
});

const exchanged = (device: string, phases: readonly Phase[]): Finding => ({
  kind: 'phasesSwapped',
  device,
  phases,
  certainty: 'sure',
  text: `${phaseText(phases)} of ${device} show minus half of what loads draw: their current transformers measure the current of another phase than their voltage; exchange them`,
});

/** Reversed transformers of the meters that loads and inverters have themselves. */
export function judgeOwnDirections(loads: readonly MeasuredLoad[]): readonly Finding[] {
  return loads.flatMap(({ load, own }) => {
    const phases = ([1, 2, 3] as const).filter((phase) => {
      const response = own.get(phase);
      return response?.verdict === 'responds' && response.watts < 0;
    });
    const total = own.get('total');
    const whole = total?.verdict === 'responds' && total.watts < 0;
    if (phases.length === 0 && !whole) return [];
    const where = phases.length === 0 ? load : `${phaseText(phases)} of ${load}`;
    return [
      {
        kind: 'ctReversed' as const,
        device: load,
        ...(phases.length === 0 ? {} : { phases }),
        certainty: 'sure' as const,
        text: `${where} shows less power when it draws more: its own current transformer is the wrong way round; turn it`,
      },
    ];
  });
}
