/** What is otherwise than a profile wants it, for want of images: a sentence each, as plain text. */
import type { Dataset } from '../../lib/data/dataset';
import { subsetCounts } from '../../lib/data/split';
import { classCounts } from '../../lib/data/statistics';
import type { TrainingCost } from './profiles';

/** Training images as a budget sees them: how many there are, and of which classes. */
export type Labelled = Pick<Dataset, 'size' | 'labels' | 'classNames'>;

/** Classes named in a sentence at most. */
const MOST_NAMES = 5;

/** Of a training that makes up for images with epochs; `what` as in `the search trains for`. */
export function trainingCuts(what: string, wanted: TrainingCost, fitted: TrainingCost): string[] {
  if (fitted.epochs === wanted.epochs) return [];
  return [
    `With ${format(fitted.images)} images instead of ${format(wanted.images)}, ${what} ${format(fitted.epochs)} epochs ` +
      `instead of ${format(wanted.epochs)}.`,
  ];
}

/** Of a cross-validation of a subset of `images`: too few folds, and classes that not all folds can judge or learn. */
export function foldCuts(what: string, train: Labelled, images: number, folds: number, wantedFolds: number): string[] {
  const cuts: string[] = [];
  if (folds < wantedFolds) {
    cuts.push(`The ${what} uses ${folds} folds instead of ${wantedFolds}, since it has ${format(images)} images.`);
  }
  const there = classCounts(train);
  const taken = subsetCounts(there, images);
  const names = (isMeant: (count: number, c: number) => boolean) => train.classNames.filter((_, c) => isMeant(taken[c], c));
  const missing = names((count, c) => count === 0 && there[c] > 0);
  if (missing.length > 0) {
    cuts.push(
      `${list(missing)} ${missing.length === 1 ? 'is' : 'are'} not among the ${format(images)} images of the ${what}, which ` +
        `are too few for ${train.classNames.length} classes.`,
    );
  }
  if (folds === 1) return cuts;
  const few = names((count) => count > 1 && count < folds);
  if (few.length > 0) {
    const most = Math.max(...taken.filter((count) => count < folds));
    cuts.push(
      few.length === 1
        ? `${list(few)} has ${most} of the ${format(images)} images of the ${what}, so ${most} of its ${folds} folds judge it.`
        : `${list(few)} have up to ${most} of the ${format(images)} images of the ${what} each, so not all of its ${folds} ` +
            'folds judge them.',
    );
  }
  const single = names((count) => count === 1);
  if (single.length > 0) {
    const [has, them] = single.length === 1 ? ['has', 'it'] : ['have', 'them'];
    cuts.push(
      `${list(single)} ${has} 1 of the ${format(images)} images of the ${what}${single.length === 1 ? '' : ' each'}: the ` +
        `fold that judges ${them} has not learned ${them}.`,
    );
  }
  return cuts;
}

/** Of training sizes that end below the profile's, or are left out. */
export function sizeCuts(
  model: 'mlp' | 'cnn',
  wanted: readonly number[],
  available: number,
  fitted: { readonly images: number; readonly validationSplit: number; readonly sizes: readonly number[] } | undefined,
): string[] {
  const what = `training sizes of the ${model.toUpperCase()}`;
  if (fitted === undefined) return [`The ${what} are left out, since ${format(available)} images are too few.`];
  const { images, validationSplit, sizes } = fitted;
  const end = sizes[sizes.length - 1];
  if (end === wanted[wanted.length - 1]) return [];
  const held = `${format(100 * validationSplit)} % of ${format(images)}`;
  return [`The ${what} end at ${format(end)} images, since ${held} are held out.`];
}

/** `Class Q`, `Classes Q and R`, `Classes Q, R, S, T, U and 12 others`. */
function list(names: readonly string[]): string {
  if (names.length === 1) return `Class ${names[0]}`;
  const named = names.length > MOST_NAMES + 1 ? names.slice(0, MOST_NAMES) : names.slice(0, -1);
  const last = named.length === names.length - 1 ? names[names.length - 1] : `${format(names.length - MOST_NAMES)} others`;
  return `Classes ${named.join(', ')} and ${last}`;
}

/** `1,234`. */
function format(count: number): string {
  return count.toLocaleString('en-US');
}
