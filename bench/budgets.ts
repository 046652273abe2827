import { type Dataset, searchBudget } from '../src';

/** What a search shows its trials, and how long the winner is trained on all images. */
export interface SearchSize {
  /** Training images of the search, a stratified subset. */
  readonly images: number;
  readonly folds: number;
  /** Epochs of a whole trial. */
  readonly epochs: number;
  /** Epochs on all training images. */
  readonly trainEpochs: number;
}

/** The quick profile's for these training images, as it is now. */
export function quickSize(model: 'mlp' | 'cnn', train: Dataset): SearchSize {
  const { searchImages, folds, searchEpochs, epochs } = searchBudget(model, 'quick', train);
  return { images: searchImages, folds, epochs: searchEpochs, trainEpochs: epochs };
}
