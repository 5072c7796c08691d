/** Said at the head of every page that is made from the code. */
export function madeFrom(source: string): string {
  return `<!-- Made from ${source} by: npm run docs -->`;
}

/** A table; cells are Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** Text of the help, in which nothing is meant as HTML. */
export function text(plain: string): string {
  return plain.replaceAll('<', '&lt;');
}

export function code(word: string): string {
  return `\`${word}\``;
}

export function shell(lines: string): string {
  return `\`\`\`sh\n${lines}\n\`\`\``;
}

/** The parts of a page, a blank line between them. */
export function page(...parts: readonly (string | undefined)[]): string {
  return `${parts.filter((part) => part !== undefined).join('\n\n')}\n`;
}
