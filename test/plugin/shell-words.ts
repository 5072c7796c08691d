/** The arguments of the `kubectl compass …` in a line for a POSIX shell, without what is piped or redirected. */
export function compassArguments(line: string): string[] {
  const segments = line.split(/ (?:\||&&|;) |; | \|\| /);
  const own = segments.find((segment) => /^kubectl compass(?: |$)/.test(segment.trim())) ?? '';
  const words = own.trim().match(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g) ?? [];
  const redirected = words.findIndex((word) => /^\d?[<>]/.test(word));
  const kept = redirected < 0 ? words : words.slice(0, redirected);
  return kept.slice(2).map((word) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'));
}
