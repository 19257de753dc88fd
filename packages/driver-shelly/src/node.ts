export { parseChallenge, type DigestChallenge } from './transport/digest.js';
export {
  startShellyServer,
  type ServerFault,
  type ShellyServer,
  type ShellyServerOptions,
} from './transport/shelly-server.js';
export {
  connectShelly,
  type ShellyTransport,
  type ShellyTransportOptions,
} from './transport/shelly-transport.js';
