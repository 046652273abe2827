/** A round trains a preset with each of some seeds, as far as it is not trained yet, and evaluates the models as one. */
import { join } from 'node:path';
import * as tf from '../../lib/tensorflow';
import { evaluate, fit, PRESETS, type Preset } from '../../src';
import { type AccuracyMeasurement, type AccuracyRun, TEST_TIME_AUGMENTATION } from '../accuracy-results';
import { loadImages } from '../images';
import { answerRounds, readTask, sayProgress } from './rounds';

/** The folder `backups` keeps each training, to be taken up after its last finished epoch or to be read when it has ended. */
const { dataset, preset, epochs, seeds, testTimeAugmentation, backups } = readTask<AccuracyRun & { backups: string }>();

async function main(): Promise<void> {
  // Nobody is left to take the result; the backup has what was trained.
  process.stdin.once('end', () => process.exit(1));
  const { train, test } = await loadImages(dataset);
  const { build } = PRESETS.find(({ name }) => name === preset) as Preset;
  await answerRounds({ versions: 'Inkwell' }, async (): Promise<AccuracyMeasurement> => {
    const models: tf.LayersModel[] = [];
    let trainingSeconds = 0;
    let trained = false;
    for (const seed of seeds) {
      const model = build({ classNames: train.classNames, seed });
      const { history } = await fit(model, train, {
        epochs,
        seed,
        title: null,
        backup: join(backups, `${preset}-${epochs}-epochs-seed-${seed}`),
        callbacks: [
          {
            onEpochEnd({ epoch, loss, accuracy, seconds }) {
              trained = true;
              const measured = `loss ${loss.toFixed(3)}, accuracy ${(100 * accuracy).toFixed(1)} %`;
              sayProgress(`epoch ${epoch} of ${epochs}: ${measured}, ${seconds.toFixed(0)} s`);
            },
          },
        ],
      });
      trainingSeconds += history.seconds;
      models.push(model);
    }
    const predictions = await evaluate(models, test, { augmentation: testTimeAugmentation ? TEST_TIME_AUGMENTATION : undefined });
    const weights = models.flatMap(({ trainableWeights }) => trainableWeights);
    return {
      accuracy: predictions.accuracy,
      loss: predictions.loss,
      trainingSeconds,
      evaluationSeconds: predictions.seconds,
      weights: weights.reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape as number[]), 0),
      // Node gives kibibytes.
      peakMegabytes: trained ? (process.resourceUsage().maxRSS * 1024) / 1e6 : null,
    };
  });
}

void main();
