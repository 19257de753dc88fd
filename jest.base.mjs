import { fileURLToPath } from 'node:url';

/** Tests run from TypeScript sources: no build needed, workspace packages resolve to src/. */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/src/**/*.test.ts'],
  transform: {
    '^.+\\.(ts|m?js)$': [
      '@swc/jest',
      {
        jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
      },
    ],
  },
  // ESM-only dependencies are listed here.
  transformIgnorePatterns: [
    '/node_modules/(?!(temporal-polyfill|temporal-utils|@noble/hashes|@noble/curves|hyparquet|hyparquet-writer)/)',
  ],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^fast-check$': fileURLToPath(new URL('jest.fast-check.cjs', import.meta.url)),
  },
  testEnvironmentOptions: {
    customExportConditions: ['@microgrid/source', 'node', 'require', 'default'],
  },
};
