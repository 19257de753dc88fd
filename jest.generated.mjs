import base from './jest.base.mjs';

/**
 * For suites that generate cases by the thousand: code in jest's sandbox finds these at each use by asking the
 * sandbox, which takes a quarter of the time, unless every module is given them. Not Date, which fake timers
 * replace. Not for suites that load mqtt, whose streams declare some of these names themselves.
 */
export default {
  ...base,
  sandboxInjectedGlobals: [
    'Array',
    'BigInt',
    'DataView',
    'Float64Array',
    'Int32Array',
    'JSON',
    'Map',
    'Math',
    'Number',
    'Object',
    'Set',
    'String',
    'Uint8Array',
  ],
};
