import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runSteps } from '../../../scripts/setup/set-up.mjs';

type Step = Parameters<typeof runSteps>[0][number];

describe('runSteps', () => {
  let said: string[];
  let log: string[];
  beforeEach(() => {
    said = [];
    log = [];
    vi.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line));
  });
  afterEach(() => vi.restoreAllMocks());

  const step = (name: string, ms: number, needs: Step[] = [], { ready = false, fails = false } = {}): Step => ({
    name,
    needs,
    projectBytes: 0,
    cacheBytes: 0,
    downloadBytes: 0,
    isReady: () => ready,
    async run() {
      log.push(`${name} begins`);
      await sleep(ms);
      log.push(`${name} ends`);
      if (fails) throw new Error(`${name} is broken`);
      return `${name} is there`;
    },
  });

  it('runs at once what does not need each other, and leaves out what is ready', async () => {
    const [a, b] = [step('a', 60), step('b', 10)];
    await runSteps([a, b, step('c', 0, [b]), step('d', 0, [a, b]), step('e', 0, [], { ready: true })]);
    expect(log).toEqual(['a begins', 'b begins', 'b ends', 'c begins', 'c ends', 'a ends', 'd begins', 'd ends']);
    expect(said.map((line) => line.replace(/ +/g, ' '))).toEqual(
      ['b', 'c', 'a', 'd'].map((name) => expect.stringMatching(`^ ${name} [0-9.]+ s ${name} is there$`)),
    );
  });

  it('lets what runs come to its end after a failure, begins nothing that needs the failed one, and throws', async () => {
    const [a, b] = [step('a', 0, [], { fails: true }), step('b', 30)];
    await expect(runSteps([a, b, step('c', 0, [a]), step('d', 0, [b])])).rejects.toThrow('a is broken');
    expect(log).toEqual(['a begins', 'b begins', 'a ends', 'b ends', 'd begins', 'd ends']);
    expect(said[0]).toMatch(/a +[0-9.]+ s {2}failed$/);
  });
});
