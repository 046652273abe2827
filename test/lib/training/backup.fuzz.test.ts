import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeNumbers } from '../../../lib/storage/json-numbers';
import * as tf from '../../../lib/tensorflow';
import { TrainingBackup, type TrainingDescription } from '../../../lib/training/backup';
import { writeCheckpoint } from '../../../lib/training/checkpoint';
import type { EpochRecord } from '../../../lib/training/history';
import { damaged, damagedData, fuzz, scratchFolder } from '../../fuzz';

const folder = join(scratchFolder(), 'fit');
mkdirSync(folder);
const path = join(folder, 'backup.json');
const training: TrainingDescription = { epochs: 4, model: { layers: [1] }, initialWeights: 'abcd1234' };
const model = tf.sequential();
const warn = vi.spyOn(console, 'warn');

beforeEach(async () => {
  warn.mockReset();
  for (const epoch of [1, 2, 3]) {
    const snapshot = { epoch, shapes: [[2]], weights: [Float32Array.of(epoch, 0)], callbacks: [] };
    await writeCheckpoint(join(folder, `epoch-${epoch}.ckpt`), snapshot);
  }
});
afterEach(() => warn.mockReset());

/** The epochs to go on after, or the warning; nothing is lost then. */
async function read(content: string | Uint8Array): Promise<readonly EpochRecord[] | string> {
  warn.mockReset().mockImplementation(() => {});
  writeFileSync(path, content);
  const backup = await TrainingBackup.open(folder, training);
  backup.close(model);
  const { resume } = backup;
  if (resume) {
    expect(resume.snapshot.epoch).toBe(resume.records.length);
    expect(resume.snapshot.weights[0][0]).toBe(resume.records.length);
    return resume.records;
  }
  expect(readFileSync(path).equals(Buffer.from(content))).toBe(true);
  expect(existsSync(`${folder}.1`)).toBe(false);
  const message = `${warn.mock.calls[0]}`;
  expect(message).toMatch(/^The (backup|checkpoint) .*(damaged|another training|cannot be read).+This training begins/s);
  return message;
}

const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(Number.NaN));
const record = fc.record({
  loss: number,
  accuracy: number,
  learningRate: number,
  seconds: fc.double({ min: 0, max: 9, noNaN: true }),
  metrics: fc.dictionary(fc.constantFrom('f1', 'top5'), number, { noNullPrototype: true }),
});
const kept = fc
  .array(record, { minLength: 1, maxLength: 3 })
  .map((list) => ({ training, records: list.map((each, i) => ({ epoch: i + 1, ...each })) }));

describe('backups', () => {
  fuzz('are taken up as they were left', kept, async (given) => {
    expect(await read(JSON.stringify(given, encodeNumbers))).toEqual(given.records);
  });

  fuzz(
    'that are damaged are taken up, or said to be damaged',
    damaged(kept.map((given) => Buffer.from(JSON.stringify(given, encodeNumbers)))),
    async (bytes) => {
      await read(bytes);
    },
  );

  fuzz('that another program wrote are, too', damagedData(kept), async (given) => {
    await read(JSON.stringify(given, encodeNumbers));
  });

  const epoch = { epoch: 1, loss: 1, accuracy: 1, learningRate: 1, seconds: 1 };
  it.each([
    ['nothing', 'null', 'it must be an object, but is null'],
    ['no training', '{"records":[]}', 'training must be an object, but is missing'],
    ['no epochs', JSON.stringify({ training }), 'records must be a list, but is missing'],
    ['negative seconds', JSON.stringify({ training, records: [{ ...epoch, seconds: -1 }] }), 'records[0].seconds must be'],
    ['an epoch twice', JSON.stringify({ training, records: [epoch, epoch] }), 'records[1].epoch must be 2, but is 1'],
    ['__proto__', `{"training":{"__proto__":{}},"records":[]}`, 'training must be an object with no value named __proto__'],
    ['100,000 brackets', '['.repeat(100_000) + ']'.repeat(100_000), 'Maximum call stack size exceeded'],
  ])('with %s are said to be damaged', async (_, content, reason) => {
    expect(await read(content)).toContain(reason);
  });

  it('whose checkpoint is of another epoch are said to be damaged', async () => {
    const snapshot = { epoch: 3, shapes: [[2]], weights: [Float32Array.of(1, 0)], callbacks: [] };
    await writeCheckpoint(join(folder, 'epoch-1.ckpt'), snapshot);
    expect(await read(JSON.stringify({ training, records: [epoch] }))).toContain(
      'is damaged (its checkpoint is of epoch 3, not 1)',
    );
  });
});
