/** From the file of a photograph or scan to a grey page, the right way up. */
import { readPicture } from '../data/containers/pictures';
import { DataError } from '../data/data-error';
import { openSource } from '../data/source-file';
import { type GreyPage, shrinkPage } from './grey-page';

/** Larger pages are made smaller: half of 4,000 x 6,000 still has 9 pixels a millimetre of an A4 page. */
const MOST_PIXELS = 16e6;
/** Smaller pictures hold no page. */
const LEAST_SIDE = 32;

/** @throws DataError for what is no PNG, JPEG, BMP or GIF picture, and for one that is too small. */
export async function readPhotograph(file: string): Promise<GreyPage> {
  const source = await openSource(file);
  checkKind(file, await source.readStart(12));
  const { pixels, width, height, channels } = await readPicture(source);
  const fail = (came: string, cure: string) =>
    new DataError({ file, expected: 'a photograph or scan of a page with writing', came, cure });
  if (Math.min(width, height) < LEAST_SIDE) {
    throw fail(`a picture of ${width} x ${height} pixels`, 'Take it larger: a character needs some 28 pixels.');
  }
  const levels = new Uint8Array(width * height);
  // Colours weigh as in ITU-R BT.601, in 256ths.
  if (channels === 1) for (let p = 0; p < levels.length; p++) levels[p] = pixels[p];
  else {
    for (let p = 0, at = 0; p < levels.length; p++, at += channels) {
      levels[p] = (77 * pixels[at] + 150 * pixels[at + 1] + 29 * pixels[at + 2] + 128) >> 8;
    }
  }
  const factor = Math.ceil(Math.sqrt(levels.length / MOST_PIXELS));
  return factor > 1 ? shrinkPage({ levels, width, height }, factor) : { levels, width, height };
}

/** Says of the kinds that phones, scanners and browsers write beside PNG and JPEG what to do. */
function checkKind(file: string, start: Buffer): void {
  const brand = start.toString('latin1', 4, 12);
  const kind = /^ftyp(hei|hev|mif1|msf1)/.test(brand)
    ? 'HEIC picture, as iPhones take them'
    : /^ftypavi/.test(brand)
      ? 'AVIF picture'
      : start.toString('latin1', 0, 4) === 'RIFF' && start.toString('latin1', 8, 12) === 'WEBP'
        ? 'WebP picture'
        : start.toString('latin1', 0, 4) === '%PDF'
          ? 'PDF'
          : ['II*\0', 'MM\0*'].includes(start.toString('latin1', 0, 4))
            ? 'TIFF picture'
            : undefined;
  if (!kind) return;
  const cure = kind.startsWith('HEIC')
    ? 'Save it as JPEG: on the phone share it as "Most Compatible" (Settings, Camera, Formats takes JPEG from then on), on a ' +
      'Mac open it in Preview and export it.'
    : kind === 'PDF'
      ? 'Scan to PNG or JPEG instead, or export the page as a picture of 300 dots an inch.'
      : 'Open it in any picture program and save it as PNG or JPEG.';
  throw new DataError({ file, expected: 'a PNG, JPEG, BMP or GIF picture', came: `a ${kind}`, cure });
}
