// danfo.js loads tfjs-node itself, so the environment that TensorFlow is to run in must be set before.

import type { DataFrame } from 'danfojs-node';
import { checkDataset } from '../data/check-dataset';
import { type Dataset, type LoadedDataset, PIXELS } from '../data/dataset';
import { classCounts as countClasses } from '../data/statistics';
import type { ClassificationReport } from '../evaluation/classification-report';
import { type ConfusionMatrix, mostConfused as findMostConfused } from '../evaluation/confusion-matrix';
import { mcnemarTest } from '../evaluation/mcnemar';
import { compareModels, type EvaluatedModel } from '../evaluation/model-comparison';
import * as tf from '../tensorflow';
import type { History } from '../training/history';
import type { TrainingRecord } from '../training/save-model';
import { frame } from './libraries';
import { distinctColumnName, round, roundOrBlank, shorten } from './table-cells';

export { bestTrials } from './best-trials';
export * from './error-tables';
export { calibration, pairedComparison, scores, spreadOverSeeds } from './evaluation-tables';
export * from './experiment-tables';
export { modelSummary } from './model-summary';
export { publishedResults } from './published-results';
export * from './search-tables';
export * from './trial-tables';

/** Parts of a data set by name: `{ training: train, test }`. */
type Parts = Readonly<Record<string, Dataset>>;

/** One line for each file that the data set was read from. */
export function datasetFiles(loaded: LoadedDataset): DataFrame {
  return frame(
    loaded.files.map(({ path, part, content, count, bytes }) => ({
      file: path,
      part,
      content,
      count,
      MB: round(bytes / 1e6, 3),
    })),
  );
}

/** The first images as rows: label, class, and eight pixels of the middle row, where most images have ink. */
export function firstRows(dataset: Dataset, count = 5): DataFrame {
  checkDataset(dataset);
  const columns = Array.from({ length: 8 }, (_, i) => 14 * 28 + 10 + i);
  return frame(
    Array.from({ length: Math.min(count, dataset.size) }, (_, i) => ({
      label: dataset.labels[i],
      class: dataset.classNames[dataset.labels[i]],
      ...Object.fromEntries(columns.map((p) => [`pixel ${p}`, dataset.images[i * PIXELS + p]])),
    })),
  );
}

/** Grey levels of each part: mean, standard deviation, least, greatest, and the share of pixels with any ink. */
export function pixelSummary(parts: Parts): DataFrame {
  return frame(
    Object.entries(parts).map(([part, { images, size }]) => {
      let sum = 0;
      let squares = 0;
      let min = 255;
      let max = 0;
      let ink = 0;
      for (const level of images) {
        sum += level;
        squares += level * level;
        if (level < min) min = level;
        if (level > max) max = level;
        if (level > 0) ink++;
      }
      const mean = sum / images.length;
      const std = Math.sqrt(squares / images.length - mean ** 2);
      return { part, images: size, mean: round(mean, 2), std: round(std, 2), min, max, 'ink share': round(ink / images.length) };
    }),
  );
}

/** Images of each class, one column for each part. */
export function classCounts(parts: Parts): DataFrame {
  const counts = Object.entries(parts).map(([name, dataset]) => [name, countClasses(dataset)] as const);
  const classNames = Object.values(parts)[0].classNames;
  return frame(
    classNames.map((name, c) => ({ class: name, ...Object.fromEntries(counts.map(([part, count]) => [part, count[c]])) })),
  );
}

/** A training run, one epoch a row, with what callbacks measured. */
export function history(run: History): DataFrame {
  const metrics = [...new Set(run.epochs.flatMap((record) => Object.keys(record.metrics ?? {})))];
  return frame(
    run.epochs.map((record) => ({
      epoch: record.epoch,
      loss: round(record.loss),
      accuracy: round(record.accuracy),
      ...(record.valLoss === undefined ? {} : { valLoss: round(record.valLoss) }),
      ...(record.valAccuracy === undefined ? {} : { valAccuracy: round(record.valAccuracy) }),
      ...Object.fromEntries(
        metrics.map((name) => [distinctColumnName(name, 'metric', EPOCH_COLUMNS), roundOrBlank(record.metrics?.[name])]),
      ),
      learningRate: shorten(record.learningRate),
      seconds: round(record.seconds, 1),
    })),
  );
}

const EPOCH_COLUMNS = ['epoch', 'loss', 'accuracy', 'valLoss', 'valAccuracy', 'learningRate', 'seconds'];

/** How saved models came about, one model a row; accuracies are those of the last epoch. */
export function trainingRecords(records: readonly TrainingRecord[]): DataFrame {
  return frame(
    records.map(({ name, dataset, profile, history: run }) => {
      const last = run.epochs[run.epochs.length - 1];
      return {
        model: name,
        'trained on': dataset,
        profile: profile ?? null,
        images: run.trainSize,
        epochs: run.epochs.length,
        'batch size': run.batchSize,
        'training accuracy': round(last.accuracy),
        valAccuracy: last.valAccuracy === undefined ? null : round(last.valAccuracy),
        seconds: round(run.seconds, 1),
      };
    }),
  );
}

/** The report as scikit-learn prints it: the classes, then accuracy, macro average and weighted average. */
export function classificationReport(report: ClassificationReport): DataFrame {
  const { classes, accuracy, macro, weighted, support } = report;
  const lines = [
    ...classes,
    { className: 'accuracy', precision: null, recall: null, f1: accuracy, support },
    { className: 'macro avg', ...macro, support },
    { className: 'weighted avg', ...weighted, support },
  ];
  return frame(
    lines.map((line) => ({
      class: line.className,
      precision: line.precision === null ? null : round(line.precision),
      recall: line.recall === null ? null : round(line.recall),
      f1: round(line.f1),
      support: line.support,
    })),
  );
}

/** The most frequent mistakes: which class was taken for which, how often, and for what share of its images. */
export function mostConfused(matrix: ConfusionMatrix, count = 10): DataFrame {
  return frame(
    findMostConfused(matrix, count).map(({ trueClass, predictedClass, count: images, share }) => ({
      true: trueClass,
      predicted: predictedClass,
      images,
      share: round(share),
    })),
  );
}

/** Models side by side, with the 95 % interval of the accuracy (Wilson). */
export function modelComparison(models: readonly EvaluatedModel[]): DataFrame {
  return frame(
    compareModels(models).map((scores) => ({
      model: scores.name,
      accuracy: round(scores.accuracy),
      'from (95 %)': round(scores.interval.low),
      'to (95 %)': round(scores.interval.high),
      mistakes: scores.mistakes,
      loss: round(scores.loss),
      'macro F1': round(scores.macroF1),
      seconds: round(scores.seconds, 1),
    })),
  );
}

/** How often both models were right, only the one, only the other, or neither: rows the first model, columns the second. */
export function agreement([first, second]: readonly [EvaluatedModel, EvaluatedModel]): DataFrame {
  const { both, onlyFirst, onlySecond, neither } = mcnemarTest(first.predictions, second.predictions);
  const counts = [
    [both, onlyFirst],
    [onlySecond, neither],
  ];
  return frame(
    counts.map(([right, wrong], i) => ({
      '': `${first.name} ${i === 0 ? 'right' : 'wrong'}`,
      [`${second.name} right`]: right,
      [`${second.name} wrong`]: wrong,
    })),
  );
}

/** Shape, type, least and greatest value of tensors, by name. They stay with their owner. */
export function tensors(named: Readonly<Record<string, tf.Tensor>>): DataFrame {
  return frame(
    Object.entries(named).map(([what, tensor]) =>
      tf.tidy(() => ({
        what,
        shape: `[${tensor.shape.join(', ')}]`,
        type: tensor.dtype,
        min: round(tensor.min().dataSync()[0]),
        max: round(tensor.max().dataSync()[0]),
      })),
    ),
  );
}
