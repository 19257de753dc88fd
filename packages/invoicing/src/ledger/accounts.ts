/** Unit of energy in the ledger; its amounts are whole milliwatt-hours. Money is named by its ISO 4217 code, in 10^-12 units. */
export const ENERGY_COMMODITY = 'kWh';

/** Decimals of a commodity's unit that a whole amount counts: 6 for kWh (mWh), 12 for money. */
export function commodityScale(commodity: string): number {
  return commodity === ENERGY_COMMODITY ? 6 : 12;
}

/**
 * Accounts that every community has beside its members'. What does not come out even stands on one
 * of them by name, never in a member's line.
 */
export const LEDGER_ACCOUNTS = {
  /** Energy from and to the public grid: supply and surplus in kWh. */
  grid: 'grid',
  /** Who sells the residual and buys the surplus: money of `supply` and `surplus`. */
  supplier: 'supplier',
  /** Shared energy, in kWh and money; over a period its balance is 0. */
  pool: 'pool',
  /** What rounding to the cent added or took. */
  rounding: 'rounding',
  /** What measured sums and their parts differ by and nobody can explain. */
  unexplained: 'unexplained',
  /** What buyers pay more than sellers get where a market's prices differ by side. */
  marketResidual: 'market-residual',
  /** Due payments that neither payer nor fund could pay. */
  deferral: 'deferral',
  /** Energy set aside for losses of a private network, and its value. */
  lossesReserved: 'losses-reserved',
  /** The community's bank account. */
  bank: 'bank',
  /** The guarantee fund that covers arrears. */
  fund: 'fund',
} as const;

/** The account of a member: what it owes (debit) and is owed (credit); in kWh what it took and gave. */
export function memberAccount(member: string): string {
  return `member:${member}`;
}

/** The account of what a member still owes after the fund has paid for it. */
export function arrearsAccount(member: string): string {
  return `arrears:${member}`;
}

const CONTROL = /\p{Cc}/u;

/** Whether a text may name an account: 1 to 200 characters, no control characters, no space at either end. */
export function isAccountName(text: string): boolean {
  return text.length > 0 && text.length <= 200 && text === text.trim() && !CONTROL.test(text);
}
