import { InvalidArgumentError } from 'commander';

const UNITS = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 } as const;

/** Reads a duration such as `500ms`, `60s`, `10min` or `1h` into ms; for options of commander. */
export function milliseconds(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|min|h)$/.exec(text);
  const ms = Number(match?.[1]) * UNITS[(match?.[2] ?? 'ms') as keyof typeof UNITS];
  if (ms >= 1 && ms <= 86_400_000) return Math.round(ms);
  throw new InvalidArgumentError('expected a time as 500ms, 60s, 10min or 1h, at most 24h');
}

/** Waits, or until the signal fires; never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || ms <= 0) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
