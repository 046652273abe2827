import { dataWarnings } from '../data/data-warnings';
import type { DataWarning, LoadedDataset } from '../data/dataset';

/** What was decided when a data set was read, and what is odd about it: a list each, or a sentence where there is nothing. */
export function describeReading(loaded: LoadedDataset): string {
  const notes = (loaded.notes ?? []).map((note) => `- ${escapeNames(note)}`);
  const warnings = dataWarnings(loaded).map(describeWarning);
  const decided =
    notes.length > 0
      ? ['What was decided when the files were read:', '', ...notes]
      : ['The files are as Inkwell keeps images: nothing had to be decided when they were read.'];
  const odd =
    warnings.length > 0
      ? ['**What is odd about the data:**', '', ...warnings]
      : ['Checked: every class is in both parts, no test image is a training image, none is blank, and none of it is odd.'];
  return [...decided, '', ...odd].join('\n');
}

function describeWarning({ file, evidence, cure }: DataWarning): string {
  return `- ${escapeNames(evidence)} (${escapeNames(file)}). ${cure}`;
}

/** As `escapeMarkdown`, but for code, which notes have themselves. */
function escapeNames(text: string): string {
  return text.replace(/[\\|<*]/g, '\\$&');
}
