export {
  createMemoryBroker,
  type MemoryBroker,
  type MemoryTransport,
  type WireCounts,
  type WireFaults,
} from './memory-broker.js';
