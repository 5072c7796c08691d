import type { PlacedFinding } from './finding.ts';
import { codeOf, isProblem, type Judgement } from './judge.ts';
import { type CommandPlace, nextOf } from './next.ts';
import type { CheckRun } from './run.ts';

/**
 * The run as JUnit's XML, which CI systems read: a suite for each category, a case for each check. What is at or above
 * --fail-on is a failure; a warning below it is in the case's output.
 */
export function formatJunit(
  { namespace }: CheckRun,
  { findings, failing }: Judgement,
  { now, ...flags }: CommandPlace & { readonly now: number },
): string {
  const place = { ...flags, namespace };
  const suites = [...Map.groupBy(findings, ({ category }) => category)].map(([category, inside]) => {
    const cases = inside.map((finding) => testCase(finding, failing.includes(finding), nextOf(finding, place)));
    const head = counts(inside, failing);
    const stamp = new Date(now).toISOString().slice(0, 19);
    return `  <testsuite name="${escapeXml(category)}" ${head} errors="0" timestamp="${stamp}">\n${cases.join('')}  </testsuite>\n`;
  });
  const head = `name="kubectl compass check" ${counts(findings, failing)} errors="0"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${head}>\n${suites.join('')}</testsuites>\n`;
}

function counts(findings: readonly PlacedFinding[], failing: readonly PlacedFinding[]): string {
  const failures = findings.filter((finding) => failing.includes(finding)).length;
  const skipped = findings.filter(({ status }) => status === 'skipped').length;
  return `tests="${findings.length}" failures="${failures}" skipped="${skipped}"`;
}

function testCase(finding: PlacedFinding, isFailing: boolean, next: string): string {
  const { category, name, from, message } = finding;
  const named = `    <testcase classname="compass.${escapeXml(category)}" name="${escapeXml(`${name} from ${from}`)}"`;
  if (finding.status === 'skipped')
    return `${named}>\n      <skipped message="${escapeXml(message)}"/>\n    </testcase>\n`;
  if (!isProblem(finding)) return `${named}/>\n`;
  const text = details(finding, next);
  const inside = isFailing
    ? `<failure type="${codeOf(finding)}" message="${escapeXml(message)}">${escapeXml(text)}</failure>`
    : `<system-out>${escapeXml(`${finding.status} ${codeOf(finding)}: ${message}\n${text}`)}</system-out>`;
  return `${named}>\n      ${inside}\n    </testcase>\n`;
}

function details({ reason, cause, facts = {}, localOnly }: PlacedFinding, next: string): string {
  const lines = [
    `reason: ${reason ?? 'InternalError'}`,
    cause === undefined ? '' : `why: ${cause}`,
    localOnly ? 'local only' : '',
    `fix: ${next}`,
    ...Object.entries(facts).map(([key, value]) => `${key}: ${value}`),
  ];
  return lines.filter((line) => line !== '').join('\n');
}

/** What XML 1.0 (section 2.2) does not allow at all, not even escaped; half a surrogate pair among it. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

function escapeXml(text: string): string {
  return text
    .replace(FORBIDDEN, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
