export type { ContractCase } from './contract-case.js';
export { eventLogContract } from './event-log-contract.js';
export { keyedDocumentsContract } from './keyed-documents-contract.js';
export {
  createMemoryDocuments,
  createMemoryJournalStore,
  type MemoryJournalStore,
} from './memory-store.js';
export { outboxContract, type LogWithOutbox } from './outbox-contract.js';
export { sampleRecord, sampleRecords } from './sample-records.js';
