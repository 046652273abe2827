/** The fast way through the CSV files that most people have: a label, 784 grey levels, digits and commas alone. */
import { PIXELS } from '../dataset';

/** Images and labels while they are read: room for more, of which the first `count` are filled. */
export interface Rows {
  images: Uint8Array;
  labels: Uint8Array;
  count: number;
}

/** Handwriting is mostly background: these bytes, compared as one double, pass over four pixels of it at once. */
const FOUR_ZEROS = Buffer.from('0,0,0,0,').readDoubleLE();
/** So many bytes the parser may read at once, wherever a field begins. */
export const WIDE = 8;

/** Room for rows, the first of them as in `filled`. Memory that was never written to takes no place. */
export function allocateRows(room: number, filled?: Rows): Rows {
  const images = new Uint8Array(room * PIXELS);
  const labels = new Uint8Array(room);
  if (filled) {
    images.set(filled.images);
    labels.set(filled.labels);
  }
  return { images, labels, count: filled?.count ?? 0 };
}

/**
 * Appends rows to `rows` and returns where it stopped: at `end`, where `rows` is full, or at
 * the start of the first line that is no row. The bytes before `end` are whole lines, and `WIDE` more follow them, which may
 * be anything.
 *
 * It reads several bytes at once and branches little, since a processor mostly waits here for what it did not foresee.
 */
export function parseRows(bytes: Buffer, start: number, end: number, rows: Rows): number {
  const { images, labels } = rows;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // Constants of the function, as those of a module cost the inner loop its speed. XOR with '0' makes the digits' bytes 0 to 9
  // and all other bytes more.
  const pixels = PIXELS;
  const fourZeros = FOUR_ZEROS;
  const zero = 0x30;
  const fourTimesZero = 0x30303030;
  const comma = 0x2c ^ zero;
  const lineFeed = 0x0a ^ zero;
  const carriageReturn = 0x0d ^ zero;
  let { count } = rows;
  while (start < end && count < labels.length) {
    const place = count * pixels;
    let at = start;
    // The label is pixel -1. It is 0 where zeros are passed over, as is each pixel that nothing was written to.
    let label = 0;
    let pixel = -1;
    let next = comma;
    while (next === comma) {
      while (view.getFloat64(at, true) === fourZeros) {
        at += 8;
        pixel += 4;
      }
      // One to three digits and what follows them, first byte lowest. Bit 4 is set in digits, not in commas and line ends.
      const word = view.getInt32(at, true);
      const second = (word >>> 12) & 1;
      const moreDigits = second + (second & (word >>> 20));
      // The digits' values from byte 2 downwards, 0 before the first, and what follows them in byte 3.
      const digits = (word ^ fourTimesZero) << (16 - 8 * moreDigits);
      const value = (digits & 255) * 100 + ((digits >>> 8) & 255) * 10 + ((digits >>> 16) & 255);
      const isNumber = ((digits | (digits + 0x060606)) & 0xf0f0f0) === 0 && value <= 255;
      if (!isNumber || pixel >= pixels) break;
      if (pixel < 0) label = value;
      else images[place + pixel] = value;
      pixel++;
      next = digits >>> 24;
      at += 2 + moreDigits;
    }
    if (next === carriageReturn) next = bytes[at++] ^ zero;
    if (pixel !== pixels || next !== lineFeed) break;
    labels[count++] = label;
    start = at;
  }
  rows.count = count;
  return start;
}
