import { stringify } from 'yaml';
import { TIME_ZONE, type DemoSite } from './neighbourhood.js';

/** The demo's community file; the gateways' keys, where there are gateways, are enrolled in it. */
export function communityFile(
  sites: readonly DemoSite[],
  keys?: ReadonlyMap<string, string>,
): string {
  return stringify({
    schema: 'microgrid/community/1',
    id: 'rua-do-sol',
    name: 'Rua do Sol',
    timeZone: TIME_ZONE,
    resolution: 'PT15M',
    currency: 'EUR',
    netting: 'interval',
    sharingKey: { type: 'proportional' },
    prices: {
      import: {
        type: 'timeOfUse',
        seasons: [
          {
            id: 'all-year',
            from: '01-01',
            to: '12-31',
            days: [
              {
                weekdays: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
                periods: [
                  { name: 'off-peak', from: '00:00', to: '08:00', price: '0.140000' },
                  { name: 'peak', from: '08:00', to: '22:00', price: '0.240000' },
                  { name: 'off-peak', from: '22:00', to: '24:00', price: '0.140000' },
                ],
              },
            ],
          },
        ],
      },
      export: '0.045000',
      internal: '0.110000',
    },
    transformer: { limitKilovoltAmperes: '50', powerFactor: '1' },
    members: sites.map(({ site, name }) => ({
      id: site.id,
      name,
      meteringPoints: [{ id: site.id, ...(keys && { gateway: gatewayOf(site.id) }) }],
    })),
    ...(keys && {
      gateways: sites.map(({ site }) => ({
        id: gatewayOf(site.id),
        publicKey: keys.get(site.id),
      })),
    }),
  });
}

/** The gateway of a site. */
export function gatewayOf(site: string): string {
  return `gw-${site}`;
}
