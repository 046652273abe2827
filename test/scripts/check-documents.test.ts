import { describe, expect, it } from 'vitest';
import { cheapestForm, findCommands } from '../../scripts/check-documents';

const TEXT = `
Run \`npm run lab\`, or \`PYTHON=/path/to/python npm start\`; \`npm ci\` is no command of ours, nor is npm run what is no code.

\`\`\`sh
npm start -- --author "Your Name" -p trials=3    # with a title page
npm run data letters
npm run lab
\`\`\`
`;

describe('commands of a document', () => {
  it('are those in its code, each once', () => {
    expect(findCommands(TEXT)).toEqual([
      ['npm', 'run', 'lab'],
      ['npm', 'start'],
      ['npm', 'start', '--', '--author', 'Your Name', '-p', 'trials=3'],
      ['npm', 'run', 'data', 'letters'],
    ]);
  });

  it('have a cheap form that keeps their options', () => {
    expect(findCommands(TEXT).map(cheapestForm)).toEqual([
      ['run', 'lab', '--', '--version'],
      ['start', '--', '--help'],
      ['start', '--', '--author', 'Your Name', '-p', 'trials=3', '--help'],
      ['run', 'data', '--', 'letters', '--help'],
    ]);
    expect(cheapestForm(['npm', 'run', 'test:long', 'fuzz'])).toEqual([
      'run',
      'test:long',
      '--',
      '--passWithNoTests',
      'no-such-test',
    ]);
  });
});
