import { expect, it } from 'vitest';
import { citeDataset } from '../../../lib/data/cite-dataset';

it('citeDataset knows EMNIST and MNIST, and no others', () => {
  expect(citeDataset('emnist-balanced')).toMatchObject({ label: 'Cohen et al. 2017', url: expect.stringMatching(/^https:/) });
  expect(citeDataset('mnist')?.entry).toMatch(/LeCun.*1998/);
  expect(citeDataset('kmnist')).toBeUndefined();
});
