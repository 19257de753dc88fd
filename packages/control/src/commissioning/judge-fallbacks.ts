import type { Amperes } from '@microgrid/units';
import type { Finding } from './finding.js';

/** What a device does by itself on loss, and the circuit it hangs on. */
export interface FallbackFact {
  readonly device: string;
  readonly control: string;
  readonly unit: 'A' | 'W';
  /** As the safety facts say: a set point, or `unlimited`, `last`, `own`, `unknown`, `device`. */
  readonly fallback: number | string;
  /** Most the control or the device allows, in the unit; absent where nobody says. */
  readonly maximum?: number;
  /** Phases it draws on. */
  readonly phases: 1 | 3;
  /** Of the circuit it hangs on, per phase. */
  readonly circuitAmperes: Amperes;
  /** Phase to neutral. Default 230. */
  readonly nominalVolts?: number;
}

/** Current per phase that a device may draw when nobody commands it; undefined where it draws less by itself. */
function worstAmperes(fact: FallbackFact): Amperes | undefined {
  const { fallback, maximum, unit, phases, nominalVolts = 230 } = fact;
  // Regulated by its own meter it draws no more than it is meant to.
  if (fallback === 'own') return undefined;
  const worst = typeof fallback === 'number' ? fallback : (maximum ?? Infinity);
  return unit === 'A' ? worst : Math.abs(worst) / (phases * nominalVolts);
}

/** Devices that may overload their circuit when nobody commands them. */
export function judgeFallbacks(facts: readonly FallbackFact[]): readonly Finding[] {
  return facts.flatMap((fact) => {
    const worst = worstAmperes(fact);
    const { device, control, circuitAmperes, fallback } = fact;
    if (worst === undefined || worst <= circuitAmperes) return [];
    const known = Number.isFinite(worst);
    const amount = known ? `${Number(worst.toFixed(1))} A per phase` : 'an unknown current';
    const why = typeof fallback === 'number' ? 'falls back to' : `(fallback: ${fallback}) may draw`;
    return [
      {
        kind: 'fallbackAboveCircuit' as const,
        device,
        certainty: known ? ('sure' as const) : ('unsure' as const),
        text: `${device}: on loss of communication ${control} ${why} ${amount}, its circuit bears ${circuitAmperes} A: set a lower fallback or maximum in the device`,
      },
    ];
  });
}
