/** A round reads a data set and prepares it for `fit`: uint8 parts, which TensorFlow normalizes batch by batch in the step. */
import { loadDataset, splitDataset } from '../../src';
import { answerRounds, readTask, time } from './rounds';

const { folder, name } = readTask<{ folder: string; name: string }>();

async function prepare() {
  const { train, test } = await loadDataset(name, { directory: folder });
  const parts = splitDataset(train, 0.1);
  return [parts.train, parts.validation, test];
}

async function main(): Promise<void> {
  await prepare();
  await answerRounds({ versions: 'Inkwell' }, async () => {
    const { seconds, value } = await time(prepare);
    return { seconds, images: value.reduce((sum, { size }) => sum + size, 0) };
  });
}

void main();
