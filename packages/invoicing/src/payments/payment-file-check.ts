import { parseMoney, PICO_PER_CENT, type Pico } from '@microgrid/units';
import { at, all, readXml, textAt, type XmlNode } from '../xml/read-xml.js';
import { InvoicingError } from '../invoicing-error.js';
import { bankIdFault, bankText } from './bank-text.js';
import { bicFault, creditorIdFault, ibanFault } from './iban.js';

/** Something wrong with a payment file. */
export interface PaymentFileFault {
  /** Element, as in `CstmrCdtTrfInitn/PmtInf[1]/CtrlSum`. */
  readonly path: string;
  readonly reason: string;
}

/**
 * Elements in the order in which ISO 20022 has them, by the element they stand in: what these files
 * use, and what others put between.
 */
const ORDER: Readonly<Record<string, string>> = {
  CstmrCdtTrfInitn: 'GrpHdr PmtInf SplmtryData',
  CstmrDrctDbtInitn: 'GrpHdr PmtInf SplmtryData',
  GrpHdr: 'MsgId CreDtTm Authstn NbOfTxs CtrlSum InitgPty FwdgAgt InitnSrc',
  'CstmrCdtTrfInitn/PmtInf':
    'PmtInfId PmtMtd ReqdAdvcTp BtchBookg NbOfTxs CtrlSum PmtTpInf ReqdExctnDt PoolgAdjstmntDt Dbtr DbtrAcct DbtrAgt DbtrAgtAcct InstrForDbtrAgt UltmtDbtr ChrgBr ChrgsAcct ChrgsAcctAgt CdtTrfTxInf',
  'CstmrDrctDbtInitn/PmtInf':
    'PmtInfId PmtMtd BtchBookg NbOfTxs CtrlSum PmtTpInf ReqdColltnDt Cdtr CdtrAcct CdtrAgt CdtrAgtAcct UltmtCdtr ChrgBr ChrgsAcct ChrgsAcctAgt CdtrSchmeId DrctDbtTxInf',
  PmtTpInf: 'InstrPrty SvcLvl LclInstrm SeqTp CtgyPurp',
  CdtTrfTxInf:
    'PmtId PmtTpInf Amt XchgRateInf ChrgBr MndtRltdInf ChqInstr UltmtDbtr IntrmyAgt1 IntrmyAgt1Acct IntrmyAgt2 IntrmyAgt2Acct IntrmyAgt3 IntrmyAgt3Acct CdtrAgt CdtrAgtAcct Cdtr CdtrAcct UltmtCdtr InstrForCdtrAgt InstrForDbtrAgt Purp RgltryRptg Tax RltdRmtInf RmtInf SplmtryData',
  DrctDbtTxInf:
    'PmtId PmtTpInf InstdAmt ChrgBr DrctDbtTx UltmtCdtr DbtrAgt DbtrAgtAcct Dbtr DbtrAcct UltmtDbtr InstrForCdtrAgt Purp RgltryRptg Tax RltdRmtInf RmtInf SplmtryData',
  PmtId: 'InstrId EndToEndId UETR',
  DrctDbtTx: 'MndtRltdInf CdtrSchmeId PreNtfctnId PreNtfctnDt',
  MndtRltdInf:
    'MndtId DtOfSgntr AmdmntInd AmdmntInfDtls ElctrncSgntr FrstColltnDt FnlColltnDt Frqcy',
};

const ROOTS: Readonly<Record<string, 'CdtTrfTxInf' | 'DrctDbtTxInf'>> = {
  CstmrCdtTrfInitn: 'CdtTrfTxInf',
  CstmrDrctDbtInitn: 'DrctDbtTxInf',
};

/**
 * All that is wrong with a pain.001 or pain.008 file by itself: order of elements, numbers and sums of
 * payments at both levels, account numbers, identifiers, characters, amounts, repeated end-to-end
 * ids. Empty for a file that banks take. @throws InvoicingError `bad-payment` for what is no XML.
 */
export function paymentFileFaults(xml: string): PaymentFileFault[] {
  const document = readXml(xml, (line, message) => {
    throw new InvoicingError('bad-payment', `payment file, line ${line}: ${message}`);
  });
  const root = document.children[0];
  const transaction = root && ROOTS[root.name];
  if (document.name !== 'Document' || root === undefined || transaction === undefined) {
    return [{ path: document.name, reason: 'expected a pain.001 or pain.008 message' }];
  }
  const faults: PaymentFileFault[] = [];
  const tell = (path: string, reason: string | undefined): void => {
    if (reason !== undefined) faults.push({ path, reason });
  };
  walk(root, root.name, (node, path) => {
    tell(path, orderFault(node, root.name));
    tell(path, textFault(node) ?? creditorFault(node));
  });
  const batches = all(root, 'PmtInf');
  tell(
    `${root.name}/GrpHdr`,
    sumFault(
      at(root, 'GrpHdr'),
      batches.flatMap((one) => all(one, transaction)),
    ),
  );
  const ids = new Set<string>();
  for (const [index, one] of batches.entries()) {
    const path = `${root.name}/PmtInf[${index + 1}]`;
    const payments = all(one, transaction);
    tell(path, payments.length === 0 ? 'holds no payment' : undefined);
    tell(path, sumFault(one, payments));
    for (const payment of payments) {
      const id = textAt(payment, 'PmtId', 'EndToEndId');
      const where = `${path}/${transaction} ${id ?? ''}`;
      tell(where, id === undefined ? 'has no EndToEndId' : undefined);
      tell(where, id !== undefined && ids.has(id) ? 'its EndToEndId stands twice' : undefined);
      tell(where, amountFault(payment));
      if (id !== undefined) ids.add(id);
    }
  }
  return faults;
}

function walk(node: XmlNode, path: string, visit: (node: XmlNode, path: string) => void): void {
  visit(node, path);
  const counts = new Map<string, number>();
  for (const child of node.children) {
    const count = (counts.get(child.name) ?? 0) + 1;
    counts.set(child.name, count);
    walk(child, `${path}/${child.name}[${count}]`, visit);
  }
}

function orderFault(node: XmlNode, root: string): string | undefined {
  const order = (ORDER[`${root}/${node.name}`] ?? ORDER[node.name])?.split(' ');
  if (order === undefined) return undefined;
  let last = -1;
  for (const { name } of node.children) {
    const position = order.indexOf(name);
    if (position === -1) return `holds ${name}, which does not belong there`;
    if (position < last) return `${name} stands after ${order[last] ?? ''}, expected before it`;
    last = position;
  }
  return undefined;
}

/** Checks of elements that hold one kind of value wherever they stand. */
const VALUES: Readonly<Record<string, (text: string) => string | undefined>> = {
  IBAN: ibanFault,
  BIC: bicFault,
  BICFI: bicFault,
  MsgId: bankIdFault,
  PmtInfId: bankIdFault,
  EndToEndId: bankIdFault,
  MndtId: bankIdFault,
  Nm: (text) =>
    text.length >= 1 && text.length <= 70 ? undefined : 'expected a name of 1 to 70 characters',
  Ustrd: (text) => (text.length <= 140 ? undefined : 'expected at most 140 characters'),
};

function textFault(node: XmlNode): string | undefined {
  if (node.children.length > 0) return undefined;
  if (bankText(node.text) !== node.text) {
    return `got ${JSON.stringify(node.text)}, expected characters of the SEPA set only`;
  }
  return VALUES[node.name]?.(node.text);
}

function creditorFault({ name, children }: XmlNode): string | undefined {
  if (name !== 'CdtrSchmeId') return undefined;
  const [id] = children;
  return creditorIdFault(textAt(id, 'PrvtId', 'Othr', 'Id') ?? '');
}

function amountNode(payment: XmlNode): XmlNode | undefined {
  return at(payment, 'Amt', 'InstdAmt') ?? at(payment, 'InstdAmt');
}

function amountOf(payment: XmlNode): Pico | undefined {
  const text = amountNode(payment)?.text;
  return text !== undefined && /^\d+(?:\.\d{1,2})?$/.test(text) ? parseMoney(text) : undefined;
}

function amountFault(payment: XmlNode): string | undefined {
  const amount = amountOf(payment);
  if (amount === undefined || amount < PICO_PER_CENT) {
    return `amount ${amountNode(payment)?.text ?? 'missing'}, expected whole cents above 0`;
  }
  return amountNode(payment)?.attributes['Ccy'] === 'EUR' ? undefined : 'expected amounts in EUR';
}

function sumFault(stated: XmlNode | undefined, payments: readonly XmlNode[]): string | undefined {
  const count = textAt(stated, 'NbOfTxs');
  if (count !== payments.length.toString()) {
    return `NbOfTxs: got ${count ?? 'none'}, expected ${payments.length}`;
  }
  const sum = payments.reduce((total, payment) => total + (amountOf(payment) ?? 0n), 0n);
  const text = textAt(stated, 'CtrlSum');
  if (text === undefined || !/^\d+(?:\.\d+)?$/.test(text) || parseMoney(text) !== sum) {
    return `CtrlSum: got ${text ?? 'none'}, expected the sum of the payments, ${sum / PICO_PER_CENT} cents`;
  }
  return undefined;
}
