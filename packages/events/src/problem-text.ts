/** The most characters of a wrong value that a message repeats. */
const LONGEST_FOUND = 80;

/** A wrong value as JSON, cut to a readable length; `nothing` where there is none. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = (JSON.stringify(value) as string | undefined) ?? typeof value;
  return text.length > LONGEST_FOUND ? `${text.slice(0, LONGEST_FOUND)}…` : text;
}

/** A path as people write it, as in `periods[2].start`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`,
    )
    .join('');
}

/** What stands at a path; undefined where nothing does. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Record<PropertyKey, unknown>)[step]
        : undefined,
    value,
  );
}

/** What a schema expected, in the words of its message without what was received: the value is shown instead. */
export function expectation(message: string): string {
  return message
    .replace(/^Invalid (?:\w+): (?:expected )?/, '')
    .replace(/^Too (?:big|small): expected (\w+) to (?:be|have) /, '$1 ')
    .replace(/, received .*$/, '');
}
