export { openDatabase, type Database, type DatabaseOptions } from './open-database.js';
export { isStorageError, StorageError, type StorageErrorCode } from './storage-error.js';
