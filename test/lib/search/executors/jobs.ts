import type { Dataset } from '../../../../lib/data/dataset';
import type { TrainingEvent, TrainingJob } from '../../../../lib/search/executors/executor';
import type { EpochRecord } from '../../../../lib/training/history';
import { stripedImages } from '../../training/striped-images';

export const data: Dataset = stripedImages(80);

/** A job of 3 epochs on the striped images, with what a test changes. */
export function makeJob(directory: string, changes: Partial<TrainingJob> = {}): TrainingJob {
  return {
    trial: 1,
    training: 0,
    hyperparameters: { trouble: 'none', learningRate: 0.01 },
    seed: 7,
    part: { kind: 'holdOut', share: 0.25, seed: 0 },
    batchSize: 20,
    epochs: 3,
    until: 3,
    records: [],
    directory,
    ...changes,
  };
}

/** Keeps what a job reports. */
export class Reports {
  readonly events: TrainingEvent[] = [];
  readonly keep = (event: TrainingEvent): void => {
    this.events.push(event);
  };

  get epochs(): Extract<TrainingEvent, { kind: 'epoch' }>[] {
    return this.events.filter((event) => event.kind === 'epoch') as Extract<TrainingEvent, { kind: 'epoch' }>[];
  }

  get warnings(): string[] {
    return this.events.flatMap((event) => (event.kind === 'warning' ? [event.message] : []));
  }

  /** The records without the seconds, which differ from run to run. */
  get records(): Omit<EpochRecord, 'seconds'>[] {
    return this.epochs.map(({ record: { seconds, ...rest } }) => rest);
  }
}
