import { describe, expect, it } from 'vitest';
import { readParquet } from '../../../../lib/data/containers/parquet';
import { bytesSource } from '../../../../lib/data/source-file';

/** Written by pyarrow 26 (Zstandard) as data hubs do: pictures of 2 x 3 pixels, 10 and 200, labels 1 and 0, names in a note. */
const FILE = Buffer.from(
  [
    'UEFSMRUEFbQCFeIBTBUEFQASAAAotS/9IJpFAwDkBUkAAACJUE5HDQoaCgAAAA1JSERSAAAAAwAAAAIIAAAAALgfOcYAAAAQSURBVHicY+RiYG',
    'BiYGAAAABeAA6awPQXAAAAAElFTkSuQmCCPMHAwMTAwAAABZAAzJ2zxA0CAIHbJigKZhUAFRIVJCwVBBUQFQYVBhwAAAAotS/9IAlJAAACAAAA',
    'BAIBAwIVBBUAFRJMFQAVABIAACi1L/0gAAEAABUAFQ4VICwVBBUQFQYVBhwAAAAotS/9IAc5AAACAAAABAEAFQQVIBUiTBUEFQASAAAotS/9IB',
    'BFAAAQAQABADLAAhUAFRIVJCwVBBUQFQYVBhwAAAAotS/9IAlJAAACAAAABAEBAwIVBBlcNQAYBnNjaGVtYRUEADUCGAVpbWFnZRUEABUMJQIY',
    'BWJ5dGVzABUCJQIYBHBhdGhsvAAAABUEJQIYBWxhYmVsABYEGRwZPCYAHBUMGTUABhAZKAVpbWFnZQVieXRlcxUMFgQWjAMWzAImigImCCksFQ',
    'QVABUCABUAFRAVAgA8FqQCGQYZNgAABAAAACYAHBUCGTUABhAZKAVpbWFnZQRwYXRoFQwWBBZQFnQmggMm1AIpLBUEFQAVAgAVABUQFQIAPCkG',
    'GTYABAAAAAAmABwVBBk1AAYQGRgFbGFiZWwVDBYEFnQWiAEmhgQmyAMpLBUEFQAVAgAVABUQFQIAPCkGGSYABAAAABbQBBYEJggWyAQAGSwYC2',
    'h1Z2dpbmdmYWNlGFR7ImluZm8iOiB7ImZlYXR1cmVzIjogeyJsYWJlbCI6IHsibmFtZXMiOiBbInplcm8iLCAib25lIl0sICJfdHlwZSI6ICJD',
    'bGFzc0xhYmVsIn19fX0AGAxBUlJPVzpzY2hlbWEYrAQvLy8vLzVnQkFBQVFBQUFBQUFBS0FBNEFCZ0FGQUFnQUNnQUFBQUFCQkFBUUFBQUFBQU',
    'FLQUF3QUFBQUVBQWdBQ2dBQUFKQUFBQUFFQUFBQUFRQUFBQXdBQUFBSUFBd0FCQUFJQUFnQUFBQmtBQUFBQkFBQUFGUUFBQUI3SW1sdVptOGlP',
    'aUI3SW1abFlYUjFjbVZ6SWpvZ2V5SnNZV0psYkNJNklIc2libUZ0WlhNaU9pQmJJbnBsY204aUxDQWliMjVsSWwwc0lDSmZkSGx3WlNJNklDSk',
    'RiR0Z6YzB4aFltVnNJbjE5ZlgwQUFBQUFDd0FBQUdoMVoyZHBibWRtWVdObEFBSUFBQUJBQUFBQUJBQUFBSEQvLy84QUFBRUNFQUFBQUNBQUFB',
    'QUVBQUFBQUFBQUFBVUFBQUJzWVdKbGJBQUFBQWdBREFBSUFBY0FDQUFBQUFBQUFBRkFBQUFBcVAvLy93QUFBUTBZQUFBQUlBQUFBQVFBQUFBQ0',
    'FBQUFVQUFBQUJRQUFBQUZBQUFBYVcxaFoyVUFBQUNnLy8vLzJQLy8vd0FBQVFFUUFBQUFHQUFBQUFRQUFBQUFBQUFBQkFBQUFIQmhkR2dBQUFB',
    'QXlQLy8veEFBRkFBSUFBWUFCd0FNQUFBQUVBQVFBQUFBQUFBQkJCQUFBQUFjQUFBQUJBQUFBQUFBQUFBRkFBQUFZbmwwWlhNQUFBQUVBQVFBQk',
    'FBQUFBQUFBQUE9ABggcGFycXVldC1jcHAtYXJyb3cgdmVyc2lvbiAyNi4wLjEZPBwAABwAABwAAADnAwAAUEFSMQ==',
  ].join(''),
  'base64',
);

describe('readParquet', () => {
  it('reads pictures, labels, and the names of the classes from the hub', async () => {
    const { images, labels, classNames } = await readParquet(bytesSource('x.parquet', FILE));
    expect(Array.from((labels?.values ?? []) as ArrayLike<number>)).toEqual([1, 0]);
    expect(classNames?.get(1)).toBe('one');
    expect(await images.at(1)).toMatchObject({ height: 2, width: 3, channels: 1, pixels: new Uint8Array(6).fill(200) });
  });

  it('refuses a damaged one', async () => {
    await expect(readParquet(bytesSource('x.parquet', FILE.subarray(0, 300)))).rejects.toThrow(
      /x\.parquet: expected a whole Parquet file/,
    );
  });
});
