import type { LoadedDataset } from '../../lib/data/dataset';
import { takeSubset } from '../../lib/data/split';
import type { EvaluatedModel } from '../../lib/evaluation/model-comparison';
import type * as tf from '../../lib/tensorflow';
import { evaluate } from '../../lib/training/evaluate';
import { fit } from '../../lib/training/fit';
import { nearestNeighbours } from '../../lib/training/nearest-neighbours';
import { loadModel, saveModel } from '../../lib/training/save-model';
import { quickCnn } from '../models/presets';
import { modelDirectory } from './folders';
import { type Profile, REFERENCES } from './profiles';

const NEIGHBOURS = 3;

/**
 * What no search touched, judged on the test images, beside which its winners stand: 3 nearest neighbours, which are no network,
 * and the preset `quickCnn`, trained for the epochs of the profile and kept in `runs` for the next time.
 */
export async function judgeReferences(
  { name, train, test }: LoadedDataset,
  { profile, seed }: { readonly profile: Profile; readonly seed: number },
): Promise<EvaluatedModel[]> {
  const known = takeSubset(train, Math.min(REFERENCES[profile].neighbourImages, train.size), seed);
  const neighbours = Math.min(NEIGHBOURS, known.size);
  const voted = await nearestNeighbours(known, test, { neighbours });
  const images = known.size.toLocaleString('en-US');
  const model = await preset(name, train, profile, seed);
  const predictions = await evaluate(model, test);
  model.dispose();
  return [
    { name: `${neighbours} nearest of ${images} images`, predictions: voted },
    { name: `preset ${quickCnn.name}`, predictions },
  ];
}

/** The trained preset: that of an earlier run with the same images, epochs and seed where it is there. */
async function preset(name: string, train: LoadedDataset['train'], profile: Profile, seed: number): Promise<tf.LayersModel> {
  const directory = modelDirectory(name, profile, quickCnn.name);
  const { images, epochs } = REFERENCES[profile].preset;
  const taken = takeSubset(train, Math.min(images, train.size), seed);
  const saved = await loadModel(directory).catch(() => undefined);
  if (saved !== undefined) {
    const { trainSize, epochs: trained, seed: drawn } = saved.record.history;
    if (trainSize === taken.size && trained.length === epochs && drawn === seed) return saved.model;
    saved.model.dispose();
  }
  const { classNames } = train;
  const title = `Training ${quickCnn.name}`;
  const { model, history } = await fit(quickCnn.build({ classNames, seed }), taken, { epochs, seed, title });
  await saveModel(model, directory, { name: quickCnn.name, hyperparameters: {}, history, dataset: name, classNames, profile });
  return model;
}
