import { REPORT_LIMIT_BYTES, type Report } from './report.ts';

type Lists = Record<string, readonly unknown[]>;

/**
 * The report as JSON of at most REPORT_LIMIT_BYTES: where it would be more, the heaviest list is halved until it fits, and
 * `omitted` says how many items each list lost. The head of a list is what stays, so put the most important first.
 */
export function renderReport(report: Report, limitBytes = REPORT_LIMIT_BYTES): string {
  let text = JSON.stringify(report);
  let lists = listsOf(report);
  while (Buffer.byteLength(text) > limitBytes) {
    const heaviest = heaviestOf(lists);
    if (!heaviest) break;
    lists = { ...lists, [heaviest]: (lists[heaviest] ?? []).slice(0, Math.floor((lists[heaviest] ?? []).length / 2)) };
    text = JSON.stringify(withLists(report, lists));
  }
  return text;
}

function listsOf(report: Report): Lists {
  return {
    changes: report.changes ?? [],
    failures: report.failures ?? [],
    held: report.held?.names ?? [],
    check: report.check?.results ?? [],
    requests: report.requests ?? [],
    warnings: report.warnings ?? [],
    revisions: report.revisions ?? [],
  };
}

function heaviestOf(lists: Lists): string | undefined {
  const weights = Object.entries(lists).filter(([, list]) => list.length > 0);
  const weighed = weights.map(([name, list]) => ({ name, weight: JSON.stringify(list).length }));
  return weighed.toSorted((a, b) => b.weight - a.weight)[0]?.name;
}

function withLists(report: Report, lists: Lists): object {
  const whole = listsOf(report);
  const lost = Object.entries(lists).flatMap(([name, list]) => {
    const count = (whole[name] ?? []).length - list.length;
    return count > 0 ? [[name, count] as const] : [];
  });
  const { held, check } = report;
  return {
    ...report,
    ...Object.fromEntries(
      ['changes', 'failures', 'requests', 'warnings', 'revisions'].map((name) => [name, lists[name]]),
    ),
    ...(held ? { held: { ...held, names: lists['held'] } } : {}),
    ...(check ? { check: { ...check, results: lists['check'] } } : {}),
    omitted: Object.fromEntries(lost),
  };
}
