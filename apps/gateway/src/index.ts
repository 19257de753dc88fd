export {
  checkGatewayConfig,
  gatewaySchema,
  parseGatewayConfig,
  type GatewayConfig,
  type GatewayConfigInput,
} from './configuration.js';
export { start } from './gateway.js';
export { GatewayError, isGatewayError, type GatewayErrorCode } from './gateway-error.js';
export type { GatewayPorts, OpenTransport, Running } from './ports.js';
