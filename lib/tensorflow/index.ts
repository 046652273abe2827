import './environment';
import { installTrainingKernels } from './training-kernels';
import { installTrainingLayers } from './training-layers';

export * from '@tensorflow/tfjs-node';

installTrainingKernels();
installTrainingLayers();
