import { expect, it } from 'vitest';
import { bestSearch } from '../../../lib/search/search-results';
import { makePruned, makeTrial, valAccuracy } from '../figures/fixtures';

const random = { trials: [makeTrial(1, 0.7), makeTrial(2, 0.9)], objective: valAccuracy };
const tpe = { trials: [makeTrial(1, 0.9), makeTrial(2, Number.NaN)], objective: valAccuracy };
const cut = { trials: [makePruned(1, 0.99), makeTrial(2, 0.8)], objective: valAccuracy };

it('bestSearch: the best completed trial decides, of equal ones the first', () => {
  expect(bestSearch({ cut, random, tpe })).toEqual({ name: 'random', search: random });
  expect(bestSearch({ cut, tpe, random }).name).toBe('tpe');
  const valLoss = { name: 'valLoss', direction: 'min' } as const;
  const loss = { ...tpe, objective: valLoss };
  expect(bestSearch({ loss, other: { ...random, objective: valLoss } }).name).toBe('other');
});

it('bestSearch refuses searches without a completed trial', () => {
  const none = { ...cut, trials: cut.trials.slice(0, 1) };
  expect(() => bestSearch({ none })).toThrow('must hold a completed trial');
  expect(() => bestSearch({})).toThrow('must hold a completed trial');
  expect(bestSearch({ none, tpe }).name).toBe('tpe');
});
