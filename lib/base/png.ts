import { crc32, deflateSync } from 'node:zlib';

/**
 * A PNG of grey levels, `[height, width]` row by row, 0 black to 255 white; with a `palette` their colours, red, green and blue
 * of 0 to 255 for each level from 0 on.
 *
 * "Portable Network Graphics (PNG) Specification", W3C, third edition, sections 5 and 11.2.
 */
export function encodePng(levels: Uint8Array, width: number, palette?: Uint8Array): Buffer {
  const height = levels.length / width;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits, grey or of a palette; compression, filter and interlace have one common value each, 0.
  header[8] = 8;
  header[9] = palette ? 3 : 0;
  // Each row begins with its filter: 0, none.
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++) rows.set(levels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    ...(palette ? [chunk('PLTE', Buffer.from(palette))] : []),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(content));
  return Buffer.concat([length, content, checksum]);
}
