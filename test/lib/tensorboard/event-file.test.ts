import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crc32c, EventFile, scalarValue } from '../../../lib/tensorboard/event-file';
import { eventFiles, readCurves, readEvents } from './event-reader';
import { GOLDEN } from './golden';

const newRun = () => join(mkdtempSync(join(tmpdir(), 'tensorboard-')), 'run');

describe('crc32c', () => {
  it('gives the check value and those of RFC 3720, appendix B.4', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(crc32c(new Uint8Array(0))).toBe(0);
  });
});

describe('the reader of these tests', () => {
  it("reads TensorBoard's own file and notices a flipped bit in every byte", () => {
    const events = readEvents(GOLDEN);
    expect(events.slice(0, 2)).toEqual([
      { wallTime: 1700000000.25, fileVersion: 'brain.Event:2' },
      { wallTime: 1700000000.25, step: 300, sessionLog: { status: 1 } },
    ]);
    expect(events).toHaveLength(4);
    for (let at = 0; at < GOLDEN.length; at++) {
      const damaged = Buffer.from(GOLDEN);
      damaged[at] ^= 1 << (at % 8);
      expect(() => readEvents(damaged)).toThrow();
    }
  });
});

describe('EventFile', () => {
  it('begins with the version and the start of a session, and keeps each step, tag and value', () => {
    const run = newRun();
    const before = Date.now() / 1000;
    const file = new EventFile(run, 127);
    const long = 'an ünusual tag '.repeat(20);
    const values: [number, string, number][] = [
      [127, 'loss', 0.1],
      [128, 'loss', Number.NaN],
      [16384, long, Number.NEGATIVE_INFINITY],
      [2 ** 53 - 1, '', 1e-45],
    ];
    for (const [step, tag, value] of values) file.append(step, [scalarValue(tag, value)]);
    const events = readEvents(readFileSync(eventFiles(run)[0]));
    const expected = [
      { fileVersion: 'brain.Event:2' },
      { step: 127, sessionLog: { status: 1 } },
      ...values.map(([step, tag, value]) => ({ step, summary: { values: [{ tag, simpleValue: Math.fround(value) }] } })),
    ];
    expect(events).toEqual(expected.map((event) => ({ wallTime: expect.any(Number), ...event })));
    for (const { wallTime } of events) {
      expect(wallTime).toBeGreaterThanOrEqual(before);
      expect(wallTime).toBeLessThanOrEqual(Date.now() / 1000);
    }
  });

  it('has each event on disk as soon as it is appended', () => {
    const run = newRun();
    const file = new EventFile(run, 1);
    file.append(1, [scalarValue('loss', 2), scalarValue('accuracy', 0.5)]);
    expect(readCurves(run)).toEqual({ loss: [[1, 2]], accuracy: [[1, 0.5]] });
  });

  it('never touches a file that is there, and sorts behind it, whatever the clock says', () => {
    const run = newRun();
    new EventFile(run, 1);
    const others = ['2999999999998.inkwell', '1700000000.host.123.0.v2', '.inkwell'].map((name) =>
      join(run, `events.out.tfevents.${name}`),
    );
    for (const path of others) writeFileSync(path, path);
    const known = eventFiles(run);
    const contents = known.map((path) => readFileSync(path, 'latin1'));
    new EventFile(run, 1);
    new EventFile(run, 1);
    expect(known.map((path) => readFileSync(path, 'latin1'))).toEqual(contents);
    const added = eventFiles(run).filter((path) => !known.includes(path));
    expect(added.map((path) => path.split('.').at(-2))).toEqual(['2999999999999', '3000000000000']);
  });

  it('refuses a folder that cannot be one', () => {
    const file = newRun();
    writeFileSync(file, 'mine');
    for (const run of [file, join(file, 'below')]) {
      expect(() => new EventFile(run, 1)).toThrow(/^logDir must be a folder, .*run.* cannot be one .*choose another path\.$/);
    }
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });
});
