/** A round reads a data set from CSV files and prepares it for training. */
import { loadDataset, normalizePixels, splitDataset } from '../../src';
import { answerRounds, readTask, time } from './rounds';

const { folder, name } = readTask<{ folder: string; name: string }>();

async function prepare() {
  const { train, test } = await loadDataset(name, { directory: folder });
  const parts = splitDataset(train, 0.1);
  return [parts.train, parts.validation, test].map((part) => normalizePixels(part.images));
}

async function main(): Promise<void> {
  await prepare();
  await answerRounds({ versions: 'Inkwell' }, async () => {
    const { seconds, value } = await time(prepare);
    return { seconds, images: value.reduce((sum, { length }) => sum + length / 784, 0) };
  });
}

void main();
