import type { PlacedFinding } from './finding.ts';
import { codeOf, type Judgement } from './judge.ts';

/** The Connector and the Director that fail alike from the same place are one problem to people. */
export function merged(bad: readonly PlacedFinding[]): PlacedFinding[] {
  const isSame = (a: PlacedFinding, b: PlacedFinding) =>
    [a, b].every(({ name }) => name === 'reach') && a.from === b.from && a.message === b.message;
  return bad.flatMap((finding, index) => {
    if (bad.slice(0, index).some((other) => isSame(other, finding))) return [];
    const categories = bad.filter((other) => other === finding || isSame(other, finding)).map((one) => one.category);
    return [{ ...finding, category: categories.join(', ') }];
  });
}

/** What stands on the line of a finding: code, place, and what was found. */
export function headline(finding: PlacedFinding): string {
  const { category, name, from, message, facts } = finding;
  const code = codeOf(finding);
  if (name !== 'reach') return `${code} ${message}`;
  const place = from === 'cluster' ? '' : `from ${from}: `;
  const proxy = facts?.['proxy'];
  const through = proxy === undefined || message.includes(proxy) ? '' : ` (through ${proxy})`;
  return `${code} ${place}${category}: ${message}${through}`;
}

/** `1 warning, 1 error (local only), 2 not looked at`. */
export function countText({ counts }: Judgement): string {
  const { warning, error, skipped, suppressed, ok } = counts;
  const parts = [
    warning > 0 && number(warning, 'warning'),
    error > 0 && number(error, 'error') + localText(counts),
    warning + error === 0 && `nothing found in ${number(ok, 'check')}`,
    skipped > 0 && `${skipped} not looked at`,
    suppressed > 0 && `${suppressed} suppressed`,
  ];
  return parts.filter((part) => part !== false).join(', ');
}

function localText({ error, localOnly }: Judgement['counts']): string {
  if (localOnly === 0) return '';
  return localOnly === error ? ' (local only)' : ` (${localOnly} local only)`;
}

function number(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
