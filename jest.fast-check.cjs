/*
 * fast-check as the tests see it. At scale 1 every property starts from one seed, so that a change is
 * judged by the change and not by luck: thresholds against vacuous runs hold or do not. A larger
 * MICROGRID_TEST_SCALE draws new seeds; MICROGRID_TEST_SEED sets one.
 */
const fastCheck = require('./node_modules/fast-check/lib/cjs/fast-check.js');

const { MICROGRID_TEST_SCALE: scale = '1', MICROGRID_TEST_SEED: seed } = process.env;
if (seed !== undefined || Number(scale) === 1) {
  fastCheck.configureGlobal({ seed: Number(seed ?? 20_261_122) });
}

module.exports = fastCheck;
