import type { RegisterPoint } from '@microgrid/devices';

/** What one point adds to, or changes in, the description its table is built with. */
export type PointDetails = Partial<RegisterPoint>;

/** Describes one point of a table of registers. */
export type DescribePoint = (
  id: string,
  address: number,
  unit: RegisterPoint['unit'],
  details?: PointDetails,
) => RegisterPoint;

/** A table of registers whose values are alike: what they share is said once. */
export function registers(
  shared: Pick<RegisterPoint, 'table' | 'encoding'> & PointDetails,
): DescribePoint {
  return (id, address, unit, details = {}) => ({
    id,
    address,
    unit,
    rate: 'high',
    ...shared,
    ...details,
  });
}

/** The same value on the phases L1, L2 and L3; ids end in the phase. */
export function phases(
  describe: DescribePoint,
  id: string,
  addresses: readonly [number, number, number],
  unit: RegisterPoint['unit'],
  details: PointDetails = {},
): RegisterPoint[] {
  return addresses.map((address, index) => describe(`${id}L${index + 1}`, address, unit, details));
}

/** A text of so many registers that names the device. */
export function text(
  id: string,
  address: number,
  count: number,
  table: 'holding' | 'input' = 'holding',
): RegisterPoint {
  return {
    id,
    internal: true,
    table,
    address,
    encoding: 'string',
    count,
    unit: 'text',
    rate: 'once',
  };
}

/** Registers of a text as an identity has to find them: two characters in each, padded with NUL. */
export function asciiRegisters(characters: string): number[] {
  const padded = characters.length % 2 === 0 ? characters : `${characters}\0`;
  return Array.from(
    { length: padded.length / 2 },
    (_, index) => padded.charCodeAt(index * 2) * 256 + padded.charCodeAt(index * 2 + 1),
  );
}

/** Marks one point as believed and not verified, and says what is believed of it. */
export function doubted(...believed: string[]): PointDetails {
  return { confidence: 'believed', believed };
}
