import { DataError } from '../data-error';
import type { RawImages, RawLabels } from '../raw-images';
import { bytesSource, type SourceFile } from '../source-file';
import { picturesOf } from './pictures';

/** What a Parquet file of a data hub holds. */
export interface ParquetImages {
  readonly images: RawImages;
  readonly labels?: RawLabels;
  readonly classNames?: ReadonlyMap<number, string>;
}

const IMAGE_NAME = /^(?:image|img|picture|png|jpe?g)s?$/i;
const LABEL_NAME = /^(?:label|class|target|digit|character|letter|fine_label|y)$/i;

export function isParquet(start: Buffer): boolean {
  return start.toString('latin1', 0, 4) === 'PAR1';
}

/**
 * The pictures of a Parquet file as data hubs keep them: a column of encoded pictures (`image.bytes`, or bytes alone) and one of
 * labels; the names of the classes from the hub's own note in the file.
 *
 * @throws DataError for a file without a column of pictures, and for a damaged one.
 */
export async function readParquet(file: SourceFile): Promise<ParquetImages> {
  const { parquetMetadataAsync, parquetReadObjects } = await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  const bytes = await file.readAll();
  const buffer = new Uint8Array(bytes).buffer;
  const fail = (expected: string, came: string, cure: string) => new DataError({ file: file.path, expected, came, cure });
  let rows: Record<string, unknown>[];
  let note: string | undefined;
  try {
    const metadata = await parquetMetadataAsync(buffer);
    note = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value;
    rows = await parquetReadObjects({ file: buffer, metadata, compressors, utf8: false });
  } catch (error) {
    throw fail('a whole Parquet file', `a damaged one (${(error as Error).message})`, 'Get it again from its source.');
  }
  const columns = Object.keys(rows[0] ?? {});
  const image =
    columns.find((name) => IMAGE_NAME.test(name) && pictureBytes(rows[0][name])) ??
    columns.find((name) => pictureBytes(rows[0][name]));
  if (image === undefined) {
    throw fail(
      'a column of pictures, encoded as PNG or JPEG',
      columns.length > 8 ? `${columns.slice(0, 7).join(', ')} and ${columns.length - 7} others` : columns.join(', ') || 'no rows',
      "Other Parquet files cannot be read: in Python, `pandas.read_parquet('x.parquet').to_csv('x.csv', index=False)` saves " +
        'columns of numbers so that they can.',
    );
  }
  const label =
    columns.find((name) => LABEL_NAME.test(name)) ??
    columns.find((name) => name !== image && typeof plain(rows[0][name]) === 'number');
  const pictures = rows.map((row, i) => {
    const picture = pictureBytes(row[image]);
    if (!picture) throw fail(`a picture in each row`, `none in row ${i + 1}`, 'Leave the row out.');
    return bytesSource(`${file.path}, row ${i + 1}`, picture);
  });
  if (label === undefined) return { images: picturesOf(pictures) };
  const values = rows.map((row) => plain(row[label]));
  return {
    images: picturesOf(pictures),
    labels: {
      values: values.every((value) => typeof value === 'number') ? Float64Array.from(values as number[]) : values.map(String),
      locate: (i) => `row ${i + 1}`,
    },
    classNames: note === undefined ? undefined : namesInNote(note, label),
  };
}

function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value;
}

function pictureBytes(value: unknown): Uint8Array | undefined {
  const bytes = value instanceof Uint8Array ? value : (value as { bytes?: unknown } | null)?.bytes;
  return bytes instanceof Uint8Array ? bytes : undefined;
}

/** `{"info": {"features": {"label": {"names": ["zero", ...], "_type": "ClassLabel"}}}}` */
function namesInNote(note: string, label: string): ReadonlyMap<number, string> | undefined {
  try {
    const names = JSON.parse(note)?.info?.features?.[label]?.names;
    if (!Array.isArray(names)) return undefined;
    return new Map(names.map((name, i) => [i, String(name)] as const));
  } catch {
    return undefined;
  }
}
