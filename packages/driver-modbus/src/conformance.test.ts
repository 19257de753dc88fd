import { catalog } from '@microgrid/catalog';
import { runDriverChecks } from '@microgrid/driver-kit';
import { modbusDriver } from './modbus-driver.js';

/**
 * What depends on a profile is checked on each of them. Broken lines are the business of the engine
 * and of this driver, the same for all, and cost seconds: every eighth profile, in the long run all.
 */
const long = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1') > 1;

describe('every profile of the catalogue', () => {
  it.each(catalog.map((profile, index) => [profile.id, profile, index] as const))(
    '%s keeps the driver contract',
    async (_id, profile, index) => {
      const onWires = long || index % 8 === 0;
      const { failed, passed } = await runDriverChecks(modbusDriver(profile), {
        profile,
        ...(onWires ? {} : { wires: [] }),
      });
      expect(failed).toEqual([]);
      expect(passed.length).toBeGreaterThan(onWires ? 16 : 10);
    },
    60_000,
  );
});
