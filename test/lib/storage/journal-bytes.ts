/** The bytes of a journal of these events, by its description alone. */
export function journalBytes(events: readonly unknown[]): Buffer {
  return journalOfTexts(events.map((event) => JSON.stringify(encode(event))));
}

/** The same of events that are text already, JSON or not. */
export function journalOfTexts(texts: readonly string[]): Buffer {
  let checksum = 0;
  const lines = ['{"format":"inkwell journal","version":1}', ...texts].map((text, i) => {
    const rest = `${i + 1} ${text}`;
    checksum = crc32(Buffer.from(rest), checksum);
    return `${checksum.toString(16).padStart(8, '0')} ${rest}\n`;
  });
  return Buffer.from(lines.join(''));
}

function encode(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith('#') ? `#${value}` : value;
  if (typeof value === 'number') {
    if (Object.is(value, -0)) return '#-0';
    return Number.isFinite(value) ? value : `#${value}`;
  }
  if (Array.isArray(value)) return value.map(encode);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, encode(item)]));
}

/** CRC-32 bit by bit (RFC 1952, section 8, has the polynomial). */
function crc32(bytes: Buffer, previous: number): number {
  let crc = ~previous;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
