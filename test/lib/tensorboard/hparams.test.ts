import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Domain } from '../../../lib/search/space/domain';
import { writeHparams, writeHparamsExperiment } from '../../../lib/tensorboard/hparams';
import { eventFiles, type Message, readCurves, readEvents } from './event-reader';
import { GOLDEN } from './golden';

const newFolder = () => mkdtempSync(join(tmpdir(), 'tensorboard-'));

/** All events of a folder but for their times, and the entries of maps by name. */
function eventsOf(content: Buffer): Message[] {
  const [version, sessionStart, ...rest] = readEvents(content).map(({ wallTime, ...event }) => event);
  return [version, sessionStart, ...rest];
}

const readRun = (run: string) => eventFiles(run).flatMap((path) => eventsOf(readFileSync(path)));

/** The status that a row ended with: 1 success, 2 failure. */
function statusOf(run: string): unknown {
  const text = JSON.stringify(readRun(run));
  return /"sessionEnd":\{"status":(\d)\}/.exec(text)?.[1];
}

describe('writeHparams', () => {
  it('writes what TensorBoard itself writes', () => {
    const run = join(newFolder(), 'trial-1');
    writeHparams(run, {
      hyperparameters: { units: 64, batchNorm: true, optimizer: 'adam' },
      metrics: { valAccuracy: 0.87 },
      status: 'failed',
      epochs: 300,
    });
    expect(readRun(run)).toEqual(eventsOf(GOLDEN).slice(0, 3));
  });

  it('says success of a row that completed or was pruned, failure of one that failed, nothing of one that goes on', () => {
    const statuses = ['completed', 'pruned', 'failed', 'paused', 'running'] as const;
    const written = statuses.map((status) => {
      const run = newFolder();
      writeHparams(run, { hyperparameters: {}, metrics: {}, status });
      return statusOf(run);
    });
    expect(written).toEqual(['1', '1', '2', undefined, undefined]);
  });

  it('gives a row that is written again its new metrics, and ends it then', () => {
    const run = newFolder();
    const hyperparameters = { units: 32 };
    const rows = [
      { epochs: 3, status: 'paused', metrics: { score: 0.5 } },
      { epochs: 9, status: 'paused', metrics: { score: 0.75 } },
      { epochs: 9, status: 'pruned', metrics: { score: 0.75 } },
    ] as const;
    for (const row of rows) writeHparams(run, { hyperparameters, ...row });
    expect(readCurves(run)).toEqual({
      score: [
        [3, 0.5],
        [9, 0.75],
      ],
    });
    expect(statusOf(run)).toBe('1');
  });

  it('leaves out metrics that are no number, since the table cannot show them', () => {
    const run = newFolder();
    writeHparams(run, { hyperparameters: {}, metrics: { score: Number.NaN, loss: Number.POSITIVE_INFINITY, seconds: 2 } });
    expect(readCurves(run)).toEqual({ seconds: [[0, 2]] });
  });

  it('refuses a folder that is a file, and leaves the file', () => {
    const file = join(newFolder(), 'notes.txt');
    writeFileSync(file, 'mine');
    expect(() => writeHparams(file, { hyperparameters: {}, metrics: {} })).toThrow(/^logDir must be a folder, .*notes\.txt/);
    expect(() => writeHparamsExperiment(file, new Map(), [])).toThrow(/^logDir must be a folder, .*notes\.txt/);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });
});

describe('writeHparamsExperiment', () => {
  const space = new Map<string, Domain>([
    ['units', { kind: 'int', min: 32, max: 512, sampling: 'linear' }],
    ['optimizer', { kind: 'choice', values: ['adam', 'sgd'] }],
    ['batchNorm', { kind: 'boolean' }],
    ['batchSize', { kind: 'fixed', value: 128 }],
  ]);

  it('writes what TensorBoard itself writes', () => {
    const logDir = newFolder();
    writeHparamsExperiment(logDir, space, ['valAccuracy', 'seconds']);
    expect(readRun(logDir).at(-1)).toEqual(eventsOf(GOLDEN).at(-1));
  });

  it('gives each choice the type of its values, mixed ones that of text', () => {
    const logDir = newFolder();
    const choices = [[1, 2], ['a'], [true, false], ['auto', 3]];
    writeHparamsExperiment(logDir, new Map(choices.map((values, index) => [`choice${index}`, { kind: 'choice', values }])), []);
    const text = JSON.stringify(readRun(logDir));
    expect([...text.matchAll(/"type":(\d)/g)].map(([, type]) => Number(type))).toEqual([3, 1, 2, 1]);
  });

  it('replaces what it wrote before and no other file', () => {
    const logDir = join(newFolder(), 'logs');
    writeHparams(logDir, { hyperparameters: {}, metrics: { score: 1 } });
    const [other] = eventFiles(logDir);
    const content = readFileSync(other, 'latin1');
    writeHparamsExperiment(logDir, new Map(), ['score']);
    writeHparamsExperiment(logDir, space, ['score']);
    expect(readdirSync(logDir)).toHaveLength(2);
    expect(readFileSync(other, 'latin1')).toBe(content);
    const text = JSON.stringify(readRun(logDir));
    expect(text.match(/"experiment"/g)).toHaveLength(1);
    expect(text).toContain('batchSize');
  });
});
