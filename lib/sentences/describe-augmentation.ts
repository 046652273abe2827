import { escapeMarkdown } from '../base/markdown';
import { formatCount } from '../base/words';
import { compileConfigOf } from '../recipe/compile';
import type { LayersModel } from '../tensorflow';

/**
 * What each model was prepared for: how far its training images were varied, by its compile configuration.
 *
 *     describeAugmentation({ MLP: mlp.model, CNN: cnn.model })
 */
export function describeAugmentation(models: Readonly<Record<string, LayersModel>>): string {
  const told = Object.entries(models).map(([name, model]) => {
    const { rotation = 0, shift = 0, scale = 0, shear = 0 } = compileConfigOf(model)?.augmentation ?? {};
    const parts = [
      ...(rotation > 0 ? [`turned by up to ${rotation}°`] : []),
      ...(shift > 0 ? [`moved by up to ${formatCount(28 * shift)} pixels`] : []),
      ...(scale > 0 ? [`scaled by up to ${formatCount(100 * scale)} %`] : []),
      ...(shear > 0 ? [`slanted by up to ${formatCount(100 * shear)} %`] : []),
    ];
    const images = parts.length === 0 ? 'as they are' : `that were ${parts.join(', ')}`;
    return `the ${escapeMarkdown(name)} was trained on images ${images}`;
  });
  const sentence = `${told.join('; ')}.`;
  return sentence[0].toUpperCase() + sentence.slice(1);
}
