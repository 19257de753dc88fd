import type { StatementV1 } from '@microgrid/events';
import type { PaymentCase } from '@microgrid/settlement';
import type { Pico } from '@microgrid/units';

/** A statement as something to be paid. */
export interface StatementPayment {
  readonly payment: PaymentCase;
  /** What is to be paid, at least 0. */
  readonly amountPico: Pico;
}

/**
 * Who pays whom what for a statement: the member pays the community, or is paid by it when the
 * statement is a credit. Accounts are those of the ledger: `member:<id>`, and `community:<id>`.
 */
export function statementPayment(statement: StatementV1): StatementPayment {
  const { id, member, community, currency } = statement;
  const amountPico = BigInt(statement.amountPico);
  const own = `member:${member}`;
  const other = `community:${community}`;
  const [payer, payee] = amountPico < 0n ? [other, own] : [own, other];
  return {
    payment: { statement: id, payer, payee, currency },
    amountPico: amountPico < 0n ? -amountPico : amountPico,
  };
}
