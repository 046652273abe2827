// @ts-nocheck Runs in the reader's browser; the project's types are those of Node.
/** Drawings with what they are, and the CSV file of them: a header, then a label and 784 grey levels a line. */
// biome-ignore lint/correctness/noUnusedVariables: the page calls it.
function keptDrawings() {
  const rows = [];
  const quote = (label) => (/[",\n]/.test(label) ? `"${label.replaceAll('"', '""')}"` : label);
  const kept = {
    add(label, levels) {
      rows.push(`${quote(label)},${levels.join(',')}`);
    },
    count: () => rows.length,
    toCsv() {
      const header = ['label', ...Array.from({ length: 784 }, (_, i) => `pixel${i + 1}`)];
      return `${[header.join(','), ...rows].join('\n')}\n`;
    },
    download() {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([kept.toCsv()], { type: 'text/csv' }));
      link.download = 'drawings.csv';
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    },
  };
  return kept;
}
