/** Text that means itself in Markdown, where HTML counts too, but for what hardly occurs: a terminal shows each backslash. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\|<*`]/g, '\\$&');
}
