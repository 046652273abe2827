/** A work that a text cites. */
export interface Citation {
  /** As in the text: `Cohen et al. 2017`. */
  readonly label: string;
  readonly url: string;
  /** As in a list of references. */
  readonly entry: string;
}

/** Who made a data set, for its users to cite; undefined for one that is not known. */
export function citeDataset(name: string): Citation | undefined {
  if (name.startsWith('emnist')) {
    return {
      label: 'Cohen et al. 2017',
      url: 'https://arxiv.org/abs/1702.05373',
      entry:
        'G. Cohen, S. Afshar, J. Tapson and A. van Schaik. EMNIST: an extension of MNIST to handwritten letters. 2017. ' +
        'arXiv:1702.05373. From NIST Special Database 19.',
    };
  }
  if (name === 'mnist') {
    return {
      label: 'LeCun et al. 1998',
      url: 'https://doi.org/10.1109/5.726791',
      entry:
        'Y. LeCun, L. Bottou, Y. Bengio and P. Haffner. Gradient-based learning applied to document recognition. Proceedings ' +
        'of the IEEE 86(11), 2278–2324, 1998.',
    };
  }
  return undefined;
}
