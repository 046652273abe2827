/** Connected pieces of ink, made of runs: pixels of a row side by side. */
import type { GreyPage } from './grey-page';

/** Ink in row `y` from `left` to `right`, both included. */
export interface Run {
  readonly y: number;
  readonly left: number;
  readonly right: number;
}

/** Runs that touch each other, also at corners, and the smallest rectangle around them; `right` and `bottom` are included. */
export interface Component {
  readonly runs: readonly Run[];
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** In pixels. */
  readonly area: number;
}

export const widthOf = ({ left, right }: Pick<Component, 'left' | 'right'>) => right - left + 1;
export const heightOf = ({ top, bottom }: Pick<Component, 'top' | 'bottom'>) => bottom - top + 1;

/** All components of what is deeper than `threshold`. */
export function findComponents({ levels, width, height }: GreyPage, threshold: number): Component[] {
  const runs: Run[] = [];
  /** Each run's parent in a forest whose trees are the components (union-find). */
  const parents: number[] = [];
  const rootOf = (run: number) => {
    let root = run;
    while (parents[root] !== root) root = parents[root];
    while (parents[run] !== root) [run, parents[run]] = [parents[run], root];
    return root;
  };
  let [aboveStart, aboveEnd] = [0, 0];
  for (let y = 0; y < height; y++) {
    const start = runs.length;
    let above = aboveStart;
    for (let x = 0; x < width; x++) {
      if (levels[y * width + x] <= threshold) continue;
      const left = x;
      while (x + 1 < width && levels[y * width + x + 1] > threshold) x++;
      const index = runs.length;
      runs.push({ y, left, right: x });
      parents.push(index);
      while (above < aboveEnd && runs[above].right < left - 1) above++;
      // The last of the runs above may touch the next run of this row, too.
      for (let k = above; k < aboveEnd && runs[k].left <= x + 1; k++) parents[rootOf(k)] = rootOf(index);
    }
    [aboveStart, aboveEnd] = [start, runs.length];
  }
  const members = new Map<number, Run[]>();
  runs.forEach((run, index) => {
    const root = rootOf(index);
    const list = members.get(root);
    if (list) list.push(run);
    else members.set(root, [run]);
  });
  return [...members.values()].map(joinRuns);
}

/** The component that these runs are. */
export function joinRuns(runs: readonly Run[]): Component {
  let [left, top, right, bottom, area] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, -1, -1, 0];
  for (const run of runs) {
    left = Math.min(left, run.left);
    right = Math.max(right, run.right);
    top = Math.min(top, run.y);
    bottom = Math.max(bottom, run.y);
    area += run.right - run.left + 1;
  }
  return { runs, left, top, right, bottom, area };
}

/** One of several. */
export function joinComponents(components: readonly Component[]): Component {
  return components.length === 1 ? components[0] : joinRuns(components.flatMap(({ runs }) => runs));
}

/**
 * Components, with those joined that are one piece in `faint`, where fainter ink counts as well: a stroke that breaks where the
 * pen was light. What would be a good deal larger than its parts is another character close by, and stays apart.
 */
export function joinFaintly(components: readonly Component[], faint: readonly Component[]): Component[] {
  const rows = new Map<number, { readonly run: Run; readonly whole: number }[]>();
  faint.forEach(({ runs }, whole) => {
    for (const run of runs) {
      const row = rows.get(run.y);
      if (row) row.push({ run, whole });
      else rows.set(run.y, [{ run, whole }]);
    }
  });
  const parts = new Map<number, Component[]>();
  components.forEach((component, i) => {
    const [first] = component.runs;
    const found = rows.get(first.y)?.find(({ run }) => run.left <= first.left && run.right >= first.left);
    // What is in no faint component has a key of its own.
    const whole = found?.whole ?? -1 - i;
    const others = parts.get(whole);
    if (others) others.push(component);
    else parts.set(whole, [component]);
  });
  const longest = (component: Component) => Math.max(widthOf(component), heightOf(component));
  return [...parts.values()].flatMap((pieces) => {
    const joined = joinComponents(pieces);
    return longest(joined) <= 1.4 * Math.max(...pieces.map(longest)) ? [joined] : pieces;
  });
}

/**
 * Width of the strokes: a stroke of length l and width w has an area of l w and an outline of 2 l. The outline is counted in
 * sides of pixels, of which a slanting one has up to 1.4 times as many as it is long, 1.27 on average over all directions.
 */
export function strokeWidth(components: readonly Component[]): number {
  let [area, outline] = [0, 0];
  for (const component of components) {
    area += component.area;
    outline += outlineOf(component);
  }
  return outline === 0 ? 0 : (2 * area * (4 / Math.PI)) / outline;
}

/** Sides of pixels between ink and paper: two a run, and those above and below where the neighbouring rows have none. */
function outlineOf({ runs }: Component): number {
  let sides = 0;
  let shared = 0;
  const rows = new Map<number, Run[]>();
  for (const run of runs) {
    sides += 2 + 2 * (run.right - run.left + 1);
    const row = rows.get(run.y);
    if (row) row.push(run);
    else rows.set(run.y, [run]);
  }
  for (const [y, row] of rows) {
    for (const below of rows.get(y + 1) ?? []) {
      for (const run of row) shared += Math.max(0, Math.min(run.right, below.right) - Math.max(run.left, below.left) + 1);
    }
  }
  return sides - 2 * shared;
}
