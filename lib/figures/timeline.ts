import type { Data } from 'plotly.js';
import type { Objective } from '../search/objective';
import type { SearchResults } from '../search/search-results';
import type { Trial, TrialStatus, WorkSpan } from '../search/trial';
import type { Figure } from './figure';
import { chooseTimeUnit, formatScore } from './scores';
import { colors, createFigure } from './template';
import { describeTrial } from './trial-markers';

/** A search that knows what its workers did when. */
export interface WorkedSearch extends SearchResults {
  readonly activity: readonly WorkSpan[];
}

/** A stretch of work on one training, of one epoch or several. */
export interface WorkBlock extends Omit<WorkSpan, 'epoch'> {
  readonly firstEpoch: number;
  readonly lastEpoch: number;
}

/** What one worker did. */
export interface WorkerLane {
  readonly worker: number;
  readonly blocks: readonly WorkBlock[];
  /** Share of the search's time that its blocks fill, 0 to 1. */
  readonly busy: number;
}

/** Seconds in which a worker saves an epoch: a shorter break between two epochs of one training is no idleness. */
const SAVING = 0.5;

const STYLES: Readonly<Record<TrialStatus, { readonly color: string; readonly shape: string; readonly hatching: string }>> = {
  completed: { color: colors.training, shape: '', hatching: '#ffffff' },
  pruned: { color: '#a6cee8', shape: '/', hatching: '#ffffff' },
  paused: { color: '#dddddd', shape: '.', hatching: colors.muted },
  running: { color: '#ffffff', shape: '-', hatching: colors.muted },
  failed: { color: colors.wrong, shape: 'x', hatching: '#ffffff' },
};

/**
 * What each worker trained when: a lane for each worker, a block for each stretch of one training, coloured and hatched by what
 * became of its trial, with the trial's number where there is room. White is time in which the worker did not train: it waited,
 * started, or did work that was thrown away. The lane's name says which share of the time it trained.
 *
 * Time is that of the search, while `run` ran, over all sessions.
 *
 * @throws RangeError where nothing is known of workers: before `run`, and of searches that an older version ran.
 */
export function timeline(search: WorkedSearch): Figure {
  const lanes = gatherLanes(search.activity);
  if (lanes.length === 0) {
    throw new RangeError(
      'search must hold the activity of its workers, but holds none: `await search.run(...)` first; a search that an older ' +
        'version of Inkwell has run, or a loop of your own, does not have it.',
    );
  }
  const end = Math.max(...search.activity.map(({ to }) => to));
  const { size, word } = chooseTimeUnit(end);
  const trials = new Map(search.trials.map((trial) => [trial.id, trial]));
  const blocks = lanes.flatMap((lane) => lane.blocks);
  // Without an edge, neighbours could not be told apart; with one, narrow blocks would be all edge.
  const edge = blocks.length / lanes.length > 150 ? 0 : 1;
  const draw = (status: TrialStatus): Data[] => {
    const shown = blocks.filter(({ failed, trial }) => (failed ? 'failed' : trials.get(trial)?.status) === status);
    if (shown.length === 0) return [];
    const { color, shape, hatching } = STYLES[status];
    return [
      {
        type: 'bar',
        orientation: 'h',
        name: status,
        y: shown.map(({ worker }) => worker),
        base: shown.map(({ from }) => from / size),
        x: shown.map(({ from, to }) => (to - from) / size),
        width: 0.7,
        text: shown.map(({ trial }) => String(trial)),
        textposition: 'inside',
        insidetextanchor: 'middle',
        textangle: 0,
        textfont: { color: status === 'completed' ? '#ffffff' : colors.ink },
        customdata: shown.map((block) => describeBlock(block, trials.get(block.trial) as Trial, search.objective)),
        marker: {
          color,
          line: { color: status === 'running' ? colors.muted : '#ffffff', width: edge },
          // Overlaid: else the colour would be the hatching's, on nothing.
          pattern: { shape, fillmode: 'overlay', fgcolor: hatching, size: 6, solidity: 0.25 },
        },
        hovertemplate: '%{customdata}<extra></extra>',
      } as unknown as Data,
    ];
  };
  return createFigure((['completed', 'pruned', 'paused', 'running', 'failed'] as const).flatMap(draw), {
    height: 140 + 52 * lanes.length,
    barmode: 'overlay',
    showlegend: true,
    margin: { t: 60 },
    // Numbers that have no room are left out rather than shrunk. Plotly's types lack it.
    ...({ uniformtext: { mode: 'hide', minsize: 10 } } as object),
    xaxis: { title: { text: `Time of the search (${word})` }, rangemode: 'tozero' },
    yaxis: {
      range: [Math.max(...lanes.map(({ worker }) => worker)) + 0.5, 0.5],
      tickvals: lanes.map(({ worker }) => worker),
      ticktext: lanes.map(({ worker, busy }) => `worker ${worker}<br>${(100 * busy).toFixed(0)} % busy`),
      showgrid: false,
      ticks: '',
    },
  });
}

/**
 * The lanes of all workers, each with its work in the order of time. Epochs of one training that follow within half a second are
 * one block.
 */
export function gatherLanes(activity: readonly WorkSpan[]): WorkerLane[] {
  const end = Math.max(0, ...activity.map(({ to }) => to));
  const workers = [...new Set(activity.map(({ worker }) => worker))].sort((a, b) => a - b);
  return workers.map((worker) => {
    const spans = activity.filter((span) => span.worker === worker).sort((a, b) => a.from - b.from);
    const blocks: WorkBlock[] = [];
    for (const { epoch, ...span } of spans) {
      const last = blocks[blocks.length - 1];
      const goesOn =
        last !== undefined &&
        last.trial === span.trial &&
        last.training === span.training &&
        last.lastEpoch + 1 === epoch &&
        !(last.failed || span.failed) &&
        span.from - last.to < SAVING;
      if (goesOn) blocks[blocks.length - 1] = { ...last, lastEpoch: epoch, to: span.to };
      else blocks.push({ ...span, firstEpoch: epoch, lastEpoch: epoch });
    }
    return { worker, blocks, busy: blocks.reduce((sum, { from, to }) => sum + to - from, 0) / end };
  });
}

/** What a block was, how long it took, and what became of its trial. */
function describeBlock(block: WorkBlock, trial: Trial, objective: Objective): string {
  const { training, firstEpoch: first, lastEpoch: last, from, to, failed } = block;
  const epochs = first === last ? `epoch ${first}` : `epochs ${first} to ${last}`;
  const which = trial.trainings > 1 ? `training ${training + 1} of ${trial.trainings}, ` : '';
  const seconds = `${(to - from).toFixed(to - from < 10 ? 1 : 0)} s`;
  const work = failed ? `attempt at ${epochs} failed after ${seconds}` : `${epochs} in ${seconds}`;
  const score = trial.scores.length > 0 ? `, score ${formatScore(trial.score, objective)}` : '';
  return `${which}${work}<br>${describeTrial(trial)}${score}`;
}
