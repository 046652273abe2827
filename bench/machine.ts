import { cpus, totalmem } from 'node:os';
import type { Dataset } from '../src';

/** The processor and its cores, for instance `AMD EPYC 7B13, 2 cores`. */
export function describeProcessor(): string {
  return `${cpus()[0].model.trim()}, ${cpus().length} cores`;
}

/** The lines that a table of times needs beside it: machine, versions, data, date. */
export function describeRun(versions: ReadonlySet<string>, data: Dataset, python: string): string[] {
  return [
    `Machine: ${describeProcessor()}, ${(totalmem() / 1e9).toFixed(0)} GB`,
    `Versions: ${[...versions].filter((name) => name !== 'Inkwell').join('; ') || 'none of other systems'}; Node ` +
      `${process.versions.node}; ${python}`,
    `Data: ${data.name}, ${data.source}`,
    `Date: ${new Date().toISOString().slice(0, 10)}`,
  ];
}
