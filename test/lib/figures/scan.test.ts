import { expect, it } from 'vitest';
import { readings, scan } from '../../../lib/figures/scan';
import { colors } from '../../../lib/figures/template';
import type { LabelledScan } from '../../../lib/scan/read-scan';
import { describeScan } from '../../../lib/sentences/describe-scan';

const page: LabelledScan = {
  name: 'page.jpg',
  source: 'page.jpg',
  images: new Uint8Array(3 * 784),
  labels: Uint8Array.of(0, 1, 1),
  classNames: ['<0>', 'A'],
  size: 3,
  page: { levels: new Uint8Array(4000 * 100), width: 4000, height: 100 },
  frames: [10, 50, 90].map((left) => ({ left, top: 20, width: 30, height: 40 })),
  notes: ['3 characters were found in 1 line.'],
};
const frame = (classes: (string | number)[], shares: number[]) => ({
  column: (name: string) => ({ values: name === 'class' ? classes : shares }),
});
const reads = { MLP: frame(['<0>', 'A', '<0>'], [0.9, 0.8, 0.7]), CNN: frame(['<0>', '<0>', 'A'], [1, 0.5, 0.25]) };

it('draws a numbered frame around each character', () => {
  const { data, layout } = scan(page);
  expect((data[0] as { text: string[] }).text).toEqual(['1', '2', '3']);
  expect((data[1] as { text: string[] }).text[0]).toBe('character 1: &lt;0&gt;');
  expect(layout.shapes?.map(({ x0, y0, x1, y1 }) => [x0, y0, x1, y1])[1]).toEqual([50, 20, 80, 60]);
  // Of 4,000 pixels a third are enough for a screen; places stay those of the page.
  const [image] = layout.images ?? [];
  expect(image).toMatchObject({ sizex: 4000, sizey: 100 });
  const png = Buffer.from(`${image?.source}`.replace(/^.*,/, ''), 'base64');
  expect(png.readUInt32BE(16)).toBe(1333);
});

it('says what each model reads, and marks where one is wrong', () => {
  const { data } = readings(page, reads);
  const labels = data[0] as { text: string[]; textfont: { color: string[] } };
  expect(labels.text.at(-1)).toBe('A → &lt;0&gt; A');
  expect(labels.textfont.color).toEqual([colors.right, colors.wrong, colors.wrong]);
  expect((data[1] as { text: string[] }).text[2]).toBe('character 3: true A; MLP &lt;0&gt; (70.0 %), CNN A (25.0 %)');
  const { labels: _, ...unlabelled } = page;
  const plain = readings(unlabelled, reads).data[0] as { text: string[]; textfont: { color: string[] } };
  expect(plain.text.at(-1)).toBe('&lt;0&gt; A');
  expect(plain.textfont.color).toEqual([colors.ink, colors.ink, colors.ink]);
  expect(() => readings(page, { MLP: frame(['A'], [1]) })).toThrow(/of the page's 3 characters, but MLP read 1/);
});

it('tells in words how much is read rightly, or how to make a page', () => {
  expect(describeScan(page, reads)).toMatch(
    /^3 characters were found in 1 line\. Of the characters on the page the MLP reads 66\.7 % \(2 of 3; 95 % interval 20\.8 % to 93\.9 %\), the CNN/,
  );
  expect(describeScan(undefined)).toMatch(/`npm run sheet`.*`npm start -- --only 04-evaluation -p scan=photograph\.jpg`/);
  const { labels: _, ...unlabelled } = page;
  expect(describeScan(unlabelled)).toMatch(/What is written was not said/);
});
