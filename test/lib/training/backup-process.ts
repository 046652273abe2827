import { fit } from '../../../lib/training/fit';
import { build, options, train } from './backup-training';

const callbacks = [{ onEpochEnd: ({ epoch }: { epoch: number }) => console.log(`epoch ${epoch}`) }];
void fit(build(), train, { ...options, backup: process.argv[2], callbacks });
