import * as dfd from 'danfojs-node';

/** danfo.js draws in a browser's page alone, and what it says of that here helps nobody. */
function plot(): never {
  throw new Error(
    'plot draws in the page of a browser, but a notebook runs in Node: show a figure instead, such as ' +
      "await show({ data: [{ type: 'scatter', x: df['epoch'].values, y: df['loss'].values }] }).",
  );
}
dfd.DataFrame.prototype.plot = plot;
dfd.Series.prototype.plot = plot;
