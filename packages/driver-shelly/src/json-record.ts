/** An object of JSON whose members are not known yet. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Whether a value is an object of JSON, not an array and not null. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object a text holds; undefined when it holds anything else. */
export function parseRecord(text: string): JsonRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A member of a member …; undefined where the way ends. */
export function memberAt(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const step of path) {
    if (!isRecord(found) || !Object.hasOwn(found, step)) return undefined;
    found = found[step];
  }
  return found;
}

/** One object over another, member by member; the newer one wins. */
export function merged(before: JsonRecord, after: JsonRecord): JsonRecord {
  const result: Record<string, unknown> = { ...before };
  for (const [key, value] of Object.entries(after)) {
    const old = Object.hasOwn(before, key) ? before[key] : undefined;
    result[key] = isRecord(old) && isRecord(value) ? merged(old, value) : value;
  }
  return result;
}
