/**
 * The libraries of tables, loaded when first asked for: together they take half a second, for which no first cell should wait.
 * Not by `await import`, since tables are made at once.
 */
import type * as Arquero from 'arquero';
import type * as Danfo from 'danfojs-node';

/** danfo.js, whose `plot` says here what to do instead. */
export function danfo(): typeof Danfo {
  const loaded = require('danfojs-node') as typeof Danfo;
  // What methods and columns give is of the classes that these extend.
  for (const { prototype } of [loaded.DataFrame, loaded.Series]) Object.getPrototypeOf(prototype).plot = plot;
  return loaded;
}

export function arquero(): typeof Arquero {
  return require('arquero');
}

/** A frame of these rows, each an object of the same columns; or of columns, each a list. */
export function frame(content: object): Danfo.DataFrame {
  return new (danfo().DataFrame)(content);
}

/** danfo.js draws in a browser's page alone, and what it says of that here helps nobody. */
function plot(): never {
  throw new Error(
    'plot draws in the page of a browser, but a notebook runs in Node: show a figure instead, such as ' +
      "await show({ data: [{ type: 'scatter', x: df['epoch'].values, y: df['loss'].values }] }).",
  );
}
