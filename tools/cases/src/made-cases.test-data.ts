import type { CaseFile } from './case-file.js';
import type { Json } from './json.js';

/** A case made for the tests of the runner; what is not given is empty. */
export function madeCase(
  domain: string,
  input: Json,
  expected: Json,
  rest: Partial<CaseFile> = {},
): CaseFile {
  return {
    id: `made-${domain}`,
    title: '',
    domain,
    country: '-',
    formula: '',
    input,
    expected,
    tolerance: 'exact',
    notes: '',
    ...rest,
  };
}

/** Cases of every shape the runner documents, worked out by hand. */
export const MADE_CASES: Readonly<Record<string, CaseFile>> = {
  'a waterfall by rank, pro rata inside a rank': madeCase(
    'allocation',
    {
      P: '10',
      consumers: {
        A: { c: '4', priority: 1 },
        B: { c: '8', priority: 2 },
        C: { c: '4', priority: 2 },
      },
    },
    { alloc: { A: '4', B: '4', C: '2' }, net: { A: '0', B: '4', C: '2' }, feed_in: '0' },
  ),
  'a pool by consumption, and a vector in the notes': madeCase(
    'allocation',
    { interval_min: 15, G_kWh: '6', consumers: { A: { c: '2' }, B: { c: '8' } } },
    { alloc: { A: '1.2', B: '4.8' }, feed_in: '0' },
    { notes: 'Numbers are ours. Second vector: G_kWh=12.5 -> A 2, feed_in 2.5.' },
  ),
  'a waterfall by list': madeCase(
    'allocation',
    { pool: 5, priority: ['school', 'shop'], consumers: { school: 3, shop: 9, other: 1 } },
    { alloc: { school: 3, shop: 2, other: 0 } },
  ),
  'a waterfall of groups that split by coefficients and equally': madeCase(
    'allocation',
    {
      G_kWh: '9',
      consumers: { A: '5', B: '5', C: '5', D: '5' },
      groups: [
        { rank: 2, members: ['C', 'D'], mode: 'equal' },
        { rank: 1, members: ['A', 'B'], coefficients: { A: '0.5', B: '0.25' } },
      ],
    },
    // A may have 4.5 and B 2.25 of the 9; C and D halve the 2.25 that are left.
    { alloc: { A: '4.5', B: '2.25', C: '1.125', D: '1.125' }, feed_in: '0' },
  ),
  'a waterfall of groups that hold their energies': madeCase(
    'allocation',
    {
      injected_by_UPAC: '6',
      groups: [
        { rank: 1, members: { IU1: '1', IU2: '3' } },
        { rank: 2, members: { IU3: { c: '4', k: '0.25' }, IU4: { c: '4', k: '0.75' } } },
      ],
    },
    { alloc: { IU1: '1', IU2: '3', IU3: '0.5', IU4: '1.5' }, surplus: '0' },
  ),
  'a pool split over groups by shares': madeCase(
    'allocation',
    {
      pool: '10',
      consumers: { A: '1', B: '9', C: '3', D: '3' },
      groups: {
        north: { share: '0.6', members: ['A', 'B'] },
        south: { share: '0.4', members: ['C', 'D'] },
      },
    },
    { alloc: { A: '0.6', B: '5.4', C: '2', D: '2' } },
  ),
  'pairs of producers and consumers': madeCase(
    'allocation',
    {
      producers: { P1: '4', P2: '6' },
      consumers: { A: '3', B: '5' },
      pairs: { P1: { A: '0.5', B: '0.5' }, P2: { B: '0.5' } },
    },
    { alloc: { A: '2', B: '5' }, attributed: { P1: '4', P2: '3' }, feed_in: { P1: '0', P2: '3' } },
  ),
  'fixed first and the rest by consumption': madeCase(
    'allocation',
    {
      pool: '10',
      model: 'combined',
      consumers: { A: { c: '2', k: '0.5' }, B: { c: '9', k: '0.5' } },
    },
    { alloc: { A: '2', B: '8' } },
  ),
  'fixed, what nobody uses back to the pool': madeCase(
    'allocation',
    {
      pool: '10',
      unused: 'pool',
      consumers: { A: { c: '2', k: '0.5' }, B: { c: '9', k: '0.5' } },
    },
    { alloc: { A: '2', B: '8' }, share: { A: '5', B: '5' } },
  ),
  'fixed, several intervals': madeCase(
    'allocation',
    { pool: [10, 0, 4], consumers: { A: { c: [2, 3, 4], k: '0.5' } } },
    { alloc: { A: [2, 0, 2] }, unused: { A: [3, 0, 0] }, feed_in: [8, 0, 2] },
  ),
  'a key as in a community file': madeCase(
    'allocation',
    {
      pool: 12,
      consumers: { A: 2, B: 3 },
      producers: { P1: 1 },
      key: {
        type: 'twoSided',
        scarce: { type: 'proportional' },
        abundant: { type: 'priority', groups: [
          { id: 'own', points: ['P1'], key: { type: 'proportional' } },
          { id: 'rest', points: ['plant'], key: { type: 'proportional' } },
        ] },
      },
    },
    { alloc: { A: 2, B: 3 }, attributed: { P1: 1, plant: 4 } },
  ), // prettier-ignore
  'what was given is stated afterwards': madeCase(
    'allocation',
    { pool: '5', consumers: { A: '2', B: '4' }, ex_post: { A: '1.5', B: '3' } },
    { alloc: { A: '1.5', B: '3' }, feed_in: '0.5' },
  ),
  'more than was consumed is refused afterwards': madeCase(
    'allocation',
    { pool: '5', consumers: { A: '2', B: '4' }, ex_post: { A: '2.5', B: '1' } },
    { alloc: 'error: more than consumed' },
  ),
  'coefficients above one are refused': madeCase(
    'allocation',
    { pool: 1, consumers: { A: { c: 1, k: '0.7' }, B: { c: 1, k: '0.4' } } },
    { alloc: 'error: sum > 1' },
  ),
  'a book with named orders': madeCase(
    'matching',
    {
      mechanism: 'pool crossing',
      bids: { x: [4, 0.3], y: [4, 0.2] },
      asks: [{ id: 'z', quantity: 6, price: 0.1 }],
    },
    { price: 0.2, volume: 6, bought: { x: 4, y: 2 }, sold: { z: 6 }, paid: { x: 0.8 } },
  ),
  'pay as bid': madeCase(
    'matching',
    { buyers: [[1, 30], [1, 20]], sellers: [[2, 10]] }, // prettier-ignore
    { trades: [['b0', 1, 30], ['b1', 1, 20], ['s0', 2, 25]], residual: 0 }, // prettier-ignore
    { title: 'Two-sided pay-as-bid' },
  ),
  'several books by name': madeCase(
    'matching',
    { books: { one: { buy: [[1, 5]], sell: [[2, 3]] }, two: { buy: [[2, 5]], sell: [[1, 3]] } } },
    { price: { one: 3, two: 5 }, volume: { one: 1, two: 1 } },
    { title: 'Uniform crossing price' },
  ),
  'a market whose notes dispute a price': madeCase(
    'matching',
    { books: { '7': { buy: [[4, 5]], sell: [[2, 3], [2, 9]] } } }, // prettier-ignore
    { price: { '7': 3 } },
    {
      title: 'Uniform crossing price',
      notes: 'Book 7 is DISPUTED: two units stay unserved, so the price is 5; the peer asserts 3.',
    },
  ),
  'a market whose notes begin with the dispute': madeCase(
    'matching',
    { books: { '7': { buy: [[4, 5]], sell: [[2, 3], [2, 9]] } } }, // prettier-ignore
    { price: { '7': 3 }, unit: 'cents' },
    {
      title: 'Uniform crossing price',
      notes: 'DISPUTED: the price of book 7 should be 5; the peer asserts 3.',
    },
  ),
  'names that are no ids, of which the first in order has the odd mWh': madeCase(
    'allocation',
    {
      pool: '0.000001',
      consumers: { 'Wohnung 2': 1, 'Wohnung 10': 1, 'Büro/EG': 0 },
      groups: [
        { rank: 1, members: ['Büro/EG'] },
        { rank: 2, members: ['Wohnung 2', 'Wohnung 10'] },
      ],
    },
    { alloc: { 'Wohnung 10': '0.000001', 'Wohnung 2': '0', 'Büro/EG': 0 } },
  ),
  'homes that produce and consume, and plants by the year they began': madeCase(
    'allocation',
    {
      interval_min: 60,
      injected: [
        { plant: 'H1', in_service: 2024, kWh: 3 },
        { plant: 'P', in_service: '2023-05', kWh: 2 },
      ],
      withdrawn: { H1: 1, H2: 3 },
    },
    { shared: 4, attributed: { P: 2, H1: 2 }, alloc: { H1: 1, H2: 3 }, feed_in: { H1: 1, P: 0 } },
    { country: 'IT' },
  ),
  // Austria's G.02: the part of the pool, whatever is consumed.
  'parts in proportion that are more than is consumed': madeCase(
    'allocation',
    { producers: { P: ['8', '1'] }, consumers: { A: ['3', '3'], B: ['4', '1'] } },
    { G02: { A: ['3.428571', '0.75'], B: ['4.571429', '0.25'] }, total_shared: '8' },
  ),
  'parts of a pool with participation factors': madeCase(
    'allocation',
    {
      producers: { P: { G01: '8', tf: 100 } },
      consumers: { A: { G01: '3', tf: 100 }, B: { G01: '10', tf: 40 } },
    },
    { G02: { A: '3.428571', B: '4.571429' }, G03: { A: '3', B: '4' }, P01T: { P: '1' } },
    { country: 'AT' },
  ),
  // gsy-e: base rate and the reduced grid fee inside, utility rate with all fees outside.
  'homes with a reduced grid fee inside the community': madeCase(
    'allocation+billing',
    {
      homes: {
        north: { production: 7, consumption: 5, k: 0.6 },
        south: { production: 0, consumption: 7, k: 0.4 },
      },
      prices_cents: {
        market_maker_rate: 30,
        feed_in_tariff: 7,
        grid_import_fee_const: 0.5,
        grid_fees_reduction: 0.2,
        monthly_fees: { a: 2.88, b: 5.76 },
      },
      slot: { start: '2025-06-13T08:00', minutes: 15 },
    },
    {
      // 0.8 kWh at 30.4; 6.2 at 30.5; a slot of 2,880 has 0.003 of the 8.64 per month.
      south: { spent_to_community: 24.32, bought_from_grid: 6.2, bill: 213.423, savings: 0.08 },
      north: { sold_to_community: 0.8, earned_from_grid: 8.4, bill: -32.717 },
      community_bill: { bill: 180.706, earned_from_community: 24.32 },
    },
  ),
  'an amount in thirds': madeCase(
    'rounding',
    { amount: 10, parts: ['1/3', '1/3', '1/3'] },
    [4, 3, 3],
  ),
  'lines with VAT, rounded by line and by category': madeCase(
    'billing',
    {
      lines: [
        { net: '0.07', vat_percent: 20 },
        { net: '0.07', vat_percent: 20 },
        { net: '0.07', vat_percent: 20 },
      ],
    },
    { net: '0.21', vat_per_line: '0.03', vat_per_category: '0.04', total_per_category: '0.25' },
  ),
  'a bill with a reduced rate for the first kWh': madeCase(
    'bill',
    {
      kWh: '300',
      days: 30,
      contracted_kVA: '6.9',
      prices: { energy_per_kWh: '0.15', power_per_kVA_day: '0.04' },
      vat: { percent: 23, block: { percent: 6, first_kWh_per_30_days: 200, up_to_kVA: 6.9 } },
      rounding: 'per line, cents',
    },
    // 200 kWh at 6 %, 100 kWh and 8.28 of power at 23 %.
    { net: '53.28', net_by_rate: { '6': '30', '23': '23.28' }, vat: '7.15', total: '60.43' },
  ),
  'bills whose rates and VAT stand among the other fields': madeCase(
    'bill',
    [
      {
        consumption_kWh: 150,
        days: 15,
        contracted_kVA: 3.45,
        unit_price_per_kWh: 0.2,
        vat_reduced: 0.06,
        vat_normal: 0.23,
        reduced_limit_kWh_per_30_days: 200,
      },
      {
        energy_kWh: 90,
        contracted_kVA: 10.35,
        energy_price_per_kWh: '0.1',
        fee_per_month: '3.10',
        days: 31,
        vat_blocks: [{ up_to_kWh: 200, rate: 0.06 }, { rate: 0.23 }],
        up_to_kVA: 6.9,
      },
    ],
    [
      // 100 kWh of the 150 are within 200 per 30 days.
      { net_by_rate: { '6': '20', '23': '10' }, vat: '3.5', total: '33.5' },
      { net: '12.1', vat: '2.783', total: '14.883' },
    ],
  ),
  'a premium by power class and region': madeCase(
    'price',
    [
      { power_kW: 150, Pz: 100, region: 'north' },
      { power_kW: 450, Pz: 150, region: 'centre', pv: false },
    ],
    [{ TIP_eur_MWh: 130 }, { TIP_eur_MWh: 100 }],
    { country: 'IT' },
  ),
  'a price that follows a market by the hour and by the quarter-hour': madeCase(
    'price',
    [
      { omie_eur_MWh: [40, 60, 80, 100], factor: '0.9', adder: '-0.004', resolution: 'PT60M' },
      { omie_eur_MWh: [40, 60, 80, 100], factor: '0.9', adder: '-0.004', resolution: 'PT15M' },
      { market_price: 50, factor: 0.8, kWh: 250 },
      { omie: '60', factor: '0.9', adder: '-3', kWh: '100' },
    ],
    [
      { price: ['0.059'] },
      { price: ['0.032', '0.05', '0.068', '0.086'] },
      { revenue: '10' },
      { amount: '5.1' },
    ],
  ),
  'an access tariff with a part exempted': madeCase(
    'price',
    { tar: '0.0512', cieg: '0.0180', exemption_percent: 50, kWh: 100 },
    { price_per_kWh: '0.0422', amount: '4.22' },
  ),
  'an activation within four months of the change before': madeCase(
    'calendar',
    { complete_on: '2026-05-02', previous_active_from: '2026-04-01' },
    { active_from: '2026-08-01' },
    { country: 'ES' },
  ),
  // hubwatt.fr: consumers of one priority have equal parts, what one cannot use goes to the others.
  'ranks with equal parts inside, offered again': madeCase(
    'allocation',
    {
      production_kWh: '9',
      key: 'priority + equal',
      priority: [['school'], ['A', 'B']],
      consumers: { school: '1', A: '8', B: '3' },
    },
    { alloc: { school: '1', A: '5', B: '3' }, surplus: '0' },
  ),
  'equal parts, offered again': madeCase(
    'allocation',
    { pool: 9, key: 'equal with re-allocation', consumers: { A: 1, B: 8, C: 4 } },
    { alloc: { A: 1, B: 4, C: 4 } },
  ),
  'parts in percent of one pool, said for each interval': madeCase(
    'allocation',
    { pool: 10, key: 'simple dynamic', percent: { A: 30, B: 70 }, consumers: { A: 6, B: 6 } },
    { alloc: { A: 3, B: 6 }, surplus: 1 },
  ),
  'the short side decides': madeCase(
    'allocation',
    { producers: { P1: 2, P2: 6 }, consumers: { A: 1, B: 3 }, model: 'two-sided' },
    { alloc: { A: 1, B: 3 }, attributed: { P1: 1, P2: 3 } },
  ),
  'energies in several units': madeCase(
    'allocation',
    { G_Wh: 6000, consumers: { A: { c_kWh: '2' }, B: { c_MWh: '0.008' } } },
    { alloc: { A: '1.2', B: '4.8' }, alloc_Wh: { A: 1200 }, feed_in_MWh: 0 },
  ),
  'energies in one unit that is not kWh': madeCase(
    'allocation',
    { G_Wh: 6000, consumers: { A: 2000, B: 8000 } },
    { alloc: { A: 1200 }, alloc_kWh: { B: '4.8' } },
  ),
  'quotients where a tolerance asks for less than a mWh': madeCase(
    'allocation',
    { pool: 1, consumers: { A: 0.1, B: 0.30000000000000004, C: 2.6 } },
    { alloc: { A: 0.0333333333333, B: 0.1, C: 0.8666666666667 } },
    { tolerance: '1e-11' },
  ),
  'a pool that is the sum of its plants': madeCase(
    'allocation',
    { production: 9, producers: { P1: 4, P2: 5 }, consumers: { A: 3 } },
    { alloc: { A: 3 }, feed_in: 6 },
  ),
  'Spanish coefficients under the names of the annex': madeCase(
    'allocation',
    {
      ENG_h: '10',
      consumers: { A: { beta: '0.25', E_cons: '4' }, B: { beta: '0.75', E_cons: '5' } },
    },
    { ENG: { A: '2.5', B: '7.5' }, Eaut: { A: '2.5', B: '5' }, surplus: { A: '0', B: '2.5' } },
    { country: 'ES' },
  ),
  'coefficients above one, refused as a whole': madeCase(
    'allocation',
    { pool: 1, consumers: { A: { c: 1, k: '0.7' }, B: { c: 1, k: '0.4' } } },
    { error: 'sum > 1' },
  ),
  'several tables of quotas': madeCase(
    'allocation',
    { quota_P1: { A: '0.2', B: '0.6' }, quota_P2: { B: '0.1' } },
    { alloc_quota: { P1: { A: '0.25', B: '0.75' }, P2: { B: 1 } } },
  ),
  'eligibility under a name': madeCase(
    'eligibility',
    [{ level: 'BT', km: 2, on: '2025-06-01' }],
    [{ eligible: true }],
    { country: 'PT' },
  ),
  'a file under a name no operator takes, and an hour too many': madeCase(
    'format',
    {
      samples: [
        { name: 'betas.csv', rows: ['ES..A;1'] },
        { rows: ['ES..A;8761;1'] },
        { rows: ['ES..A;8760;1'] },
      ],
    },
    [{ valid: false }, { valid: false }, { valid: true }],
  ),
  'whole parts by weights and by name': madeCase(
    'rounding',
    [
      { total: 10, weights: [1, 1, 1] },
      { amount: 100, parts: { a: '50%', b: '30%', c: '20%' } },
    ],
    [{ parts: [4, 3, 3] }, { a: 50, b: 30, c: 20 }],
  ),
  'one price for each side of a market': madeCase(
    'price',
    [
      { m: 'MMR', buy_price_eur_kWh: 0.25, sell_price_eur_kWh: 0.05 },
      { m: 'SDR', buy: 45, sell: 15, demand_kWh: 1000, supply_kWh: 500 },
    ],
    [{ price: 0.15 }, { price: 22.5 }],
  ),
  'a merit order for a demand without a price': madeCase(
    'matching',
    { mechanism: 'merit order', demand_kWh: 150, offers: [[100, 20], [100, 30]] }, // prettier-ignore
    { clearing_price: 30, clearing_energy: 150 },
  ),
  'trades of one side': madeCase(
    'matching',
    { mechanism: 'pay_as_bid', bids: { x: [1, 30] }, offers: { y: [2, 10] } },
    { trades: [['x', 1, 30]] },
  ),
  'lines in cents with several VAT rates': madeCase(
    'billing',
    {
      lines: [
        { text: 'energy', kWh: '100', price_ct_per_kWh: '10', vat: '20 %' },
        { text: 'meter', amount_eur: '2.00', vat_pct: 20 },
        { text: 'member', fee_eur: '10', vat_percent: 10 },
      ],
    },
    { net_eur: '22', vat_by_rate: { '20': '2.4', '10': '1' }, gross_eur: '25.4' },
  ),
  'nets with one VAT, rounded in two ways': madeCase(
    'billing',
    { net_lines: ['1.01', '1.01', '1.01', '1.01', '1.01'], vat_percent: 23 },
    { vat_by_line: '1.15', vat_category_rounding: '1.16' },
  ),
  'a bill of supplied, shared and sold energy': madeCase(
    'bill',
    [
      { supply_kWh: 60, supply_price_eur_kWh: '0.12', shared_kWh: 40, internal_price_ct_kWh: 8, vat: 20 },
      { residual_kWh: 60, price_per_kWh: '0.12', surplus_kWh: 100, surplus_price_eur_MWh: 50 },
    ],
    [{ net: '10.4', vat: '2.08', total: '12.48' }, { total: '2.2' }],
  ), // prettier-ignore
  'free energy and a discount': madeCase(
    'billing',
    { kWh: 100, free_kWh: 20, centPerKwh: 10, discount_percent: 10, vat: 20, rounding: 'per line' },
    { net: '7.2', vat: '1.44', gross: '8.64' },
  ),
  'a reduced VAT under other names': madeCase(
    'bill',
    [
      { energy_MWh: '0.25', days: 30, kVA: '6.9', price: '0.2', vat_reduced: 6, vat_normal: 23, block_kWh: 200 },
      { kWh: 250, days: 30, contracted_kVA: 6.9, price_eur_kWh: 0.2, iva: { low: 6, high: 23, threshold_kWh_per_30_days: 200, max_kVA: 6.9 } },
    ],
    [{ total: '54.7' }, { total: '54.7' }],
  ), // prettier-ignore
  'premiums by region, by hour and in money': madeCase(
    'price',
    {
      plants: [
        { kW: 150, Pz_eur_MWh: 100, region: 'Lombardia' },
        { kW: 150, Pz: [50, 170, 200], region: 'Lazio', shared_kWh: [10, 10, 10] },
      ],
    },
    [{ TIP_eur_MWh: 130 }, { TIP: [124, 94, 84], amount_eur: '3.02' }],
    { country: 'IT' },
  ),
  'prices that follow a market under other names': madeCase(
    'price',
    [
      { spot_eur_per_MWh: 55.5, factor: 1.1, adder_eur_per_kWh: 0.01 },
      { day_ahead_eur_mwh: 100, factor: 0.8, fee_eur_mwh: 5 },
      { omie: [50, 60, 70, 80], factor: '0.8', kWh: [1, 2, 3, 4] },
      { omie: -100, factor: 1, floor_eur_kWh: 0 },
      { TAR_eur_kWh: '0.0512', CIEG_eur_kWh: '0.0180', CIEG_exemption: '0.5', shared_MWh: '0.1' },
    ],
    [
      { price_eur_per_kWh: 0.07105 },
      { price_eur_mwh: 75 },
      { price: ['0.04', '0.048', '0.056', '0.064'], revenue: '0.56' },
      { price: 0 },
      { price_ct_kWh: '4.22', cost: '4.22' },
    ],
  ),
  // doc.plein-soleil.org: of 1 kWh the first in order takes what it uses, the next the rest.
  'an order of consumers, said in three ways': madeCase(
    'allocation',
    {
      production: '1',
      consumers: { B: '0.4', C: '0.8' },
      cases: [
        { priority: { B: 1, C: 2 } },
        { priority: 'C > B' },
        { key: { type: 'priority', order: ['B', 'C'] } },
        { key: 'proportional' },
      ],
    },
    [
      { alloc: { B: '0.4', C: '0.6' }, net: { C: '0.2' } },
      { alloc: { B: '0.2', C: '0.8' } },
      { alloc: { B: '0.4', C: '0.6' } },
      { alloc: { B: '0.333333', C: '0.666667' } },
    ],
    { country: 'FR' },
  ),
  'equal parts inside a rank': madeCase(
    'allocation',
    {
      pool: 10,
      within_rank: 'equal',
      consumers: { A: { c: 4, prio: 1 }, B: { c: 8, prio: 2 }, C: { c: 4, prio: 2 } },
    },
    { alloc: { A: 4, B: 3, C: 3 } },
  ),
  'offers that would not trade set no price': madeCase(
    'price',
    {
      buys_qty_price: [[500, 45], [500, 40], [500, 35]],
      cases: [
        { m: 'MMR', pruned: true, sells: [[500, 0], [600, 10], [500, 50]] },
        { m: 'pruned_sdr', sells: [[500, 0], [500, 10], [500, 50]] },
      ],
    },
    { prices: [22.5, 10], accepted: [[3, 2], [2, 2]], cross: [true, true] },
  ), // prettier-ignore
  'a ratio of supply to demand': madeCase(
    'price',
    { m: 'SDR', min_buy: 45, max_sell: 15, cases: [{ r: 0.5 }, { r: 1 }, { r: 2 }] },
    { prices: [22.5, 15, 15] },
  ),
  'trades as records': madeCase(
    'matching',
    { market: 'two_sided_pay_as_bid', bids: [[2, 30]], offers: [[3, 10]] },
    { trades: [{ id: 'b0', energy: 2, rate: 30 }], energy: 2 },
  ),
  'energy by period, each at its price': madeCase(
    'bill',
    [
      { registers: { peak: 50, low: 150 }, prices: { peak: '0.25', low: '0.1' }, vat_percent: 23 },
      { energy: [{ period: 'peak', kWh: 50, price: '0.25' }, { period: 'low', kWh: 150, price_ct: 10 }] },
    ],
    [{ net: '27.5', vat: '6.325', total: '33.825' }, { net: '27.5', total: '27.5' }],
  ), // prettier-ignore
};
