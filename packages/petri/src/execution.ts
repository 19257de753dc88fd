import { visitSelections, type Selection } from './binding.js';
import type { Net } from './bind.js';
import { fireSelection, type Firing } from './firing.js';
import { placeIndexOf, type Marking, type Token } from './marking.js';
import type { PlannedTransition } from './net-plan.js';
import { WorkingMarking } from './working-marking.js';

/** The next binding that would fire. */
export interface Candidate {
  readonly transition: PlannedTransition;
  readonly selection: Selection;
}

/**
 * One run in progress. It remembers which transitions were found disabled and looks at them again
 * only after a place on their arcs changed, so a firing costs what it touches.
 */
export class Execution {
  readonly marking: WorkingMarking;
  private readonly disabled: boolean[];

  constructor(
    private readonly net: Net,
    start: Marking,
    private readonly laws: boolean,
  ) {
    this.marking = WorkingMarking.of(net.plan, start);
    this.disabled = net.plan.order.map(() => false);
  }

  /** The first enabled binding in the documented order; none means quiescent. */
  first(): Candidate | undefined {
    const { order } = this.net.plan;
    let found: Candidate | undefined;
    for (const [position, transition] of order.entries()) {
      if (this.disabled[position] === true) continue;
      visitSelections(transition, this.marking, (selection) => {
        found = { transition, selection };
        return true;
      });
      if (found !== undefined) return found;
      this.disabled[position] = true;
    }
    return undefined;
  }

  fire({ transition, selection }: Candidate): Firing {
    const firing = fireSelection(this.net, transition, selection, this.marking, this.laws);
    for (let index = 0; index < transition.inputCount; index += 1)
      this.changed(transition.chosen[index]?.place ?? -1);
    for (const arc of transition.outputs) this.changed(arc.place);
    return firing;
  }

  put(place: string, value: unknown): Token {
    const index = placeIndexOf(this.net, place);
    this.changed(index);
    return this.marking.put(index, value);
  }

  private changed(place: number): void {
    for (const position of this.net.plan.watchers[place] ?? []) this.disabled[position] = false;
  }
}
