import { escapeMarkdown } from '../base/markdown';
import type { Html, Markdown } from '../base/media';
import { checkSameImages, type EvaluatedModel } from '../evaluation/model-comparison';
import { renderTable } from './table-view';

/** A test accuracy on EMNIST Balanced that others report. */
interface PublishedResult {
  readonly model: string;
  /** Share of the 18,800 test images classified rightly. */
  readonly accuracy: number;
  /** Undefined where it is not known. */
  readonly year?: number;
  readonly source: string;
}

const EMNIST = 'Cohen et al., EMNIST, arXiv:1702.05373';
const EARLIER = 'an earlier KerasTuner project: the presets seedMlp and seedCnn';

const PUBLISHED: readonly PublishedResult[] = [
  { model: 'linear classifier', accuracy: 0.5093, year: 2017, source: EMNIST },
  { model: 'OPIUM', accuracy: 0.7802, year: 2017, source: EMNIST },
  { model: 'MLP in Keras', accuracy: 0.7899, source: EARLIER },
  { model: 'CNN in Keras', accuracy: 0.872, source: EARLIER },
  { model: 'TextCaps', accuracy: 0.9046, year: 2019, source: 'Jayasundara et al., arXiv:1904.08095' },
  { model: 'VGG-5 (Spinal FC)', accuracy: 0.9105, year: 2020, source: 'Kabir et al., SpinalNet, arXiv:2007.03347' },
  { model: 'WaveMixLite', accuracy: 0.9106, year: 2022, source: 'Jeevan et al., WaveMix, arXiv:2205.14375' },
];

const NAME = 'emnist-balanced';
const TEST_IMAGES = 18800;

/**
 * The models among the published results on EMNIST Balanced, the lowest accuracy first, where they were judged on all its
 * 18,800 test images; on other data the sentence that says why they cannot be compared.
 *
 * @param dataset Name of the data set: `emnist-balanced` is the official one.
 * @throws RangeError where the models were not asked about the same images.
 */
export function publishedResults(dataset: string, models: readonly EvaluatedModel[]): Html | Markdown {
  checkSameImages(models);
  const size = models[0]?.predictions.size;
  if (dataset !== NAME || size !== TEST_IMAGES) {
    const images = size === undefined ? '' : `, ${size.toLocaleString('en-US')} test images`;
    return {
      markdown:
        `This run judged its models on **${escapeMarkdown(dataset)}**${images}. The results that others publish are about the ` +
        'official EMNIST Balanced, with its own 18,800 test images: accuracies on different images cannot be compared, since ' +
        'some sets are easier than others. `npm run data` gets the official one.',
    };
  }
  const rows: readonly PublishedResult[] = [
    ...models.map(({ name, predictions: { accuracy } }) => ({ model: name, accuracy, source: 'this run' })),
    ...PUBLISHED,
  ];
  const column = (name: string, read: (row: PublishedResult) => unknown) => ({ name, values: rows.map(read) });
  return renderTable(
    {
      columns: [
        column('model', ({ model }) => model),
        column('test accuracy', ({ accuracy }) => accuracy),
        column('year', ({ year }) => year ?? null),
        column('source', ({ source }) => source),
      ],
      size: rows.length,
    },
    { maxRows: rows.length, ascending: 'test accuracy' },
  );
}
