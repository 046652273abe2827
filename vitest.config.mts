import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // tfjs-node is a native addon: child processes, since it fails in a second worker thread (tfjs#2079).
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/browser/**'] } },
      { extends: true, test: { name: 'browser', include: ['test/browser/**/*.test.ts'], fileParallelism: false } },
    ],
  },
});
