import { phaseText, type Finding } from './finding.js';
import type { MeasuredLoad, Reference } from './measured-load.js';
import { median, type Phase } from './site-sample.js';

/** The grid meter's answer to a load, divided by what one source says that it draws. */
interface Ratio extends Reference {
  readonly ratio: number;
  readonly phases: readonly Phase[];
}

function ratiosOf(loads: readonly MeasuredLoad[], skip: ReadonlySet<Phase>): Ratio[] {
  return loads.flatMap(({ grid, references, respondingPhases, unsure }) => {
    if (unsure !== undefined || respondingPhases.some((phase) => skip.has(phase))) return [];
    const byPhase = respondingPhases.map((phase) => Math.abs(grid.get(phase)?.watts ?? 0));
    const total = grid.get('total');
    const shown =
      byPhase.length > 0
        ? byPhase.reduce((sum, watts) => sum + watts, 0)
        : total?.verdict === 'responds'
          ? Math.abs(total.watts)
          : 0;
    if (shown === 0) return [];
    return references.map((reference) => ({
      ...reference,
      ratio: shown / reference.watts,
      phases: respondingPhases,
    }));
  });
}

/** Whether a ratio is 1 within what its reference may be off by. */
const isRight = ({ ratio, tolerance }: Ratio): boolean =>
  Math.abs(Math.log(ratio)) <= Math.log(1 + tolerance);

const isNear = (middle: number, { ratio, tolerance }: Ratio): boolean =>
  Math.abs(Math.log(ratio / middle)) <= Math.log(1 + tolerance);

/** A factor for people. */
export const factorText = (factor: number): string => Number(factor.toPrecision(2)).toString();

/**
 * A wrong scale, by a vote: where all that is known of the loads differs from the grid meter by one
 * factor, the meter is wrong; where something agrees with the meter, what does not agree is. One
 * witness alone cannot say which of the two it is.
 *
 * @param skip phases whose amounts mean nothing
 */
export function judgeScale(
  gridMeter: string,
  loads: readonly MeasuredLoad[],
  skip: ReadonlySet<Phase>,
): readonly Finding[] {
  const ratios = ratiosOf(loads, skip);
  const wrong = ratios.filter((one) => !isRight(one));
  if (wrong.length === 0) return [];
  const factor = factorOf(ratios);
  if (wrong.length === ratios.length && ratios.length >= 2 && factor !== undefined) {
    return [meterScale(gridMeter, factor, [])];
  }
  if (ratios.length === 1) return [eitherScale(gridMeter, ratios[0] as Ratio)];
  const phased = phaseScale(gridMeter, ratios);
  if (phased.length > 0) return phased;
  const right = ratios.filter(isRight);
  return wrong.flatMap((one) => {
    if (right.length === 0) return [eitherScale(gridMeter, one)];
    // What somebody said of a load is not a meter that could be wrong.
    return one.source === 'own' ? [deviceScale(one)] : [];
  });
}

/** The factor that all agree on, those that measure before those that were told. */
function factorOf(ratios: readonly Ratio[]): number | undefined {
  const own = ratios.filter(({ source }) => source === 'own');
  const middle = median((own.length > 0 ? own : ratios).map(({ ratio }) => ratio));
  return ratios.every((one) => isNear(middle, one)) ? middle : undefined;
}

/** Single transformers of a wrong ratio: all witnesses of one phase agree, those of others are content. */
function phaseScale(gridMeter: string, ratios: readonly Ratio[]): readonly Finding[] {
  const findings: Finding[] = [];
  for (const phase of [1, 2, 3] as const) {
    const here = ratios.filter(({ phases }) => phases.length === 1 && phases[0] === phase);
    const factor = here.length >= 2 ? factorOf(here) : undefined;
    if (factor !== undefined && here.every((one) => !isRight(one))) {
      findings.push(meterScale(gridMeter, factor, [phase]));
    }
  }
  return findings;
}

const meterScale = (device: string, factor: number, phases: readonly Phase[]): Finding => ({
  kind: 'scale',
  device,
  ...(phases.length === 0 ? {} : { phases }),
  factor,
  certainty: 'sure',
  text: `${phases.length === 0 ? device : `${phaseText(phases)} of ${device}`} shows ${factorText(factor)} times what loads draw: correct its transformer ratio`,
});

const deviceScale = ({ load, ratio }: Ratio): Finding => ({
  kind: 'scale',
  device: load,
  factor: 1 / ratio,
  certainty: 'sure',
  text: `${load} shows ${factorText(1 / ratio)} times what the grid meter sees of it, which agrees with everything else: correct the ratio or profile of ${load}`,
});

const eitherScale = (gridMeter: string, { load, ratio, source }: Ratio): Finding => ({
  kind: 'scale',
  device: gridMeter,
  factor: ratio,
  certainty: 'unsure',
  text: `${gridMeter} shows ${factorText(ratio)} times what ${source === 'own' ? `${load} shows of itself` : `${load} is said to draw`}: one of the two is wrong; switch another load of known power to tell`,
});
