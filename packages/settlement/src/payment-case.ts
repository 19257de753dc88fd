import type { Pico } from '@microgrid/units';

/** One member's statement on its way to be paid: what the control tokens of a payment case carry. */
export interface PaymentCase {
  /** Id of the statement. */
  readonly statement: string;
  /** Account that pays. */
  readonly payer: string;
  /** Account that is paid. */
  readonly payee: string;
  /** ISO 4217. */
  readonly currency: string;
}

/** A message with an amount, at least 0, in 10^-12 currency units. */
export interface AmountMessage {
  readonly amountPico: Pico;
}

/** The messages of a payment case, by place. */
export interface PaymentMessages {
  /** What a version of the statement comes to. */
  readonly bill: AmountMessage;
  /** Money that arrived from the payer; 0 offsets what the payer still has standing. */
  readonly payment: AmountMessage;
  /** The bank refused or took back a collection. */
  readonly refusal: { readonly reason: string };
  /** Money that arrived at the payee. */
  readonly creditConfirmation: AmountMessage;
  readonly dispute: { readonly reason: string };
  readonly disputeRejection: { readonly reason: string };
  readonly disputeApproval: { readonly reason: string };
}
