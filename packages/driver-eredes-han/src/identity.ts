import type { DeviceIdentity } from '@microgrid/devices';
import { octetText, rawNumber } from './register-value.js';

/**
 * Makers by the first two bytes of register 0x0003, as seen in the field (nikito7/edpbox-dev); not
 * from the specification.
 */
const MAKERS: Readonly<Record<number, string>> = {
  0x0065: 'Janz',
  0x0067: 'Landis+Gyr',
  0x00a8: 'Sagemcom',
  0x011a: 'Kaifa',
};

/** Octets of the registers 0x0002..0x0006, as far as they could be read. */
export interface IdentityOctets {
  readonly serialNumber?: Uint8Array | undefined;
  readonly modelCodesAndYear?: Uint8Array | undefined;
  readonly coreFirmware?: Uint8Array | undefined;
  readonly applicationFirmware?: Uint8Array | undefined;
  readonly communicationFirmware?: Uint8Array | undefined;
}

/** Who a meter says it is. */
export function hanIdentity(octets: IdentityOctets): DeviceIdentity {
  const { serialNumber, modelCodesAndYear: codes } = octets;
  const maker = codes === undefined ? undefined : rawNumber(codes.subarray(0, 2));
  const model = codes === undefined ? undefined : rawNumber(codes.subarray(2, 4));
  const year = codes === undefined ? undefined : rawNumber(codes.subarray(4, 6));
  const manufacturer =
    maker === undefined ? undefined : (MAKERS[maker] ?? `maker 0x${maker.toString(16)}`);
  const firmware = [octets.coreFirmware, octets.applicationFirmware, octets.communicationFirmware]
    .flatMap((part) => (part === undefined ? [] : [octetText(part)]))
    .filter((part) => part !== '')
    .join('/');
  const serial = serialNumber === undefined ? '' : octetText(serialNumber);
  return {
    ...(manufacturer === undefined ? {} : { manufacturer }),
    ...(model === undefined || year === undefined
      ? {}
      : { model: `EMI 0x${model.toString(16).padStart(4, '0')} (${year})` }),
    ...(serial === '' ? {} : { serial }),
    ...(firmware === '' ? {} : { firmware }),
  };
}
