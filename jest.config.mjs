/**
 * `npx jest` at the root runs every project in one process: the fast loop while writing code.
 * tools/e2e needs built apps and system programs, so it runs by itself: `npx jest` in its folder.
 */
export default {
  projects: ['<rootDir>/packages/*', '<rootDir>/apps/*', '<rootDir>/tools/!(e2e)'],
};
