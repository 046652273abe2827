/** The one place that says what the pixels of a data set are: range, polarity, orientation and size, measured on the images. */
import { formatCount, formatPercent } from '../base/words';
import { type DataWarning, IMAGE_SIZE, PIXELS } from './dataset';
import { fitCharacter, fitWhole, type GreyImage } from './fit-character';
import { checkRanges, measureRange } from './grey-range';
import { unlikeNeighbours } from './image-neighbours';
import { checkOrientations, measureOrientation } from './image-orientation';
import { transposeImages } from './pixels';
import type { RawImage, RawImages } from './raw-images';

/** What is measured unless it is said. */
export interface FormOptions {
  /** Whether ink is light on dark, as in MNIST, or dark on light, as on paper; it comes out light on dark. Default: measured. */
  readonly polarity?: 'lightOnDark' | 'darkOnLight';
  /** Whether rows and columns are swapped, as in EMNIST's files; images come out upright. Default: measured. */
  readonly orientation?: 'upright' | 'transposed';
  /** The levels that become 0 and 255. Default: measured. */
  readonly scale?: readonly [low: number, high: number];
}

/** What the images of a data set are, all parts alike. */
export interface ImageForm {
  readonly low: number;
  readonly high: number;
  /** Whether ink is light on dark in all images, dark on light in all, or one or the other in each. */
  readonly polarity: 'lightOnDark' | 'darkOnLight' | 'each';
  readonly isTransposed: boolean;
  /** Whether the images are writing on an even ground, which is cut out where they have another size. */
  readonly isWriting: boolean;
  /** What was decided and on what evidence: a sentence each. */
  readonly notes: readonly string[];
  readonly oddities: readonly DataWarning[];
}

/** Of a part of a data set, with the file for errors. */
export interface FormPart {
  readonly images: RawImages;
  readonly file: string;
}

/** So many images are looked at, evenly over all. */
const SAMPLE = 400;
const PICTURE_SAMPLE = 200;
/** Where fewer of the images are the other way round, they are odd ones, such as a shirt that fills its image. */
const MIXED = 0.05;

/** What an image stands on, where that is even. */
type Ground = 'dark' | 'light' | undefined;
/** @throws RangeError for options that are none; DataError for pixels that are no numbers. */
export async function measureForm(name: string, parts: readonly FormPart[], options: FormOptions = {}): Promise<ImageForm> {
  checkOptions(options);
  const range = options.scale ? { low: options.scale[0], high: options.scale[1], note: undefined } : measureRange(parts);
  if (!options.scale) checkRanges(parts, range);
  const notes = range.note ? [range.note] : [];
  const samples = await takeSamples(parts, range);
  const sample = samples.flat();
  const grounds = sample.map(measureGround);
  const polarity = options.polarity ?? measurePolarity(grounds, notes);
  const even = polarity === 'each' ? ['dark', 'light'] : [polarity === 'darkOnLight' ? 'light' : 'dark'];
  const isWriting = grounds.filter((ground) => even.includes(ground ?? '')).length > 0.5 * grounds.length;
  const turned = samples.map((each) => each.map((image) => (isDarkOnLight(image, polarity) ? negative(image) : image)));
  const orientation = measureOrientation(name, turned.flat(), isWriting);
  if (!options.orientation && isWriting) {
    checkOrientations(
      name,
      parts.map(({ file }, i) => ({ file, sample: turned[i] })),
    );
  }
  const isTransposed = options.orientation ? options.orientation === 'transposed' : orientation.isTransposed;
  if (!options.orientation && orientation.note) notes.push(orientation.note);
  if (parts.some(({ images }) => (images.shape?.channels ?? 1) > 1)) notes.push('Colour is brought to grey.');
  const sizes = [...new Set(sample.map(({ height, width }) => `${height} x ${width}`))];
  if (sizes.some((size) => size !== `${IMAGE_SIZE} x ${IMAGE_SIZE}`)) {
    const how = isWriting
      ? 'the ink is cut out, centred and fitted, as in EMNIST'
      : 'the whole image is fitted, since no even ground was found';
    notes.push(`Images of ${sizes.length > 3 ? `${sizes.length} sizes` : sizes.join(', ')} are brought to 28 x 28: ${how}.`);
  }
  const oddities = unlikeNeighbours(parts[0].file, sample);
  return { low: range.low, high: range.high, polarity, isTransposed, isWriting, notes, oddities };
}

/** Of all images alike, unless some are one way and some the other and nearly each is plainly one of them. */
function measurePolarity(grounds: readonly Ground[], notes: string[]): ImageForm['polarity'] {
  const share = (kind: Ground) => grounds.filter((ground) => ground === kind).length / grounds.length;
  const [dark, light] = [share('dark'), share('light')];
  const found = `${formatPercent(light)} of ${formatCount(grounds.length)} images are dark on light`;
  if (dark + light > 0.9 && Math.min(dark, light) > MIXED) {
    notes.push(`${found}, the others light on dark: each is turned to light on dark by itself.`);
    return 'each';
  }
  if (light <= 0.5) return 'lightOnDark';
  notes.push(`${found}, as on paper: they are turned to light on dark. \`polarity: 'lightOnDark'\` leaves them.`);
  return 'darkOnLight';
}

function isDarkOnLight(image: GreyImage, polarity: ImageForm['polarity']): boolean {
  return polarity === 'each' ? frameLevel(image) >= 128 : polarity === 'darkOnLight';
}

/** The images in Inkwell's form, `[n, 28, 28]` uint8, upright, 0 paper and 255 ink; bytes are changed in place. */
export async function bringToForm(images: RawImages, form: ImageForm): Promise<Uint8Array> {
  const { all, shape } = images;
  if (shape?.height === IMAGE_SIZE && shape.width === IMAGE_SIZE && shape.channels === 1 && all) {
    const levels = all instanceof Uint8Array && form.low === 0 && form.high === 255 ? all : scaleAll(all, form);
    for (let start = 0; form.polarity !== 'lightOnDark' && start < levels.length; start += PIXELS) {
      const image = levels.subarray(start, start + PIXELS);
      if (!isDarkOnLight({ levels: image, height: IMAGE_SIZE, width: IMAGE_SIZE }, form.polarity)) continue;
      for (let p = 0; p < PIXELS; p++) image[p] = 255 - image[p];
    }
    return form.isTransposed ? transposeImages(levels) : levels;
  }
  const brought = new Uint8Array(images.count * PIXELS);
  for (let i = 0; i < images.count; i++) {
    const grey = toGrey(await images.at(i), form);
    const ink = isDarkOnLight(grey, form.polarity) ? inverted(grey) : grey;
    const isSize = ink.height === IMAGE_SIZE && ink.width === IMAGE_SIZE;
    brought.set(
      isSize ? Uint8Array.from(ink.levels, Math.round) : form.isWriting ? fitCharacter(ink) : fitWhole(ink),
      i * PIXELS,
    );
  }
  return form.isTransposed ? transposeImages(brought) : brought;
}

function scaleAll(values: ArrayLike<number>, { low, high }: ImageForm): Uint8Array {
  const factor = 255 / (high - low);
  const levels = new Uint8Array(values.length);
  for (let i = 0; i < levels.length; i++) levels[i] = Math.max(0, Math.min(255, Math.round((values[i] - low) * factor)));
  return levels;
}

/** One channel from 0 to 255, the file's own bytes where they are that. Colours weigh as in ITU-R BT.601, as commonly. */
function toGrey(
  { pixels, height, width, channels }: RawImage,
  { low, high }: { readonly low: number; readonly high: number },
): GreyImage {
  if (pixels instanceof Uint8Array && channels === 1 && low === 0 && high === 255) return { levels: pixels, height, width };
  const factor = 255 / (high - low);
  const levels = new Float32Array(height * width);
  for (let p = 0; p < levels.length; p++) {
    const at = p * channels;
    const value = channels < 3 ? pixels[at] : 0.299 * pixels[at] + 0.587 * pixels[at + 1] + 0.114 * pixels[at + 2];
    levels[p] = Math.max(0, Math.min(255, (value - low) * factor));
  }
  return { levels, height, width };
}

/** Dark on light turned; the paper, which in a scan is not quite white, becomes 0. */
function inverted({ levels, height, width }: GreyImage): GreyImage {
  const paper = height === IMAGE_SIZE && width === IMAGE_SIZE ? 255 : Math.max(1, frameLevel({ levels, height, width }));
  // Unevenness and shadows of paper stay below a tenth of its level.
  const floor = paper === 255 ? 0 : 0.1;
  return {
    levels: Float32Array.from(levels, (level) => 255 * Math.max(0, Math.min(1, (1 - level / paper - floor) / (1 - floor)))),
    height,
    width,
  };
}

/** Light and dark exchanged, without a look at the paper. */
function negative({ levels, height, width }: GreyImage): GreyImage {
  return { levels: Float32Array.from(levels, (level) => 255 - level), height, width };
}

/** Images of each part. */
async function takeSamples(
  parts: readonly FormPart[],
  range: { readonly low: number; readonly high: number },
): Promise<GreyImage[][]> {
  const total = parts.reduce((sum, { images }) => sum + images.count, 0);
  const wanted = parts.every(({ images }) => images.all) ? SAMPLE : PICTURE_SAMPLE;
  const samples: GreyImage[][] = [];
  for (const { images } of parts) {
    const sample: GreyImage[] = [];
    samples.push(sample);
    const share = Math.max(1, Math.round((wanted * images.count) / total));
    const step = Math.max(1, images.count / share);
    for (let i = 0; i < images.count; i += step) sample.push(toGrey(await images.at(Math.floor(i)), range));
  }
  return samples;
}

/** Whether the ground, which the frame of an image shows and most of it is, is dark or light; photographs have neither. */
function measureGround(image: GreyImage): Ground {
  const ground = frameLevel(image);
  const { levels } = image;
  let near = 0;
  for (let p = 0; p < levels.length; p++) if (Math.abs(levels[p] - ground) < 32) near++;
  if (near < 0.5 * levels.length) return undefined;
  if (ground <= 64) return 'dark';
  return ground >= 150 ? 'light' : undefined;
}

/** The median of the outermost pixels, a whole level. */
function frameLevel({ levels, height, width }: GreyImage): number {
  const counts = new Uint32Array(256);
  const count = (p: number) => void counts[Math.round(levels[p])]++;
  for (let x = 0; x < width; x++) {
    count(x);
    count((height - 1) * width + x);
  }
  for (let y = 0; y < height; y++) {
    count(y * width);
    count((y + 1) * width - 1);
  }
  let level = 0;
  for (let below = counts[0]; below <= height + width; below += counts[++level]);
  return level;
}

function checkOptions({ polarity, orientation, scale }: FormOptions): void {
  if (polarity !== undefined && polarity !== 'lightOnDark' && polarity !== 'darkOnLight') {
    throw new RangeError(`polarity must be 'lightOnDark' or 'darkOnLight', but got ${JSON.stringify(polarity)}.`);
  }
  if (orientation !== undefined && orientation !== 'upright' && orientation !== 'transposed') {
    throw new RangeError(`orientation must be 'upright' or 'transposed', but got ${JSON.stringify(orientation)}.`);
  }
  if (scale !== undefined && !(scale.length === 2 && scale.every(Number.isFinite) && scale[0] < scale[1])) {
    throw new RangeError(`scale must be two numbers, the lower first, such as [0, 16], but got ${JSON.stringify(scale)}.`);
  }
}
