import { describe, expect, it } from 'vitest';
import { jobResult, machineReport, readWire, toWire } from '../../../lib/machines/wire';

const UUID = '123e4567-e89b-42d3-a456-426614174000';
const record = { epoch: 1, loss: Number.NaN, accuracy: 0, valLoss: Number.POSITIVE_INFINITY };
const report = {
  kind: 'epoch',
  attempt: 1,
  machine: UUID,
  question: 0,
  batchSize: 8,
  record: { ...record, learningRate: 1e-3, seconds: 2, metrics: { lowest: Number.NEGATIVE_INFINITY } },
} as const;

describe('a message', () => {
  it('arrives as it was sent, numbers that JSON does not know included', () => {
    expect(readWire(machineReport, JSON.stringify(toWire(report)))).toEqual(report);
  });

  it.each([
    ['an unknown kind', { ...report, kind: 'stop' }],
    ['a field more', { ...report, path: '/tmp/x' }],
    ['a field less', { ...report, attempt: undefined }],
    ['another type', { ...report, attempt: '1' }],
    ['a machine that is no id', { ...report, machine: '../../x' }],
    ['a number that is none', { ...report, record: { ...report.record, loss: 'infinite' } }],
    ['an epoch 0', { ...report, record: { ...report.record, epoch: 0 } }],
    ['a prototype', JSON.parse(`{"__proto__": {}, ${JSON.stringify(report).slice(1)}`)],
  ])('with %s is none', (_what, message) => {
    expect(readWire(machineReport, JSON.stringify(toWire(message)))).toBeUndefined();
  });

  it('that is cut short, or far too long, is none', () => {
    expect(readWire(machineReport, JSON.stringify(report).slice(0, -1))).toBeUndefined();
    const reason = 'x'.repeat(100_000);
    const result = { attempt: 1, outcome: { kind: 'failed', reason, fatal: false } };
    expect(readWire(jobResult, JSON.stringify(result))).toBeUndefined();
  });
});
