/** `npx jest` at the root runs every project in one process: the fast loop while writing code. */
export default {
  projects: ['<rootDir>/packages/*', '<rootDir>/apps/*', '<rootDir>/tools/*'],
  // The end-to-end project needs built apps and runs by itself, after the build.
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
};
