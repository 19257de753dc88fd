import { isRegisterPoint, pointSize, type Profile, type RegisterPoint } from '@microgrid/devices';

/** How often something is read. */
export type Rate = RegisterPoint['rate'];

/** One read request and the points it brings. */
export interface PlannedBlock {
  readonly table: RegisterPoint['table'];
  readonly address: number;
  readonly count: number;
  readonly rate: Rate;
  /** In the order of their addresses. */
  readonly points: readonly RegisterPoint[];
}

const RATE_ORDER: readonly Rate[] = ['high', 'low', 'once'];

const endOf = (point: RegisterPoint): number => point.address + pointSize(point);

/**
 * Plans as few reads as the device allows. Blocks of the profile are read as they stand if they
 * bring a wanted point; the other points are merged with neighbours of their rate up to the longest
 * read, over holes of at most `bridgeRegisters`, never over forbidden registers, and one by one for
 * devices that answer one value per read.
 * @param wanted points to be read; the others of the profile are left out.
 */
export function planBlocks(profile: Profile, wanted: ReadonlySet<string>): PlannedBlock[] {
  const points = profile.points
    .filter(isRegisterPoint)
    .filter(({ id }) => wanted.has(id))
    .sort((a, b) => a.address - b.address);
  const placed = new Set<RegisterPoint>();
  const blocks: PlannedBlock[] = [];
  for (const block of profile.blocks ?? []) {
    const inside = points.filter(
      (point) =>
        !placed.has(point) &&
        point.table === block.table &&
        point.address >= block.address &&
        endOf(point) <= block.address + block.count,
    );
    inside.forEach((point) => placed.add(point));
    if (inside.length > 0) blocks.push({ ...block, points: inside });
  }
  const rest = points.filter((point) => !placed.has(point));
  for (const rate of RATE_ORDER) {
    for (const table of ['input', 'holding', 'coil', 'discrete'] as const) {
      const group = rest.filter((point) => point.rate === rate && point.table === table);
      blocks.push(...merge(profile, group));
    }
  }
  return blocks;
}

/** Joins neighbours; the points are of one table and one rate, in the order of their addresses. */
function merge(profile: Profile, points: readonly RegisterPoint[]): PlannedBlock[] {
  const groups: RegisterPoint[][] = [];
  for (const point of points) {
    const last = groups.at(-1);
    if (last !== undefined && joins(profile, last, point)) last.push(point);
    else groups.push([point]);
  }
  return groups.flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const count = Math.max(...group.map(endOf)) - first.address;
    return [{ table: first.table, address: first.address, count, rate: first.rate, points: group }];
  });
}

function joins(profile: Profile, group: readonly RegisterPoint[], point: RegisterPoint): boolean {
  const { transport, forbidden = [] } = profile;
  const start = group[0]?.address ?? 0;
  const end = Math.max(...group.map(endOf));
  const sameRegisters =
    point.address === group.at(-1)?.address && endOf(point) === group.map(endOf).at(-1);
  if (transport.oneValuePerRead === true) return sameRegisters;
  const bits = point.table === 'coil' || point.table === 'discrete';
  const longest = bits ? 2000 : (transport.registersPerRead ?? 125);
  const newEnd = Math.max(end, endOf(point));
  if (newEnd - start > longest) return false;
  if (point.address - end > (transport.bridgeRegisters ?? 0)) return false;
  return !forbidden.some(
    ({ table, address, count }) =>
      table === point.table && address < newEnd && start < address + count,
  );
}
