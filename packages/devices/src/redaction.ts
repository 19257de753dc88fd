/** What stands in place of a secret. */
export const REDACTED = '***';

/** Below this length a text is only taken for the secret where it stands alone. */
const SHORT = 4;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Every form in which a secret may find its way into a text. */
function formsOf(secret: unknown): readonly string[] {
  if (typeof secret === 'object' && secret !== null) return Object.values(secret).flatMap(formsOf);
  if (typeof secret !== 'string' && typeof secret !== 'number') return [];
  const text = String(secret);
  if (text === '') return [];
  const inJson = JSON.stringify(text).slice(1, -1);
  return [text, inJson, encodeURIComponent(text)];
}

/** Takes known secrets out of whatever a driver says. */
export class Redactor {
  private readonly pattern: RegExp | undefined;

  /** @param secrets their values; texts and numbers are looked for, also inside objects. */
  constructor(secrets: readonly unknown[]) {
    const forms = [...new Set(secrets.flatMap(formsOf))].sort((a, b) => b.length - a.length);
    const parts = forms.map((form) =>
      form.length < SHORT ? `(?<![A-Za-z0-9])${escaped(form)}(?![A-Za-z0-9])` : escaped(form),
    );
    this.pattern = parts.length === 0 ? undefined : new RegExp(parts.join('|'), 'g');
  }

  /** Whether there is nothing to hide. */
  get idle(): boolean {
    return this.pattern === undefined;
  }

  /** A text without secrets. */
  text(text: string): string {
    return this.pattern === undefined ? text : text.replaceAll(this.pattern, REDACTED);
  }

  /** A copy of data without secrets in its texts, also in its keys; errors become their messages. */
  value<T>(value: T, depth = 8): T {
    if (typeof value === 'string') return this.text(value) as T;
    if (typeof value !== 'object' || value === null) return value;
    if (depth === 0) return REDACTED as T;
    if (value instanceof Error) return this.text(`${value.name}: ${value.message}`) as T;
    if (ArrayBuffer.isView(value)) return value;
    if (Array.isArray(value)) return value.map((one: unknown) => this.value(one, depth - 1)) as T;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [
        this.text(key),
        this.value(one as unknown, depth - 1),
      ]),
    ) as T;
  }

  /** The same error with its message, stack and causes cleaned; also what is no error. */
  error(error: unknown): unknown {
    if (!(error instanceof Error)) return this.value(error);
    error.message = this.text(error.message);
    if (error.stack !== undefined) error.stack = this.text(error.stack);
    if (error.cause !== undefined) error.cause = this.error(error.cause);
    for (const key of Object.keys(error).filter((name) => name !== 'cause')) {
      const fields = error as unknown as Record<string, unknown>;
      fields[key] = this.value(fields[key]);
    }
    return error;
  }

  /** Runs work whose error must not tell. */
  async guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.error(error);
    }
  }
}
