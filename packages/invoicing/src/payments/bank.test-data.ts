import type { StatementV1 } from '@microgrid/events';
import { formatMoney } from '@microgrid/units';
import { parsePaymentParties, type PaymentParties } from './payment-parties.js';

/** Made-up accounts with check digits that fit. */
const IBANS = [
  'PT50000201231234567890154',
  'ES9121000418450200051332',
  'DE89370400440532013000',
  'FR1420041010050500013M02606',
  'AT611904300234573201',
  'NL91ABNA0417164300',
];

/** The community's account. */
export const COMMUNITY_IBAN = 'PT50000201231234567890154';

/** Accounts for members; each has a mandate. */
export function partiesOf(members: readonly string[]): PaymentParties {
  return parsePaymentParties({
    schema: 'microgrid/parties/1',
    community: {
      name: 'Comunidade de Alfama & Mouraria',
      iban: COMMUNITY_IBAN,
      bic: 'CGDIPTPL',
      creditorId: 'DE98ZZZ09999999999',
    },
    members: Object.fromEntries(
      members.map((member, index) => [
        member,
        {
          name: `João Nº ${index} <“Öz”>`.replace(/[<>]/g, ''),
          iban: IBANS[index % IBANS.length],
          ...(index % 2 === 0 && { bic: 'DEUTDEFF500' }),
          mandate: {
            id: `M-${index}`,
            date: '2026-01-31',
            sequence: index % 3 === 0 ? 'FRST' : 'RCUR',
          },
        },
      ]),
    ),
  });
}

/** A statement of one line, rounded to cents: what payments look at. */
export function statementOf(member: string, exactPico: bigint, amountPico: bigint): StatementV1 {
  const [start, end] = ['2026-05-31T23:00:00Z', '2026-06-30T23:00:00Z'];
  const energyMilliwattHours = (exactPico < 0n ? -exactPico : exactPico).toString();
  return {
    kind: 'statement',
    version: 1,
    id: `village/${member}/${start}/${end}`,
    community: 'village',
    member,
    start,
    end,
    currency: 'EUR',
    energy: {
      importMilliwattHours: '0',
      exportMilliwattHours: '0',
      sharedInMilliwattHours: '0',
      sharedOutMilliwattHours: '0',
    },
    quality: {},
    lines: [
      {
        line: exactPico < 0n ? 'surplus' : 'supply',
        energyMilliwattHours,
        exactPico: exactPico.toString(),
        amountPico: amountPico.toString(),
      },
    ],
    exactPico: exactPico.toString(),
    amountPico: amountPico.toString(),
    roundingPico: (amountPico - exactPico).toString(),
    merkleRoot: '0'.repeat(64),
    leafCount: 1,
    days: [],
  };
}

/** A booking as the bank of these tests tells it. */
export interface Booked {
  readonly endToEndId: string;
  readonly amountPico: bigint;
  readonly kind: 'in' | 'out';
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly reference?: string;
  /** Reason code of a return. */
  readonly returned?: string;
  readonly status?: 'BOOK' | 'PDNG';
  readonly currency?: string;
}

/** A statement or notification with bookings, in the old and the present spelling. */
export function camt(
  message: 'camt.053.001.02' | 'camt.053.001.08' | 'camt.054.001.02' | 'camt.054.001.08',
  bookings: readonly Booked[],
  more = '',
): string {
  const old = message.endsWith('.02');
  const statement = message.startsWith('camt.053');
  const entries = bookings.map((one) => {
    const { endToEndId, kind, date, reference, returned, status = 'BOOK', currency = 'EUR' } = one;
    const amount = `<Amt Ccy="${currency}">${formatMoney(one.amountPico)}</Amt>`;
    const direction = kind === 'in' ? 'CRDT' : 'DBIT';
    return `<Ntry>${amount}<CdtDbtInd>${direction}</CdtDbtInd>${
      returned === undefined ? '' : '<RvslInd>true</RvslInd>'
    }<Sts>${old ? status : `<Cd>${status}</Cd>`}</Sts><BookgDt><Dt>${date}</Dt></BookgDt><NtryDtls><TxDtls><Refs>${
      reference === undefined ? '' : `<AcctSvcrRef>${reference}</AcctSvcrRef>`
    }<EndToEndId>${endToEndId}</EndToEndId></Refs>${
      old
        ? `<AmtDtls><TxAmt>${amount}</TxAmt></AmtDtls>`
        : `${amount}<CdtDbtInd>${direction}</CdtDbtInd>`
    }${
      returned === undefined ? '' : `<RtrInf><Rsn><Cd>${returned}</Cd></Rsn></RtrInf>`
    }</TxDtls></NtryDtls></Ntry>`;
  });
  const [root, inner] = statement ? ['BkToCstmrStmt', 'Stmt'] : ['BkToCstmrDbtCdtNtfctn', 'Ntfctn'];
  return `<?xml version="1.0"?>
<b:Document xmlns:b="urn:iso:std:iso:20022:tech:xsd:${message}" xmlns="urn:iso:std:iso:20022:tech:xsd:${message}"><${root}><GrpHdr><MsgId>M1</MsgId></GrpHdr><${inner}><Id>S1</Id><Acct><Id><IBAN>${COMMUNITY_IBAN}</IBAN></Id></Acct>${more}
${entries.join('\n')}
</${inner}></${root}></b:Document>`;
}

/** A status report that rejects payments. */
export function rejection(ids: readonly string[], at: string, reason = 'AC04'): string {
  const items = ids.map(
    (id) =>
      `<TxInfAndSts><OrgnlEndToEndId>${id}</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>${reason}</Cd></Rsn></StsRsnInf></TxInfAndSts>`,
  );
  return `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>R1</MsgId><CreDtTm>${at}</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>MG</OrgnlMsgId><OrgnlMsgNmId>pain.008.001.08</OrgnlMsgNmId></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>P</OrgnlPmtInfId>${items.join('')}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>`;
}
