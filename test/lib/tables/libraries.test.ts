import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { danfo } from '../../../lib/tables/libraries';

it('are loaded when a table is made, not with the project: a first cell should not wait for them', () => {
  const script = `
    const loaded = () => ['danfojs-node', 'arquero', 'mathjs', 'umap-js'].filter((name) =>
      Object.keys(require.cache).some((file) => file.includes('/node_modules/' + name + '/')));
    const { tables } = require('./src');
    const before = loaded();
    tables.hyperparameters({ units: 8 });
    console.log(JSON.stringify([before, loaded()]));`;
  const printed = execFileSync(process.execPath, ['--require', require.resolve('tsx/cjs'), '--eval', script], {
    cwd: join(__dirname, '../../..'),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  expect(JSON.parse(printed)).toEqual([[], ['danfojs-node', 'mathjs']]);
});

it('a frame says what draws here, where danfo.js would ask for a page', () => {
  const df = new (danfo().DataFrame)([{ epoch: 1, loss: 2 }]);
  for (const drawn of [df, df.head(1), df.loss, new (danfo().Series)([1])]) {
    expect(() => drawn.plot('nowhere')).toThrow(/show a figure instead/);
  }
});
