export { type ClassImages, classImages } from './class-images';
export { type Embedding, embedding } from './embedding';
export { type FeatureMaps, featureMaps, type LayerMaps } from './feature-maps';
export { type Filters, firstLayerFilters } from './filters';
export { gradCam } from './grad-cam';
export type { Heatmaps } from './heatmaps';
export { saliency } from './saliency';
