import type { Draw } from './draw.test-data.js';
import { energyCsv, type GeneratedTime } from './generated-contract-files.test-data.js';
import type { KeyFile } from './generated-keys.test-data.js';

/** What the points claim and offer in one interval, by position. */
export interface GeneratedBrought {
  readonly claims: ArrayLike<number>;
  readonly offers: ArrayLike<number>;
}

/** What a key finds in an interval: at least so much of claims and pool. */
interface Found {
  readonly claims: ArrayLike<number>;
  readonly pool: bigint;
}

interface GroupFile {
  readonly points: readonly string[];
  readonly share: string;
  readonly key: KeyFile;
}

/**
 * Texts of the energies that keys of type `exPost` say they were given: within the claims and the pool
 * that the key finds where it stands. Behind other keys that may be nothing.
 */
export function statedEnergies(
  draw: Draw,
  time: GeneratedTime,
  key: KeyFile,
  ids: readonly string[],
  brought: readonly GeneratedBrought[],
): Map<string, string> {
  const files = new Map<string, string>();
  const position = new Map(ids.map((id, index) => [id, index]));
  const state = (
    of: KeyFile,
    points: readonly string[],
    found: readonly Found[],
    whole: boolean,
  ): void => {
    const nothing = found.map(({ claims }) => ({ claims, pool: 0n }));
    switch (of.type) {
      case 'exPost': {
        if (of['values'] !== 'energy') return;
        const at = points.map((id) => position.get(id) ?? -1);
        const rows = found.map((one) => givenOf(draw, at, one));
        files.set(of['file'] as string, energyCsv(time, points, rows));
        return;
      }
      case 'priority':
        for (const [index, group] of (of['groups'] as GroupFile[]).entries()) {
          state(group.key, group.points, index === 0 ? found : nothing, false);
        }
        return;
      case 'nested':
        for (const group of of['groups'] as GroupFile[]) {
          state(
            group.key,
            group.points,
            found.map((one) => partOf(one, group.share)),
            false,
          );
        }
        return;
      case 'combined':
        for (const [index, step] of (of['steps'] as KeyFile[]).entries()) {
          state(step, points, index === 0 ? found : nothing, whole && index === 0);
        }
        return;
      case 'twoSided':
        state(of['scarce'] as KeyFile, points, found, false);
        // Where only some claim, or only what is left, the producers' side may be asked for nothing.
        state(
          of['abundant'] as KeyFile,
          ids,
          brought.map(turned).map(({ claims, pool }) => ({ claims, pool: whole ? pool : 0n })),
          false,
        );
        return;
      case 'calendar':
        for (const row of of['rows'] as { key: KeyFile }[]) state(row.key, points, found, whole);
        return;
      default:
    }
  };
  state(
    key,
    ids,
    brought.map(({ claims, offers }) => ({ claims, pool: sum(offers) })),
    true,
  );
  return files;
}

/** Parts of the claims of points that the pool is enough for. */
function givenOf(draw: Draw, positions: readonly number[], { claims, pool }: Found): number[] {
  let left = pool;
  return positions.map((position) => {
    const claim = BigInt(claims[position] ?? 0);
    const part = (claim * BigInt(draw.whole(8))) / 8n;
    const given = part < left ? part : left;
    left -= given;
    return Number(given);
  });
}

/** What is there for a group at least, whatever the others use: its share less what rounding takes. */
function partOf({ claims, pool }: Found, share: string): Found {
  const millionths = BigInt(Math.floor(Number(share) * 1e6));
  const part = (pool * millionths) / 1_000_000n - 1n;
  return { claims, pool: part < 0n ? 0n : part };
}

/** The producers' side: offers are shared out of what is claimed. */
function turned({ claims, offers }: GeneratedBrought): Found {
  return { claims: offers, pool: sum(claims) };
}

function sum(values: ArrayLike<number>): bigint {
  let total = 0n;
  for (let index = 0; index < values.length; index++) total += BigInt(values[index] ?? 0);
  return total;
}
