// From pen strokes to the image that a model takes, in the two ways in which the data sets were made from the forms of
// NIST Special Database 19. It runs in the reader's browser; every function is pure.

/**
 * How a data set's images were made. Lengths are in pixels of the 128 x 128 scan unless said otherwise.
 *
 * @typedef {object} Convention
 * @property {number} size Longest side of a character's ink in the scan.
 * @property {number} pen Width of its strokes.
 * @property {number} blur Standard deviation of the Gaussian filter; 0 for none.
 * @property {number} box Side of the square, in pixels of the 28 x 28 image, into which the character is fitted.
 * @property {boolean} byMass Whether its centre of mass comes to the image's centre, rather than its box's.
 *
 * @typedef {{ x: number, y: number }} Point
 */

/** Side of a scan and of an image, in pixels. */
const SCAN_SIZE = 128;
const SIDE = 28;

/**
 * Grey levels of strokes, 784 from 0 (paper) to 255 (full ink), row by row; blank without strokes.
 *
 * The strokes may be of any size and at any place: they are first scaled to the usual size of a character in the scans, so
 * that the pen is as wide as the writers' were, however large one draws. Then: ink where the pen went, Gaussian filter,
 * cut out, fitted into a square with the aspect ratio kept, bicubic down to the box, stretched to 255, centred.
 *
 * @param {readonly (readonly Point[])[]} strokes
 * @param {Convention} convention
 * @returns {Uint8Array}
 */
// biome-ignore lint/correctness/noUnusedVariables: the page calls it.
function drawnImage(strokes, convention) {
  const scan = blurScan(inkScan(strokes, convention), convention.blur);
  const edges = findInk(scan);
  const image = new Uint8Array(SIDE * SIDE);
  if (edges === undefined) return image;
  const small = shrinkSquare(scan, edges, convention.box);
  const most = small.reduce((a, b) => Math.max(a, b));
  const free = SIDE - convention.box;
  const [left, top] = convention.byMass ? massOffset(small, convention.box) : [free / 2, free / 2];
  for (let y = 0; y < convention.box; y++) {
    for (let x = 0; x < convention.box; x++) {
      // Bicubic filters overshoot.
      const level = Math.max(0, small[y * convention.box + x]);
      image[(y + top) * SIDE + x + left] = Math.round((255 * level) / most);
    }
  }
  return image;
}

/**
 * The scan, `[128, 128]`: 1 where a round pen touched a pixel's centre, else 0.
 *
 * @param {readonly (readonly Point[])[]} strokes
 * @param {Convention} convention
 */
function inkScan(strokes, { size, pen }) {
  const scan = new Float32Array(SCAN_SIZE * SCAN_SIZE);
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of strokes.flat()) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  const extent = Math.max(right - left, bottom - top);
  // A lone dot has no extent to be scaled.
  const scale = extent > 0 ? (size - pen) / extent : 1;
  const toScan = (/** @type {Point} */ { x, y }) => ({
    x: (x - (left + right) / 2) * scale + SCAN_SIZE / 2,
    y: (y - (top + bottom) / 2) * scale + SCAN_SIZE / 2,
  });
  const radius = pen / 2;
  for (const stroke of strokes) {
    const points = stroke.map(toScan);
    for (let i = 0; i < points.length; i++) {
      const a = points[Math.max(0, i - 1)];
      const b = points[i];
      const [dx, dy] = [b.x - a.x, b.y - a.y];
      const length2 = dx * dx + dy * dy;
      const firstX = Math.floor(Math.min(a.x, b.x) - radius);
      const lastX = Math.ceil(Math.max(a.x, b.x) + radius);
      const firstY = Math.floor(Math.min(a.y, b.y) - radius);
      const lastY = Math.ceil(Math.max(a.y, b.y) + radius);
      for (let y = firstY; y <= lastY; y++) {
        for (let x = firstX; x <= lastX; x++) {
          const [px, py] = [x + 0.5 - a.x, y + 0.5 - a.y];
          const along = length2 > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / length2)) : 0;
          if (Math.hypot(px - along * dx, py - along * dy) <= radius) scan[y * SCAN_SIZE + x] = 1;
        }
      }
    }
  }
  return scan;
}

/**
 * The scan after a Gaussian filter, cut off at three standard deviations.
 *
 * @param {Float32Array} scan
 * @param {number} sigma
 */
function blurScan(scan, sigma) {
  if (sigma === 0) return scan;
  const reach = Math.ceil(3 * sigma);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)));
  const sum = kernel.reduce((a, b) => a + b);
  const blurAlong = (/** @type {Float32Array} */ from, /** @type {number} */ step) => {
    const to = new Float32Array(from.length);
    for (let at = 0; at < from.length; at++) {
      if (from[at] === 0) continue;
      // Characters stand in the middle of the scan, far from the edges that this would wrap around.
      for (let k = -reach; k <= reach; k++) to[at + k * step] += (from[at] * kernel[k + reach]) / sum;
    }
    return to;
  };
  return blurAlong(blurAlong(scan, 1), SCAN_SIZE);
}

/**
 * First and last column and row that an 8 bit image would show as ink; undefined for a blank scan.
 *
 * @param {Float32Array} scan
 */
function findInk(scan) {
  let [left, top, right, bottom] = [SCAN_SIZE, SCAN_SIZE, -1, -1];
  for (let y = 0; y < SCAN_SIZE; y++) {
    for (let x = 0; x < SCAN_SIZE; x++) {
      if (scan[y * SCAN_SIZE + x] < 0.5 / 255) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  return right < 0 ? undefined : { left, top, right, bottom };
}

/**
 * The smallest square around the ink, with the ink in its middle, as `[box, box]`.
 *
 * Bicubic as image programs do it when they shrink (Keys 1981, a = -0.5, the kernel as wide as four pixels of the result).
 *
 * @param {Float32Array} scan
 * @param {{ left: number, top: number, right: number, bottom: number }} ink
 * @param {number} box
 */
function shrinkSquare(scan, { left, top, right, bottom }, box) {
  const side = Math.max(right - left, bottom - top) + 1;
  const startX = (left + right + 1 - side) / 2;
  const startY = (top + bottom + 1 - side) / 2;
  const ratio = side / box;
  const stretch = Math.max(1, ratio);
  /** Weights of the scan's pixels in each pixel of the result, along one axis. */
  const weigh = (/** @type {number} */ start) =>
    Array.from({ length: box }, (_, i) => {
      const centre = start + (i + 0.5) * ratio;
      const weights = [];
      for (let at = Math.ceil(centre - 2 * stretch - 0.5); at + 0.5 <= centre + 2 * stretch; at++) {
        if (at >= 0 && at < SCAN_SIZE) weights.push({ at, weight: keys((at + 0.5 - centre) / stretch) });
      }
      const sum = weights.reduce((total, { weight }) => total + weight, 0);
      return weights.map(({ at, weight }) => ({ at, weight: weight / sum }));
    });
  const columns = weigh(startX);
  const narrow = new Float32Array(SCAN_SIZE * box);
  for (let y = top; y <= bottom; y++) {
    columns.forEach((weights, x) => {
      for (const { at, weight } of weights) narrow[y * box + x] += weight * scan[y * SCAN_SIZE + at];
    });
  }
  const small = new Float32Array(box * box);
  weigh(startY).forEach((weights, y) => {
    for (const { at, weight } of weights) {
      for (let x = 0; x < box; x++) small[y * box + x] += weight * narrow[at * box + x];
    }
  });
  return small;
}

/** @param {number} distance */
function keys(distance) {
  const d = Math.abs(distance);
  if (d <= 1) return 1.5 * d ** 3 - 2.5 * d ** 2 + 1;
  return d < 2 ? -0.5 * d ** 3 + 2.5 * d ** 2 - 4 * d + 2 : 0;
}

/**
 * Where the box's left and top edge come to lie, so that the centre of mass is at pixel 14, 14 of the image.
 *
 * @param {Float32Array} small
 * @param {number} box
 */
function massOffset(small, box) {
  let [mass, massX, massY] = [0, 0, 0];
  small.forEach((level, i) => {
    mass += level;
    massX += level * (i % box);
    massY += level * Math.floor(i / box);
  });
  const place = (/** @type {number} */ centre) => Math.min(SIDE - box, Math.max(0, Math.round(SIDE / 2 - centre)));
  return [place(massX / mass), place(massY / mass)];
}
