import { compareIds } from '@microgrid/units';
import type { MeteringPoint } from './community.js';
import type { MeteringPointInput } from './community-schema.js';
import { decimal } from './normal-key.js';
import { withoutUndefined } from './without-undefined.js';

/** A metering point in its one form: one spelling of decimals, the power factor written out where it counts. */
export function normalPoint(point: MeteringPointInput): MeteringPoint {
  const { importLimitKilovoltAmperes, exportLimitKilovoltAmperes, powerFactor, ...rest } = point;
  const { installedKilowatts, contractedKilovoltAmperes, connection, participation, ...plain } =
    rest;
  const limited =
    importLimitKilovoltAmperes !== undefined || exportLimitKilovoltAmperes !== undefined;
  return withoutUndefined<MeteringPoint>({
    ...plain,
    importLimitKilovoltAmperes: spelled(importLimitKilovoltAmperes),
    exportLimitKilovoltAmperes: spelled(exportLimitKilovoltAmperes),
    powerFactor: limited ? decimal(powerFactor ?? '1') : undefined,
    installedKilowatts: spelled(installedKilowatts),
    contractedKilovoltAmperes: spelled(contractedKilovoltAmperes),
    connection: connection && { ...connection, kilometres: spelled(connection.kilometres) },
    participation:
      participation &&
      [...participation].sort(
        (a, b) =>
          compareIds(a.community, b.community) || compareIds(a.validFrom ?? '', b.validFrom ?? ''),
      ),
  });
}

function spelled(text: string | undefined): string | undefined {
  return text === undefined ? undefined : decimal(text);
}
