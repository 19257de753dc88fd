import { parseCommunity } from '@microgrid/community';
import { settle, settlementContract, type SettledPeriod } from '@microgrid/settlement';

/** Start of the period, local midnight of 1 June in Lisbon. */
export const START_MS = Date.UTC(2026, 4, 31, 23);
const DAYS = 30;
const HOURS = DAYS * 24;

/** Charges per kWh, kVA-day and month, and VAT. */
export const STACK = {
  charges: [
    { id: 'access', on: 'sharedIn', per: 'kWh', rate: '0.0305', payTo: 'dso', vat: 'iva' },
    { id: 'power', on: 'point', per: 'kVA-day', rate: '0.0537', payTo: 'dso', vat: 'iva' },
    { id: 'fee', on: 'point', per: 'month', rate: '1.5', payTo: 'E-REDES / taxas 100 %' },
    {
      id: 'management',
      on: 'surplus',
      per: 'kWh',
      rate: '0.0012345',
      direction: 'charge',
      payTo: 'egac',
      vat: 'iva',
    },
  ],
  vat: [{ id: 'iva', rates: [{ validFrom: '2020-01-01', percent: '23' }] }],
};

/** Keys that give every kind of statement line. */
export const KEYS = {
  proportional: { sharingKey: { type: 'proportional' } },
  own: {
    sharingKey: { type: 'fixed', coefficients: { 'ana-1': '0.5', 'ana-2': '0.2', bruno: '0.3' } },
    unused: 'member',
  },
  market: {
    sharingKey: {
      type: 'market',
      mechanism: 'payAsBid',
      options: { sellers: 'ask' },
      bids: { 'ana-1': '0.2', 'ana-2': '0.15', bruno: '0.18' },
      asks: { plant: '0.07' },
    },
  },
} as const;

/** A settled period of three members and four points, hourly. */
export function chargedPeriod(more: object, seed: number, hours = HOURS): SettledPeriod {
  const community = parseCommunity(
    JSON.stringify({
      schema: 'microgrid/community/1',
      id: 'village',
      name: 'Village',
      timeZone: 'Europe/Lisbon',
      resolution: 'PT60M',
      currency: 'EUR',
      netting: 'interval',
      prices: { import: '0.21', export: '0.05', internal: '0.12' },
      members: [
        {
          id: 'ana',
          meteringPoints: [
            { id: 'ana-1', contractedKilovoltAmperes: '6.9', role: 'consumer' },
            {
              id: 'ana-2',
              contractedKilovoltAmperes: '3.45',
              role: 'consumer',
              validFrom: '2026-06-11',
            },
          ],
        },
        {
          id: 'bruno',
          meteringPoints: [{ id: 'bruno', contractedKilovoltAmperes: '4.6', role: 'consumer' }],
        },
        {
          id: 'plant',
          meteringPoints: [{ id: 'plant', contractedKilovoltAmperes: '20.7', role: 'producer' }],
        },
      ],
      ...more,
    }),
  );
  const endMs = START_MS + hours * 3_600_000;
  const contract = settlementContract(community, { startMs: START_MS, endMs });
  const size = contract.pointIds.length;
  const value = (cell: number): number => ((cell * 7_919 + seed) * 104_729) % 1_500_001;
  const column = (plant: boolean): Float64Array =>
    Float64Array.from({ length: hours * size }, (_, cell) =>
      (contract.pointIds[cell % size] === 'plant') === plant ? value(cell) * (plant ? 3 : 1) : 0,
    );
  return settle(contract, {
    points: contract.pointIds,
    startMs: START_MS,
    endMs,
    resolutionMs: 3_600_000,
    importMilliwattHours: column(false),
    exportMilliwattHours: column(true),
    quality: new Uint8Array(hours * size),
  });
}
