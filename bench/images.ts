import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type LoadedDataset, loadDataset } from '../src';

const ROOT = join(__dirname, '..');

/**
 * The data set `name`, from the folder `DATA_DIR`, `data/` or `../shared/data`, the first that holds it; without a name emnist47
 * where one does, else the built-in MNIST.
 */
export async function loadImages(name?: string): Promise<LoadedDataset> {
  const wanted = name ?? 'emnist47';
  const folders = [process.env.DATA_DIR, join(ROOT, 'data'), join(ROOT, '..', 'shared', 'data')];
  const directory = folders.find((folder) => folder && existsSync(join(folder, `${wanted}-train-images-idx3-ubyte.gz`)));
  return directory ? loadDataset(wanted, { directory }) : loadDataset(name ?? 'mnist');
}
