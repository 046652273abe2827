import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckpointError, readCheckpoint, type TrainingSnapshot } from '../../../lib/training/checkpoint';
import { damaged, damagedData, expectMemory, fuzz, scratchFolder } from '../../fuzz';

const path = join(scratchFolder(), 'one.ckpt');

/** The snapshot, or the message with which the file is refused. */
async function read(bytes: Uint8Array): Promise<TrainingSnapshot | string> {
  writeFileSync(path, bytes);
  try {
    return await readCheckpoint(path);
  } catch (error) {
    expect(error).toBeInstanceOf(CheckpointError);
    const { message } = error as CheckpointError;
    expect(message).toMatch(/^The checkpoint .*one\.ckpt (is|has) .+; train from the start/s);
    return message;
  }
}

/** A file of this header, from the description of the format alone; `headerBytes`: the size that it claims to have. */
function checkpointBytes(header: unknown, numbers: Float32Array, headerBytes?: number): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const padding = Buffer.alloc((4 - (json.length % 4)) % 4, ' ');
  const rest = Buffer.alloc(12);
  rest.writeBigUInt64LE(BigInt(28 + json.length + padding.length + numbers.byteLength), 0);
  rest.writeUInt32LE(headerBytes ?? json.length + padding.length, 8);
  const sealed = Buffer.concat([rest, json, padding, Buffer.from(numbers.buffer)]);
  const start = Buffer.from('INKWCKPT\x01\0\0\0....', 'latin1');
  start.writeUInt32LE(crc32(sealed), 12);
  return Buffer.concat([start, sealed]);
}

const lengths = fc.array(fc.nat(5), { maxLength: 3 });
const header = fc.record({
  epoch: fc.integer({ min: 1, max: 99 }),
  shapes: fc.array(fc.array(fc.nat(4), { maxLength: 3 }), { minLength: 1, maxLength: 4 }),
  optimizer: fc.record({
    optimizer: fc.constantFrom('Adam', 'SGD'),
    step: fc.nat(),
    slots: lengths,
    averaged: fc.option(lengths, { nil: undefined }),
  }),
  callbacks: fc.array(fc.option(fc.record({ values: fc.constantFrom(null, 1, { wait: 1 }), arrays: lengths })), { maxLength: 3 }),
});
type HeaderCase = typeof header extends fc.Arbitrary<infer Case> ? Case : never;

/** How many numbers each array has, in the order of the file. */
function sizesOf({ shapes, optimizer, callbacks }: HeaderCase): number[] {
  return [
    ...shapes.map((shape) => shape.reduce((product, side) => product * side, 1)),
    ...optimizer.slots,
    ...(optimizer.averaged ?? []),
    ...callbacks.flatMap((state) => state?.arrays ?? []),
  ];
}
const numbersFor = (found: HeaderCase) =>
  Float32Array.from({ length: sizesOf(found).reduce((sum, size) => sum + size, 0) }, (_, i) => i / 8);
const bytesOf = (found: HeaderCase) => checkpointBytes(found, numbersFor(found));

describe('checkpoints', () => {
  fuzz('are read rightly', header, async (given) => {
    const found = await read(bytesOf(given));
    if (typeof found === 'string') throw new Error(found);
    const { epoch, shapes, weights, optimizer, callbacks } = found;
    const arrays = [
      ...weights,
      ...(optimizer?.slots ?? []),
      ...(optimizer?.averaged ?? []),
      ...callbacks.flatMap((state) => state?.arrays ?? []),
    ];
    expect({ epoch, shapes }).toEqual({ epoch: given.epoch, shapes: given.shapes });
    expect(arrays.map(({ length }) => length)).toEqual(sizesOf(given));
    expect(arrays.flatMap((array) => [...array])).toEqual([...numbersFor(given)]);
  });

  fuzz('that are damaged are refused', damaged(header.map(bytesOf)), async (bytes) => {
    const found = await read(bytes);
    // Damages may undo each other.
    if (typeof found !== 'string') expect(found.weights).toHaveLength(found.shapes.length);
  });

  const wrong = header.chain((given) => fc.tuple(fc.constant(given), damagedData(fc.constant(given))));
  fuzz('whose header another program wrote are read, or refused', wrong, async ([given, changed]) => {
    const numbers = numbersFor(given);
    const found = await read(checkpointBytes(changed, numbers));
    if (typeof found === 'string') expect(found).toMatch(/is damaged: (in )?its header/);
    else expect(found.weights.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(numbers.length);
  });

  const sound = { epoch: 1, shapes: [[2]], callbacks: [] };
  const two = Float32Array.of(1, 2);
  it.each([
    ['4 billion weights', { ...sound, shapes: [[2 ** 16, 2 ** 16]] }, 'its header announces 4294967296 numbers'],
    ['weights without end', { ...sound, shapes: [Array(99).fill(2 ** 53 - 1)] }, 'its header announces Infinity'],
    ['less than none', { ...sound, shapes: [[-2], [4]] }, 'shapes[0][0] must be a whole number from 0, but is -2'],
    ['a list of lists', [[]], 'in its header, it must be an object, but is a list of 1'],
    ['too few weights', { ...sound, shapes: [[1]] }, 'its header announces 1 numbers from byte'],
  ])('whose header announces %s are refused', async (_, wrongHeader, reason) => {
    await expectMemory(64, async () => {
      expect(await read(checkpointBytes(wrongHeader, two))).toContain(reason);
    });
  });

  it('whose header ends beyond the file, or within a number, are refused', async () => {
    for (const claimed of [2 ** 32 - 4, 41]) {
      const bytes = checkpointBytes(sound, two, claimed);
      expect(await read(bytes)).toContain(`its header cannot end at byte ${28 + claimed}`);
    }
    expect(await read(checkpointBytes(sound, two, 0))).toContain('its header is no JSON');
  });

  it('larger than Node can read are refused unread', async () => {
    writeFileSync(path, checkpointBytes(sound, two));
    truncateSync(path, 2 ** 33);
    await expect(readCheckpoint(path)).rejects.toThrow(/one\.ckpt cannot be read \(.*; train from the start/);
  });
});
