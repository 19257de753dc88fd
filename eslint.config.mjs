import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** Which layer may import which. Read it top-down: tools know everything, base knows nothing. */
const layers = {
  'layer:tool': ['*'],
  'layer:app': [
    'layer:web',
    'layer:adapter',
    'layer:driver',
    'layer:kit',
    'layer:device',
    'layer:protocol',
    'layer:domain',
    'layer:base',
  ],
  'layer:web': ['layer:domain', 'layer:base'],
  'layer:adapter': [
    'layer:adapter',
    'layer:driver',
    'layer:kit',
    'layer:device',
    'layer:protocol',
    'layer:domain',
    'layer:base',
  ],
  'layer:driver': ['layer:kit', 'layer:device', 'layer:protocol', 'layer:base'],
  'layer:kit': ['layer:device', 'layer:protocol', 'layer:base'],
  'layer:device': ['layer:device', 'layer:base'],
  'layer:protocol': ['layer:base'],
  'layer:domain': ['layer:domain', 'layer:base'],
  'layer:base': ['layer:base'],
};

/** Physical flow and financial attribution meet only in shared packages. */
const planes = {
  'plane:physical': ['plane:physical', 'plane:shared'],
  'plane:financial': ['plane:financial', 'plane:shared'],
  'plane:shared': ['plane:shared'],
};

const wires = ['serialport', '@serialport/*', 'modbus-serial', 'mqtt'];

/** Order inside the base layer: units ← events ← journal; petri stands alone. */
const baseOrder = {
  units: ['events', 'journal', 'petri'],
  events: ['journal', 'petri'],
  journal: ['petri'],
  petri: ['units', 'events', 'journal'],
};

const depConstraints = [
  ...Object.entries({ ...layers, ...planes }).map(([sourceTag, onlyDependOnLibsWithTags]) => ({
    sourceTag,
    onlyDependOnLibsWithTags,
  })),
  { sourceTag: 'layer:domain', bannedExternalImports: wires },
  { sourceTag: 'layer:base', bannedExternalImports: [...wires, 'rxjs', 'rxjs/*'] },
  {
    allSourceTags: ['layer:domain', 'plane:financial'],
    bannedExternalImports: ['rxjs', 'rxjs/*'],
  },
];

const base = ['units', 'events', 'petri', 'journal'];
const domain = [
  'tariff',
  'grid',
  'metering',
  'uplink',
  'control',
  'planning',
  'plant',
  'community',
  'settlement',
  'invoicing',
];

const clock = 'Take the time as an argument: the same input must give the same output.';
const locale = 'Locales differ between machines: compare by code units and print explicitly.';
const port = 'Pure packages take ports: pass the hash, key, file or clock in.';

const nodeImports = {
  group: ['node:*', 'fs', 'fs/*', 'path', 'os', 'crypto', 'child_process', 'worker_threads'],
  message: port,
};
const otherCalendars = {
  group: ['luxon', 'moment', 'moment-timezone'],
  message: 'Calendars use Temporal: these guess the repeated autumn hour.',
};

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/coverage/**',
      '**/.nx/**',
      'out/**',
      '**/*.mjs',
      'jest.fast-check.cjs',
      '**/tsup.config.ts',
      'tsup.base.ts',
      'packages/*/scripts/**',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: true,
          banTransitiveDependencies: true,
          // About splitting browser bundles; here an entry with a native module is loaded late.
          checkDynamicDependenciesExceptions: ['.*'],
          depConstraints,
        },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Naming a key to leave it out of the rest is no forgotten variable.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      'max-lines-per-function': ['error', { max: 70, skipComments: true, skipBlankLines: true }],
      'no-restricted-imports': ['error', { patterns: [otherCalendars] }],
    },
  },
  {
    // Sources that must be pure: the same input gives the same output on every machine.
    files: [...base, ...domain].map((name) => `packages/${name}/src/**/*.ts`),
    // The journal's Node and Web entries implement its key and hash ports.
    ignores: [
      '**/*.test.ts',
      '**/*.bench.ts',
      '**/testing.ts',
      'packages/journal/src/{node,web}.ts',
    ],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: clock },
        { object: 'Math', property: 'random', message: clock },
        { object: 'Temporal', property: 'Now', message: clock },
        { property: 'localeCompare', message: locale },
        { property: 'toLocaleString', message: locale },
        { property: 'toLocaleDateString', message: locale },
        { property: 'toLocaleTimeString', message: locale },
        { property: 'toLocaleUpperCase', message: locale },
        { property: 'toLocaleLowerCase', message: locale },
      ],
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval', 'setImmediate', 'performance'].map((name) => ({
          name,
          message: clock,
        })),
        ...['process', 'crypto', 'fetch'].map((name) => ({ name, message: port })),
      ],
      'no-restricted-imports': ['error', { patterns: [otherCalendars, nodeImports] }],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: clock },
      ],
    },
  },
  ...Object.entries(baseOrder).map(([name, later]) => ({
    // One direction inside the base layer, which tags alone cannot say.
    files: [`packages/${name}/src/**/*.ts`],
    ignores: [
      '**/*.test.ts',
      '**/*.bench.ts',
      '**/testing.ts',
      'packages/journal/src/{node,web}.ts',
    ],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            otherCalendars,
            nodeImports,
            {
              group: later.flatMap((other) => [`@microgrid/${other}`, `@microgrid/${other}/*`]),
              message:
                'Inside the base layer imports go units ← events ← journal; petri stands alone.',
            },
          ],
        },
      ],
    },
  })),
  {
    files: ['**/*.test.ts', '**/*.bench.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
);
