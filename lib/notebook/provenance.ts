import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';

/** Where and with what a run is made, in words for a report. */
export interface Provenance {
  readonly machine: string;
  readonly versions: string;
  /** The git commit of the project; undefined where it is no git checkout. */
  readonly commit?: string;
}

/** MIME type under which a notebook keeps what its run was made with, for its report. */
export const RUN_TYPE = 'application/vnd.inkwell.run+json';

/** What a run was made with. */
export interface RunRecord extends Provenance {
  /** Name of the data set. */
  readonly dataset: string;
  /** Where its files came from, in words. */
  readonly source: string;
  readonly profile: string;
  readonly seed: number;
  /** When it was recorded, in ISO 8601. */
  readonly date: string;
}

/**
 * Machine, versions and git commit of this process's project, whose folder is the working directory, as it is for
 * kernels and scripts. Takes a few milliseconds.
 */
export function describeProvenance(root = process.cwd()): Provenance {
  const readVersion = (path: string) =>
    (JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')) as { version: string }).version;
  const cpus = os.cpus();
  const versions = [
    `Inkwell ${readVersion('.')}`,
    `Node ${process.versions.node}`,
    `TensorFlow.js ${readVersion('node_modules/@tensorflow/tfjs-node')}`,
    `tslab ${readVersion('node_modules/tslab')}`,
    `Plotly.js ${readVersion('node_modules/plotly.js-dist')}`,
  ];
  const commit = describeCommit(root);
  return {
    machine:
      `${cpus[0]?.model.trim() ?? os.arch()}, ${cpus.length} cores, ${Math.round(os.totalmem() / 1e9)} GB, ` +
      `${os.type()} ${os.arch()}`,
    versions: versions.join(', '),
    ...(commit === undefined ? {} : { commit }),
  };
}

/**
 * The commit that a folder's files are of, and how many tracked files differ from it; undefined outside a git checkout. Notebooks
 * do not count: running one changes it, and the report shows what it holds.
 */
export function describeCommit(root: string): string | undefined {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    // A project unpacked inside somebody else's checkout has no commit of its own.
    if (git('rev-parse', '--show-prefix').trim() !== '') return undefined;
    const hash = git('rev-parse', '--short=10', 'HEAD').trim();
    const changed = git('status', '--porcelain', '--untracked-files=no', '--', ':(exclude)*.ipynb')
      .split('\n')
      .filter(Boolean).length;
    if (changed === 0) return hash;
    return `${hash}, with uncommitted changes in ${changed} ${changed === 1 ? 'file' : 'files'}`;
  } catch {
    return undefined;
  }
}
