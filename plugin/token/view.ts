import { comingIn } from '../output/age.ts';
import { documentHead, type ReportDocument } from '../output/document.ts';
import type { Symbols } from '../output/symbols.ts';
import { plain } from '../output/text.ts';
import type { RequestedToken } from './request.ts';

export const TOKEN_DOCUMENT_KIND = 'TokenRequestResult';

/** What people are told of it: where it is, what it is for, and how long it is good. */
export function describeToken(
  { subject, connectorUrl, expiresAt, dryRun, out }: RequestedToken,
  now: number,
  symbols: Symbols,
): string {
  const where = out === '-' ? 'on stdout' : `in ${out} (mode 0600)`;
  const title = `one-time token for ${subject.kind} ${plain(subject.id, symbols)} ${where}`;
  if (dryRun || connectorUrl === undefined || expiresAt === undefined)
    return `${title} (dry run): none was asked for\n`;
  const left = Date.parse(expiresAt) - now;
  const until = Number.isFinite(left) ? `${plain(expiresAt, symbols)}, ${comingIn(left)}` : 'an unknown time';
  return [title, `  for      ${plain(connectorUrl, symbols)}`, `  expires  ${until}`, ''].join('\n');
}

export function tokenDocument(
  { subject, connectorUrl, expiresAt, dryRun, out, format }: RequestedToken,
  now: number,
): ReportDocument {
  const expiry = Date.parse(expiresAt ?? '');
  return {
    ...documentHead(TOKEN_DOCUMENT_KIND, { status: dryRun ? 'DryRun' : 'Requested', exitCode: 0 }, now),
    ...{
      for: { kind: subject.kind, id: subject.id, tenant: subject.tenant },
      connectorUrl,
      expiresAt,
      ...(Number.isFinite(expiry) ? { expiresInSeconds: Math.round((expiry - now) / 1_000) } : {}),
      ...(dryRun ? { dryRun } : {}),
      out,
      format,
    },
  };
}
