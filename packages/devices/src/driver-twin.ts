import type { Clock } from './clock.js';
import type { HttpRequest, HttpResponse } from './http-transport.js';
import type { MqttTransport } from './mqtt-transport.js';

/** What a twin is made in. */
export interface TwinSurroundings {
  /** The twin's own time: set points lapse by its monotonic clock. It has no timer either. */
  readonly clock: Clock;
}

/** What the twins of all wires have: the simulated device a driver ships. */
export interface TwinDevice {
  /**
   * Shows values: by point in the published unit and sign (energy in mWh); undefined = the device
   * has none. Points not named keep theirs.
   * @throws an error for a value, or an absence, that such a device cannot show; nothing is shown then.
   */
  set(values: Readonly<Record<string, number | undefined>>): void;
  /**
   * The set points in force now by control, in its unit, as this device obeys them: after its own
   * expiry the fallback has taken over and the control is undefined.
   */
  setPoints(): Readonly<Record<string, number | boolean | undefined>>;
  /** Requests since it was made that changed, or tried to change, its state. */
  readonly writes: number;
}

/** One unit on a Modbus line. Structurally the handler of a Modbus server. */
export interface TwinUnitHandler {
  /** Exactly `count` registers or bits; throws a Modbus exception to answer with one. */
  read(
    table: 'coil' | 'discrete' | 'holding' | 'input',
    address: number,
    count: number,
  ): ArrayLike<number> | ArrayLike<boolean>;
  write(table: 'holding' | 'coil', address: number, values: Uint16Array | boolean[]): void;
  /** Functions of its own: the reply after the function code, or undefined = not known. */
  custom?(functionCode: number, data: Uint8Array): Uint8Array | undefined;
  /** What it says about itself by function code 43, by object id. */
  readonly identification?: ReadonlyMap<number, string | Uint8Array>;
}

/** A twin behind a Modbus server. */
export interface ModbusTwin extends TwinDevice {
  readonly kind: 'modbus';
  readonly unit: number;
  readonly handler: TwinUnitHandler;
  /** Ways it can be reached; default all. */
  readonly framings?: readonly ('tcp' | 'rtu' | 'rtu-over-tcp' | 'rtu-over-udp')[];
}

/** A twin behind an HTTP server. */
export interface HttpTwin extends TwinDevice {
  readonly kind: 'http';
  /** Answers a request, as the device's server does. */
  handle(request: HttpRequest): HttpResponse | Promise<HttpResponse>;
  /**
   * A client opened a stream; absent: the device has none. Gets what the client says, and gives what
   * the device pushes to `push`.
   */
  connect?(
    path: string,
    push: (message: string) => void,
  ): { receive(message: string): void; close(): void };
}

/** A twin that is a client of the same broker as its driver. */
export interface MqttTwin extends TwinDevice {
  readonly kind: 'mqtt';
  /** Connects to a broker: subscribes and announces itself as the device does. @returns disconnects. */
  connect(broker: MqttTransport): () => void;
}

/** The simulated device a driver ships. The conformance kit and the simulator both drive it. */
export type DriverTwin = ModbusTwin | HttpTwin | MqttTwin;
