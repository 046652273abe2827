import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Graph } from '../../../lib/compiler/graph';
import { NativeTensor, Session } from '../../../lib/compiler/session';
import { useOwnTemporaryFolder } from './temporary-folder';

const own = useOwnTemporaryFolder();

describe('a session', () => {
  it('removes what killed processes left, and nothing else', () => {
    const leave = (name: string, secondsAgo: number) => {
      const folder = join(own, name);
      mkdirSync(folder);
      writeFileSync(join(folder, 'saved_model.pb'), 'half');
      const time = Date.now() / 1000 - secondsAgo;
      utimesSync(folder, time, time);
      return folder;
    };
    const killed = leave('inkwell-graph-killed', 3600);
    const loading = leave('inkwell-graph-loading', 1);
    const other = leave('other', 3600);
    const graph = new Graph();
    graph.constant(1);
    new Session(graph).dispose();
    expect([killed, loading, other].map(existsSync)).toEqual([false, true, true]);
    for (const folder of [loading, other]) rmSync(folder, { recursive: true });
  });

  it('runs a graph on what it is fed and leaves no file', () => {
    const graph = new Graph();
    const x = graph.placeholder('float32', [null]);
    const y = graph.float('AddV2', [graph.float('Mul', [x, graph.constant([10, 100, 1000])]), graph.constant(1)]);
    const half = graph.cast(graph.constant([7, 65_535], 'uint16'), 'int32');
    const session = new Session(graph);
    expect(readdirSync(own)).toEqual([]);
    const fed = new NativeTensor(Float32Array.of(1, 2, 3), [3]);
    expect(session.run(new Map([[x, fed]]), [y, half])).toEqual([Float32Array.of(11, 201, 3001), Int32Array.of(7, 65_535)]);
    fed.dispose();
    session.dispose();
  });

  it('says which op TensorFlow refuses', () => {
    const graph = new Graph();
    graph.add('NoSuchOp', []);
    expect(() => new Session(graph)).toThrow(/NoSuchOp/);
    expect(readdirSync(own)).toEqual([]);
  });

  it('names the folder that takes no file, and the cure', () => {
    process.env.TMPDIR = join(own, 'missing');
    expect(() => new Session(new Graph())).toThrow(/folder for temporary files, .*missing, .*set TMPDIR/);
    process.env.TMPDIR = own;
  });
});
