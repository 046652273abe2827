import { imagesTensor } from '../data/batches';
import { checkDataset } from '../data/check-dataset';
import { type Dataset, PIXELS } from '../data/dataset';
import type { Predictions } from '../evaluation/predictions';
import * as tf from '../tensorflow';
import { evaluateWith } from './evaluate';
import type { Predictor } from './predictor';

/** Votes that all classes share, so that no probability is 0. */
const SHARED_VOTES = 0.1;
/** So much less counts a neighbour than the next nearer one: it decides ties, and nothing else. */
const RANK_WEIGHT = 1e-3;

/**
 * What the `neighbours` training images nearest to each image of `test` vote for (Cover and Hart 1967, "Nearest neighbor pattern
 * classification"): a baseline that is no network and learns nothing. Near is what differs least, by the Euclidean distance of
 * the 784 grey levels; the nearer votes decide a tie. The probability of a class is its share of the votes, to which all classes
 * together add a tenth of one. It takes time and memory in proportion to the training images: 4 bytes a pixel.
 *
 * @param options.neighbours from 1 to the number of training images; default 3
 * @throws RangeError for `neighbours` out of range; Error where the parts have other classes; InterruptedError after the kernel's
 *   stop button.
 */
export async function nearestNeighbours(
  train: Dataset,
  test: Dataset,
  { neighbours = 3 }: { readonly neighbours?: number } = {},
): Promise<Predictions> {
  checkDataset(train);
  checkDataset(test);
  if (!Number.isInteger(neighbours) || neighbours < 1 || neighbours > train.size) {
    throw new RangeError(
      `neighbours must be a whole number from 1 to the ${train.size} training images, but got ${neighbours}; try 3.`,
    );
  }
  if (train.classNames.join() !== test.classNames.join()) {
    throw new Error(`train and test must have the same classes, but have ${train.classNames} and ${test.classNames}.`);
  }
  const predictor = createPredictor(train, neighbours);
  try {
    return await evaluateWith(predictor, test, 256);
  } finally {
    predictor.dispose();
  }
}

function createPredictor(train: Dataset, neighbours: number): Predictor {
  const classes = train.classNames.length;
  // The distance to a training image b, but for what is the same for all b: |b|² - 2 a·b.
  const [known, squares] = tf.tidy(() => {
    const images = imagesTensor(train.images, 'flat');
    return [images, images.square().sum(1)];
  });
  return {
    predict(images) {
      const count = images.length / PIXELS;
      const nearest = tf.tidy(() => {
        const products = tf.matMul(imagesTensor(images, 'flat'), known, false, true) as tf.Tensor2D;
        const closeness = products.mul(2).sub(squares);
        return tf.topk(closeness, neighbours).indices.dataSync();
      });
      const probabilities = new Float32Array(count * classes).fill(SHARED_VOTES / classes);
      for (let i = 0; i < count * neighbours; i++) {
        const image = Math.floor(i / neighbours);
        probabilities[image * classes + train.labels[nearest[i]]] += 1 - RANK_WEIGHT * (i % neighbours);
      }
      for (let image = 0; image < count; image++) {
        const row = probabilities.subarray(image * classes, (image + 1) * classes);
        const votes = row.reduce((sum, share) => sum + share, 0);
        row.forEach((share, c) => {
          row[c] = share / votes;
        });
      }
      return probabilities;
    },
    dispose() {
      tf.dispose([known, squares]);
    },
  };
}
