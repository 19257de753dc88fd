import { isRegisterPoint, pointSize, type Profile, type RegisterPoint } from '@microgrid/devices';
import { planReads, type PlannedRead, type ReadPlanRules, type Span } from '@microgrid/modbus';

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

interface WantedPoint extends Span {
  readonly point: RegisterPoint;
}

/**
 * Plans as few reads as the device allows. Blocks of the profile are read as they stand if they
 * bring a wanted point; the other points are merged with neighbours of their rate up to the longest
 * read, over holes of at most `bridgeRegisters`, never over forbidden registers or a border, and one by one for
 * devices that answer one value per read.
 * @param wanted points to be read; the others of the profile are left out.
 */
export function planBlocks(profile: Profile, wanted: ReadonlySet<string>): PlannedBlock[] {
  const { transport, blocks = [], forbidden = [], boundaries = [] } = profile;
  const rules: ReadPlanRules = {
    forbidden,
    boundaries,
    bridge: transport.bridgeRegisters ?? 0,
    registersPerRead: transport.registersPerRead ?? 125,
    oneValuePerRead: transport.oneValuePerRead ?? false,
  };
  let rest: readonly WantedPoint[] = profile.points
    .filter(isRegisterPoint)
    .filter(({ id }) => wanted.has(id))
    .map((point) => ({
      table: point.table,
      address: point.address,
      count: pointSize(point),
      point,
    }));
  const planned: PlannedBlock[] = [];
  for (const block of blocks) {
    const inside = rest.filter((span) => contains(block, span));
    rest = rest.filter((span) => !contains(block, span));
    planned.push(
      ...planReads(inside, { blocks: [block] }).map((read) => blockOf(read, block.rate)),
    );
  }
  for (const rate of RATE_ORDER) {
    const group = rest.filter(({ point }) => point.rate === rate);
    planned.push(...planReads(group, rules).map((read) => blockOf(read, rate)));
  }
  return planned;
}

function contains(block: Span, { table, address, count }: Span): boolean {
  return (
    block.table === table &&
    address >= block.address &&
    address + count <= block.address + block.count
  );
}

function blockOf(
  { table, address, count, brings }: PlannedRead<WantedPoint>,
  rate: Rate,
): PlannedBlock {
  return { table, address, count, rate, points: brings.map(({ point }) => point) };
}
