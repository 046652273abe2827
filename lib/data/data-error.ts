/** What is wrong with a data file, and where. */
export interface DataProblem {
  /** Path of the file. */
  readonly file: string;
  /** Where in it: `byte 4`, `line 3, column 785`. */
  readonly at?: string;
  readonly expected: string;
  readonly came: string;
  readonly cure: string;
}

/** Thrown for a data file that is missing, damaged or not what its name says. */
export class DataError extends Error {
  override readonly name = 'DataError';

  declare readonly problem: DataProblem;

  constructor(problem: DataProblem) {
    const { file, at, expected, came, cure } = problem;
    super(`${file}${at ? `, ${at}` : ''}: expected ${expected}, but got ${came}. ${cure}`);
    // Not enumerable: a printed error says it all in its message, and would say it twice.
    Object.defineProperty(this, 'problem', { value: problem });
  }
}

/** Cure for a file whose content cannot be right. */
export const FETCH_AGAIN = 'The file is damaged or of another kind: get it again from its source.';
