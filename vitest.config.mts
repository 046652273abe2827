import { defineConfig } from 'vitest/config';

/** What kills processes, fills disks and repeats: minutes each. */
const LONG = 'test/**/*.long.test.ts';
/** What replaces modules, or settles how TensorFlow is loaded. */
const ISOLATED = 'test/**/*.isolated.test.ts';

export default defineConfig({
  test: {
    // tfjs-node is a native addon: child processes, since it fails in a second worker thread (tfjs#2079).
    pool: 'forks',
    maxWorkers: 2,
    // A machine that is busy with other things takes several times as long.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**', LONG, ISOLATED],
          // Loading TensorFlow.js takes longer than most of these files: the files of a process share it.
          isolate: false,
          globalSetup: 'test/announce.ts',
          setupFiles: 'test/restore.ts',
        },
      },
      { extends: true, test: { name: 'isolated', include: [ISOLATED] } },
      { extends: true, test: { name: 'long', include: [LONG] } },
      { extends: true, test: { name: 'browser', include: ['test/browser/**/*.test.ts'], fileParallelism: false } },
    ],
  },
});
