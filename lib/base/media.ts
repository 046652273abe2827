/** What tables and figures hand to `show`. */

/** Text written in Markdown, for `show`. */
export interface Markdown {
  readonly markdown: string;
}

/** A piece of a page, and the text that stands for it where no HTML is shown; for `show`. */
export interface Html {
  readonly html: string;
  readonly text: string;
}
