import { closingLine, one, sum } from './count.js';

describe('the closing line', () => {
  it('adds every step up and names skipped checks only where there are some', () => {
    expect(closingLine(sum([one(true), one(false), { passed: 3, failed: 0, skipped: 2 }]))).toBe(
      '4 passed, 1 failed, 2 skipped',
    );
    expect(closingLine(sum([one(true)]))).toBe('1 passed, 0 failed');
    expect(closingLine(sum([]))).toBe('0 passed, 0 failed');
  });
});
