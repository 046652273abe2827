import type { Goal, Run } from './race';

/** One line of `race.json`: how a system ran a race. */
export interface RaceRow extends Goal {
  readonly system: 'inkwell' | 'pytorch';
  /** PyTorch's way; null for Inkwell. */
  readonly detail: string | null;
  /** Means over the seeds: seconds from images in memory to the trained model, and accuracy on the test images, 0 to 1. */
  readonly meanSeconds: number;
  readonly meanAccuracy: number;
  /** The lowest accuracy of a seed. */
  readonly leastAccuracy: number;
  readonly runs: number;
  readonly machine: string;
}

export function summarizeRace(
  goal: Goal,
  runs: Readonly<Record<'inkwell' | 'pytorch', readonly Run[]>>,
  { detail, machine }: { readonly detail: string; readonly machine: string },
): RaceRow[] {
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  return (['inkwell', 'pytorch'] as const).map((system) => {
    const accuracies = runs[system].map(({ accuracy }) => accuracy);
    return {
      ...goal,
      system,
      detail: system === 'inkwell' ? null : detail,
      meanSeconds: Number(mean(runs[system].map(({ seconds }) => seconds)).toFixed(2)),
      meanAccuracy: Number(mean(accuracies).toFixed(5)),
      leastAccuracy: Number(Math.min(...accuracies).toFixed(5)),
      runs: accuracies.length,
      machine,
    };
  });
}

/** All races in their order, each as it was run last. */
export function mergeRaces(earlier: readonly RaceRow[], rows: readonly RaceRow[], order: readonly string[]): RaceRow[] {
  const again = new Set(rows.map(({ name }) => name));
  const all = [...earlier.filter(({ name }) => order.includes(name) && !again.has(name)), ...rows];
  return all.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

/** The rows as a Markdown table, a race a line. */
export function writeRace(rows: readonly RaceRow[]): string {
  const races = rows.filter(({ system }) => system === 'inkwell');
  const lines = races.map((own) => {
    const rival = rows.find(({ system, name }) => system === 'pytorch' && name === own.name) as RaceRow;
    const accuracy = ({ meanAccuracy }: RaceRow) => `${(100 * meanAccuracy).toFixed(2)} %`;
    const cells = [
      `${own.dataset}, ${Number((100 * own.accuracy).toFixed(1))} %`,
      `\`${own.preset}\`, ${own.epochs} epochs`,
      `${own.meanSeconds.toFixed(1)} s`,
      accuracy(own),
      `${rival.meanSeconds.toFixed(1)} s`,
      accuracy(rival),
      (rival.meanSeconds / own.meanSeconds).toFixed(2),
      `${own.runs}`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const ways = rows.filter(({ detail }) => detail !== null).map(({ name, detail }) => `${detail} for ${name}`);
  return [
    '**Races** to a test accuracy, from images in memory: means over the seeds.',
    '',
    '| goal | recipe | Inkwell | its accuracy | PyTorch | its accuracy | PyTorch / Inkwell | seeds |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
    '',
    `Of PyTorch's ways the fastest was taken: ${ways.join('; ')}.`,
  ].join('\n');
}
