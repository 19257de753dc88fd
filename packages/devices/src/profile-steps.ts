import type { StepCondition, WriteField, WriteStep } from './profile-control.js';

const CONDITIONS: Readonly<Record<StepCondition, (command: number) => boolean>> = {
  zero: (command) => command === 0,
  nonzero: (command) => command !== 0,
  positive: (command) => command > 0,
  negative: (command) => command < 0,
  notPositive: (command) => command <= 0,
  notNegative: (command) => command >= 0,
};

/** Whether a step belongs to a command (true = 1, false = 0). */
export function appliesTo(step: Pick<WriteStep, 'when'>, command: number): boolean {
  return step.when === undefined || CONDITIONS[step.when](command);
}

/** Whether what a field writes depends on the command. */
export function dependsOnCommand({ value }: WriteField): boolean {
  return typeof value === 'object' && !('point' in value);
}

/** What a step is for. */
export type StepPurpose = NonNullable<WriteStep['purpose']>;

/**
 * What each step is for, as stated or else by its place: a step that carries the command is the
 * set point, one that comes before the first of these prepares the fallback, one after enables.
 */
export function purposesOf(steps: readonly WriteStep[]): StepPurpose[] {
  const carries = steps.map(
    (step) => step.purpose === 'setPoint' || step.fields.some(dependsOnCommand),
  );
  const first = carries.indexOf(true);
  return steps.map((step, index) => {
    if (step.purpose !== undefined) return step.purpose;
    if (carries[index] === true) return 'setPoint';
    return index < first ? 'fallback' : 'enable';
  });
}
