import { mkdirSync, writeFileSync } from 'node:fs';
import { asyncApi, jsonSchemas } from '../src/index.js';

/** Writes the published JSON Schemas and the AsyncAPI description; part of the package's build. */
const folder = new URL('../../../docs/protocol/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, document] of [
  ['schemas.json', jsonSchemas()],
  ['asyncapi.json', asyncApi()],
] as const) {
  writeFileSync(new URL(name, folder), `${JSON.stringify(document, null, 2)}\n`);
}
