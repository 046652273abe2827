import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Graph } from '../../../lib/compiler/graph';
import { NativeTensor, Session } from '../../../lib/compiler/session';
import { Variables } from '../../../lib/compiler/variables';
import * as tf from '../../../lib/tensorflow';
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

  describe('of a graph that another has left', () => {
    const graphOf = (constant: number) => {
      const graph = new Graph();
      const variables = new Variables(graph, 'v', [[1]]);
      const sum = graph.float('AddV2', [variables.values[0], graph.constant(constant)]);
      return { graph, variables, sum };
    };
    const open = (constant: number) => {
      const { graph, variables, sum } = graphOf(constant);
      const session = new Session(graph);
      const run = (value: number) => {
        Variables.write(session, new Map([[variables, [Float32Array.of(value)]]]));
        return session.run(new Map(), [sum])[0][0];
      };
      return { session, run };
    };

    /** How many graphs TensorFlow has loaded, those that nobody uses among them. */
    const loaded = () => tf.node.getNumOfSavedModels();
    const most = 2;

    it('takes it as it is, and with it no value', () => {
      const first = open(1000);
      expect(first.run(1)).toBe(1001);
      first.session.dispose();
      const before = loaded();
      const second = open(1000);
      expect(loaded()).toBe(before);
      expect(second.run(2)).toBe(1002);
      second.session.dispose();
      second.session.dispose();
      expect(loaded()).toBe(before);
      const third = open(1000);
      expect(third.run(3)).toBe(1003);
      third.session.dispose();
    });

    it('takes none that is in use, and none of other numbers', () => {
      const before = loaded();
      const all = [open(2000), open(2000), open(2001)];
      expect(loaded()).toBe(before + 3);
      const [first, second, other] = all;
      expect([first.run(1), second.run(2), other.run(3), first.run(4)]).toEqual([2001, 2002, 2004, 2004]);
      for (const { session } of all) session.dispose();
      expect(loaded()).toBe(most);
    });

    it('leaves TensorFlow the last two', () => {
      for (const constant of [3000, 3001, 3002]) open(constant).session.dispose();
      expect(loaded()).toBe(most);
      const [last, butOne] = [open(3002), open(3001)];
      expect(loaded()).toBe(most);
      const first = open(3000);
      expect(loaded()).toBe(most + 1);
      for (const { session } of [last, butOne, first]) session.dispose();
      expect(loaded()).toBe(most);
    });
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
