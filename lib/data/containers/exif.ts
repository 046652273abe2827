/** How a camera was held: phones write a JPEG as the sensor lies, and a note which way is up (Exif 2.32, tag 0x0112). */
import type { RawImage } from '../raw-images';

const [APP1, START_OF_SCAN, ORIENTATION] = [0xe1, 0xda, 0x0112];

/** Exif's orientation of a JPEG, 1 to 8; 1, upright, for other pictures and those that do not say. */
export function readOrientation(bytes: Buffer): number {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return 1;
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== START_OF_SCAN; ) {
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    const isExif = bytes[at + 1] === APP1 && bytes.toString('latin1', at + 4, at + 10) === 'Exif\0\0';
    if (isExif) return orientationOf(bytes.subarray(at + 10, end));
    at = end;
  }
  return 1;
}

/** Of a TIFF header: order of bytes, 42, where the first directory is; its entries have 12 bytes: tag, type, count, value. */
function orientationOf(tiff: Buffer): number {
  if (tiff.length < 8) return 1;
  const isLittle = tiff.toString('latin1', 0, 2) === 'II';
  const short = (at: number) => (at + 2 > tiff.length ? 0 : isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const directory = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  for (let entry = 0; entry < short(directory); entry++) {
    const at = directory + 2 + 12 * entry;
    if (short(at) !== ORIENTATION) continue;
    const value = short(at + 8);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** The picture as it is to be looked at. */
export function turnUpright(picture: RawImage, orientation: number): RawImage {
  if (orientation === 1) return picture;
  const { pixels, height, width, channels } = picture;
  const isSwapped = orientation >= 5;
  const [rows, columns] = isSwapped ? [width, height] : [height, width];
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  const turned = new Uint8Array(pixels.length);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const [ownY, ownX] = isSwapped ? [x, y] : [y, x];
      const from = (fromBottom ? height - 1 - ownY : ownY) * width + (fromRight ? width - 1 - ownX : ownX);
      for (let c = 0; c < channels; c++) turned[(y * columns + x) * channels + c] = pixels[from * channels + c];
    }
  }
  return { pixels: turned, height: rows, width: columns, channels };
}
