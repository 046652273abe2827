import { expect, it } from 'vitest';
import { augmentDataset } from '../../../lib/training/augment-dataset';
import { stripedImages } from './striped-images';

it('gives a data set of varied images and leaves the one that it was given', () => {
  const data = stripedImages(10);
  const before = data.images.slice();
  const varied = augmentDataset(data, { shift: 0.2 });
  expect(varied).toMatchObject({ name: data.name, size: 10, classNames: data.classNames, labels: data.labels });
  expect(varied.images).not.toEqual(before);
  expect(data.images).toEqual(before);
  expect(augmentDataset(data, { shift: 0.2 }, 0).images).toEqual(varied.images);
  expect(augmentDataset(data, { shift: 0.2 }, 1).images).not.toEqual(varied.images);
  expect(augmentDataset(data, {}).images).toEqual(before);
  expect(() => augmentDataset(data, { shift: 2 })).toThrow(/shift of the augmentation must be from 0 to 1/);
});
