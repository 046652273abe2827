import type { Tensor } from '../../tensorflow';
import { DataError, FETCH_AGAIN } from '../data-error';
import type { RawImage, RawImages } from '../raw-images';
import type { SourceFile } from '../source-file';
import { readOrientation, turnUpright } from './exif';

/** A scan of an A4 page at 600 dots an inch has 35 million. */
const MOST_PIXELS = 2 ** 26;

/** Ink whose mean level is above is light, where it stands on nothing. */
const LIGHT_INK = 160;

/** Names that pictures have; what they hold is looked at when they are read. */
export const PICTURE_NAME = /\.(?:png|jpe?g|bmp|gif)$/i;

/** Pictures that are decoded when they are asked for, grey or in colour; transparent parts are paper. */
export function picturesOf(files: readonly SourceFile[]): RawImages {
  return { count: files.length, at: (i) => readPicture(files[i]), locate: (i) => files[i].path };
}

/**
 * A picture file: PNG, JPEG, BMP or GIF (its first frame).
 *
 * @throws DataError for other files and damaged ones.
 */
export async function readPicture(file: SourceFile): Promise<RawImage> {
  const bytes = await file.readAll();
  const fail = (came: string, cure = FETCH_AGAIN) =>
    new DataError({ file: file.path, expected: 'a PNG, JPEG, BMP or GIF picture', came, cure });
  const size = pictureSize(bytes);
  if (!size) throw fail(bytes.length === 0 ? 'an empty file' : 'another file', 'Save it as PNG, or take it out of the folder.');
  if (size.width * size.height > MOST_PIXELS || size.width * size.height === 0) {
    throw fail(`one of ${size.width} x ${size.height} pixels`, `Make it smaller: ${MOST_PIXELS} pixels at most.`);
  }
  let decoded: Tensor | undefined;
  // Loaded for a picture alone: processes that only hand out work have no use for TensorFlow.
  const tf = await import('../../tensorflow');
  try {
    decoded = tf.node.decodeImage(bytes, 0, 'int32', false);
    const [height, width, channels] = decoded.shape as [number, number, number];
    const pixels = Uint8Array.from(await decoded.data());
    const isOpaque = channels === 1 || channels === 3;
    const picture = isOpaque ? { pixels, height, width, channels } : flatten(pixels, height, width, channels);
    return turnUpright(picture, readOrientation(bytes));
  } catch (error) {
    throw fail(`a damaged one (${(error as Error).message.split('\n')[0].slice(0, 100)})`);
  } finally {
    decoded?.dispose();
  }
}

/** Lays what is partly transparent on white, light ink on black. Grey with alpha has two channels, colour four. */
function flatten(pixels: Uint8Array, height: number, width: number, channels: number): RawImage {
  const colours = channels - 1;
  const laid = new Uint8Array(height * width * colours);
  let [ink, opaque] = [0, 0];
  for (let p = 0; p < height * width; p++) {
    const alpha = pixels[p * channels + colours];
    opaque += alpha;
    for (let c = 0; c < colours; c++) ink += (alpha * pixels[p * channels + c]) / colours;
  }
  const isSheet = opaque > 0.5 * 255 * height * width;
  const ground = !isSheet && ink > LIGHT_INK * opaque ? 0 : 255;
  for (let p = 0; p < height * width; p++) {
    const alpha = pixels[p * channels + colours] / 255;
    for (let c = 0; c < colours; c++) laid[p * colours + c] = ground + (pixels[p * channels + c] - ground) * alpha;
  }
  return { pixels: laid, height, width, channels: colours };
}

/** Width and height as the header says, before anything is decoded: a small file may announce a picture without end. */
export function pictureSize(bytes: Buffer): { width: number; height: number } | undefined {
  if (bytes.length < 24) return undefined;
  if (bytes.readUInt32BE(0) === 0x89504e47) return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  if (bytes.toString('latin1', 0, 3) === 'GIF') return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
  if (bytes.toString('latin1', 0, 2) === 'BM' && bytes.length >= 26) {
    return { width: Math.abs(bytes.readInt32LE(18)), height: Math.abs(bytes.readInt32LE(22)) };
  }
  if (bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  // JPEG: segments of a marker and a length, until the one that begins a frame.
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}
