import { SECTIONS, type SectionName } from './coursework';
import { UsageError } from './parameters';
import type { ReportFormat, ReportOptions } from './write-report';

/** The options about reports, for `parseArgs`. */
export const REPORT_OPTIONS = {
  format: { type: 'string' },
  'no-code': { type: 'boolean' },
  appendix: { type: 'boolean' },
  sections: { type: 'string' },
  title: { type: 'string' },
  author: { type: 'string', multiple: true },
  course: { type: 'string' },
  date: { type: 'string' },
} as const;

export const REPORT_HELP = `  --format LIST     html, pdf, or html,pdf; default both
  --no-code         reports without code
  --appendix        the whole notebooks after the coursework in reports/report
  --sections LIST   of the coursework, with commas: abstract,data,results; default all that the notebooks have cells for
  --title TEXT      on the title page; default: the notebook's own title
  --author NAME     on the title page; may be repeated; default: the notebooks' metadata "authors"
  --course TEXT     on the title page
  --date TEXT       on the title page; default today`;

const FORMATS: readonly ReportFormat[] = ['html', 'pdf'];

/** The values of `REPORT_OPTIONS` as given. */
export interface ReportValues {
  readonly format?: string;
  readonly 'no-code'?: boolean;
  readonly appendix?: boolean;
  readonly sections?: string;
  readonly title?: string;
  readonly author?: readonly string[];
  readonly course?: string;
  readonly date?: string;
}

/** What the user chose about reports; a usage error for a format that there is not. */
export function readReportOptions(values: ReportValues): ReportOptions {
  const named = (values.format ?? 'html,pdf').split(',').map((format) => format.trim());
  const unknown = named.find((format) => !(FORMATS as readonly string[]).includes(format));
  if (unknown !== undefined) {
    throw new UsageError(
      `--format must be html, pdf or both with a comma between them, but got "${values.format}". For instance: --format html`,
    );
  }
  const { title, author, course, date } = values;
  return {
    formats: FORMATS.filter((format) => named.includes(format)),
    build: {
      code: values['no-code'] !== true,
      appendix: values.appendix === true,
      ...(values.sections === undefined ? {} : { sections: readSections(values.sections) }),
    },
    titlePage: {
      ...(title === undefined ? {} : { title }),
      ...(author === undefined ? {} : { authors: author }),
      ...(course === undefined ? {} : { course }),
      ...(date === undefined ? {} : { date }),
    },
  };
}

function readSections(list: string): SectionName[] {
  const names: readonly string[] = SECTIONS.map(({ name }) => name);
  const given = list.split(',').map((name) => name.trim());
  const unknown = given.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(
      `--sections must name sections of the coursework, with commas between them, but got "${unknown}"; there are ` +
        `${names.join(', ')}.`,
    );
  }
  return given as SectionName[];
}
