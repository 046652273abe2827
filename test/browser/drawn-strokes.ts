import type { Frame, Page } from 'playwright-core';

/** A line drawn without lifting the pen. */
export type Stroke = readonly (readonly [x: number, y: number])[];

/** In shares of the sheet. */
export const SEVEN: Stroke[] = [
  [
    [0.3, 0.22],
    [0.7, 0.24],
    [0.44, 0.8],
  ],
];
export const A: Stroke[] = [
  [
    [0.25, 0.8],
    [0.5, 0.2],
    [0.75, 0.8],
  ],
  [
    [0.35, 0.58],
    [0.65, 0.58],
  ],
];

/** The frame of the pad, when it can read. */
export async function findPad(page: Page, index = 0): Promise<Frame> {
  const element = page.locator('.inkwell-drawing iframe').nth(index);
  await element.scrollIntoViewIfNeeded();
  const frame = await (await element.elementHandle())?.contentFrame();
  if (!frame) throw new Error('the pad has no frame');
  await frame.waitForFunction('window.pad', null, { timeout: 30_000 });
  return frame;
}

export async function draw(page: Page, pad: Frame, strokes: readonly Stroke[]): Promise<void> {
  const box = await pad.locator('#sheet').boundingBox();
  if (box === null) throw new Error('the pad has no sheet');
  for (const [start, ...rest] of strokes) {
    await page.mouse.move(box.x + start[0] * box.width, box.y + start[1] * box.height);
    await page.mouse.down();
    for (const [x, y] of rest) await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 8 });
    await page.mouse.up();
  }
}

/** The likeliest class of each model. */
export function answers(pad: Frame): Promise<string[]> {
  return pad.locator('li:first-child b').allTextContents();
}
