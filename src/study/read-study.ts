import { existsSync } from 'node:fs';
import type { EvaluatedModel } from '../../lib/evaluation/model-comparison';
import { readAblation } from '../../lib/experiments/ablation';
import { readSearch, type SearchRecord } from '../../lib/search/read-search';
import type { StudiedModel } from '../../lib/sentences/describe-study';
import { searchDirectory } from './folders';

/** The searches that a study may have made, by the names of their folders. */
const SEARCHES = { random: 'Random search', priorband: 'PriorBand', hyperband: 'Hyperband', tpe: 'TPE' } as const;

/**
 * What the study of a kind of model left on disk, its searches and its ablation, beside how its winner and its default did on the
 * test images.
 *
 * @param options.weights of the winner
 */
export function readStudy(
  kind: 'mlp' | 'cnn',
  options: {
    readonly dataset: string;
    readonly profile: string;
    readonly winner: EvaluatedModel;
    readonly baseline: EvaluatedModel;
    readonly weights: number;
  },
): StudiedModel {
  const { dataset, profile, ...judged } = options;
  const searches: Record<string, SearchRecord> = {};
  for (const [folder, name] of Object.entries(SEARCHES)) {
    const directory = searchDirectory(dataset, profile, kind, folder);
    if (existsSync(directory)) searches[name] = readSearch(directory);
  }
  const ablation = searchDirectory(dataset, profile, kind, 'ablation');
  return { name: kind.toUpperCase(), ...judged, searches, ...(existsSync(ablation) ? { ablation: readAblation(ablation) } : {}) };
}
