import { afterAll, vi } from 'vitest';

// The files of a process share its environment, its clock and what a file replaced in modules.
afterAll(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});
