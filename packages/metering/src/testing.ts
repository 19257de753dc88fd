export { MemorySeriesStore } from './testing/memory-series-store.js';
export { seriesStoreContract, type SeriesStoreLaw } from './testing/series-store-contract.js';
