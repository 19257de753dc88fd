import { deviceRole } from '@microgrid/events';
import { z } from 'zod';
import { CONTROLS, type ControlName } from './control.js';
import { POINTS, type PointName } from './point.js';

/** The contract between drivers and gateways that this package describes. */
export const CONTRACT_VERSION = 1;

/** Wires a driver can be given. */
export const transportKind = z.enum(['modbus', 'http', 'mqtt', 'ocpp']);
/** One kind of wire: a `ModbusBus`, an {@link HttpTransport}, an {@link MqttTransport}, … */
export type TransportKind = z.infer<typeof transportKind>;

const hints = z.array(z.string().min(1).max(200));

/** What a driver says of itself; it can be read without opening anything. */
export const driverManifest = z.strictObject({
  /** Lower-case name, as in `sdm630`. */
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, { error: 'lower-case letters, digits and -' }),
  /** Semantic version of the driver. */
  version: z.string().regex(/^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/, {
    error: 'a semantic version such as 1.0.0',
  }),
  /** Version of the contract it was written for. */
  contractVersion: z.literal(CONTRACT_VERSION),
  /** What its devices can be to a site. */
  families: z.array(deviceRole).min(1),
  /** Wires it runs on. */
  transports: z.array(transportKind).min(1),
  /** SPDX expression, as in `Apache-2.0`. */
  licence: z.string().min(1).max(100),
  /** How its devices can be found without being told their address. */
  discovery: z
    .strictObject({
      /** mDNS service types, as in `_http._tcp`. */
      mdns: hints.optional(),
      /** Manufacturer names in SunSpec model 1, register texts or function 43/14. */
      manufacturers: hints.optional(),
      /** Topic filters on which its devices announce themselves. */
      mqttTopics: hints.optional(),
    })
    .optional(),
  /** Everything it can publish and command; one device may have less. */
  capabilities: z.strictObject({
    points: z.array(z.enum(Object.keys(POINTS) as [PointName, ...PointName[]])),
    controls: z.array(z.enum(Object.keys(CONTROLS) as [ControlName, ...ControlName[]])),
  }),
});
export type DriverManifest = z.infer<typeof driverManifest>;
