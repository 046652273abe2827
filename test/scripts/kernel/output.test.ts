import { afterEach, beforeEach, expect, it, vi } from 'vitest';

// biome-ignore lint/suspicious/noExplicitAny: the kernel's files are JavaScript
const { Output } = require('../../../scripts/kernel/output.cjs') as any;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function open() {
  const sent: [string, { name?: string; text?: string }][] = [];
  return { sent, output: new Output((type: string, content: object) => sent.push([type, content])) };
}

it('sends ten thousand lines of one moment in few messages, in order, before what is shown after them', () => {
  const { output, sent } = open();
  for (let i = 0; i < 10_000; i++) output.write(i % 1000 === 999 ? 'stderr' : 'stdout', `${i}\n`);
  output.publish('display_data', { data: {} });
  expect(sent.length).toBeLessThan(100);
  expect(sent.at(-1)?.[0]).toBe('display_data');
  expect(sent.map(([, { text = '' }]) => text).join('')).toBe(Array.from({ length: 10_000 }, (_, i) => `${i}\n`).join(''));
  expect(sent.filter(([, { name }]) => name === 'stderr').map(([, { text }]) => text)).toContain('9999\n');
});

it('sends a few lines at once, and many after a tenth of a second', () => {
  const { output, sent } = open();
  output.write('stdout', 'first');
  expect(sent).toEqual([['stream', { name: 'stdout', text: 'first' }]]);
  for (let i = 0; i < 200; i++) output.write('stdout', '.');
  const before = sent.length;
  vi.advanceTimersByTime(100);
  expect(sent.length).toBe(before + 1);
  expect(sent.map(([, { text }]) => text).join('')).toBe(`first${'.'.repeat(200)}`);
  vi.advanceTimersByTime(100);
  output.write('stdout', 'later');
  expect(sent.at(-1)?.[1].text).toBe('later');
});
