/**
 * Lengths of IBANs by country, as the registry of ISO 13616 lists them.
 */
const LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 ' +
    'EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 ' +
    'JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 ' +
    'NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 ' +
    'TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** The remainder mod 97 of a text whose letters count 10 to 35 (ISO 7064). */
function remainder97(text: string): number {
  let remainder = 0;
  for (const character of text) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value < 10 ? 10 : 100) + value) % 97;
  }
  return remainder;
}

/**
 * What is wrong with an account number; nothing when it is right: country, its length, characters and
 * check digits (ISO 13616, mod 97). Written without spaces, in capitals.
 */
export function ibanFault(iban: string): string | undefined {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]+$/.test(iban)) {
    return 'expected an IBAN: two letters, two digits, then letters and digits, in capitals and without spaces';
  }
  const country = iban.slice(0, 2);
  const length = LENGTHS[country];
  if (length === undefined) return `expected a country that has IBANs, got ${country}`;
  if (iban.length !== length) {
    return `expected ${length} characters for ${country}, got ${iban.length}`;
  }
  return remainder97(iban.slice(4) + iban.slice(0, 4)) === 1
    ? undefined
    : 'its check digits do not fit: a digit is wrong or two are swapped';
}

/**
 * What is wrong with a bank's identifier; nothing when it is right: 8 or 11 characters (ISO 9362).
 */
export function bicFault(bic: string): string | undefined {
  return /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$/.test(bic)
    ? undefined
    : 'expected a BIC of 8 or 11 characters, such as ABCDPTPL';
}

/**
 * What is wrong with a creditor identifier; nothing when it is right: country, check digits (mod 97
 * over everything but the three characters of the business code), at most 35 characters (EPC262-08).
 */
export function creditorIdFault(id: string): string | undefined {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{3}[A-Z0-9]{1,28}$/.test(id)) {
    return 'expected a creditor identifier: country, two check digits, three characters, national number';
  }
  return remainder97(id.slice(7) + id.slice(0, 4)) === 1
    ? undefined
    : 'its check digits do not fit: a digit is wrong or two are swapped';
}
