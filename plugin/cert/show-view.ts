import type { X509Certificate } from 'node:crypto';
import { formatTime } from '#common/clock.ts';
import { joinPem } from '#common/pki/pem.ts';
import type { Style } from '../command.ts';
import { canICommand, describeRight } from '../connection/right.ts';
import type { Place } from '../failure.ts';
import { humanDuration } from '../output/age.ts';
import { table } from '../output/table.ts';
import { plain } from '../output/text.ts';
import { type CertificateFacts, factsOf, oneLine, type Source, type Sources } from './sources.ts';

export interface ShowOptions extends Style {
  readonly now: number;
  readonly withChain: boolean;
  /** In columns; undefined where nothing may be cut. */
  readonly width: number | undefined;
  readonly differences: readonly string[];
  /** For suggested commands. */
  readonly place?: Place;
}

/** The three side by side; below them what needs a whole line. */
export function formatSources(
  sources: Sources,
  { now, withChain, width, differences, place, ...style }: ShowOptions,
): string {
  const { paint, symbols } = style;
  const { status, secret, wire } = sources;
  const fit = (text: string) => plain(width === undefined ? text : shortened(text, symbols), symbols);
  const row = (head: string, ...cells: readonly string[]) => [head, ...cells.map(fit)];
  const three = (head: string, field: keyof CertificateFacts) =>
    row(head, ...[status, secret, wire].map((source) => cell(source, field)));
  const grid = table(
    ['CERTIFICATE', 'STATUS', 'SECRET', 'WIRE'],
    [
      three('subject CN', 'commonName'),
      three('not before', 'notBefore'),
      three('not after', 'notAfter'),
      row('SHA-256', cell(status, 'fingerprint'), cell(secret, 'fingerprint'), onTheWire(sources)),
      three('public key', 'publicKey'),
    ],
    paint,
  );
  const facts = secret.state === 'read' ? secret.facts : {};
  return [
    `${grid}\n`,
    whole('subject CN', facts.commonName, style),
    whole('SHA-256', facts.fingerprint, style),
    whole('issuer', facts.issuer, style),
    whole('left', life(sources, now), style),
    ...reasons([status, secret, wire], style),
    ...(withChain ? [list('Chain', sources.chain, now, style)] : []),
    ...(sources.ca ? [list('CA', sources.ca, now, style)] : []),
    ...differences.map((text) => `${paint.red(symbols.mark.error)} ${plain(text, symbols)}\n`),
    ...sources.notPermitted.map((right) => `${describeRight(right)}\n  ${canICommand(right, place)}\n`),
  ].join('');
}

/** The certificates that were asked for, one after the other; whatever else is in the Secrets stays there. */
export function formatPem({ chain, ca }: Sources, withChain: boolean): string {
  if (ca) return joinPem([...(withChain ? chain : []), ...ca]);
  return joinPem(withChain ? chain : chain.slice(0, 1));
}

function cell(source: Source, field: keyof CertificateFacts): string {
  if (source.state === 'not permitted') return 'not permitted';
  if (source.state === 'absent') return '-';
  const value = source.facts[field];
  if (value === undefined) return '-';
  return typeof value === 'number' ? formatTime(value) : value;
}

/** As long as a time, so that three of them fit on a screen. */
const LONGEST_CELL = 20;

/** What is longer stands below in full. */
function shortened(text: string, { ellipsis }: Style['symbols']): string {
  return text.length > LONGEST_CELL ? `${text.slice(0, LONGEST_CELL - ellipsis.length)}${ellipsis}` : text;
}

function onTheWire({ wire, isStoredInUse }: Sources): string {
  if (wire.state !== 'read' || isStoredInUse === undefined) return cell(wire, 'fingerprint');
  return isStoredInUse ? 'same as stored' : 'another';
}

function life({ secret, wire, status }: Sources, now: number): string | undefined {
  const known = [secret, wire, status].find((source) => source.state === 'read');
  const notAfter = known?.state === 'read' ? known.facts.notAfter : undefined;
  if (notAfter === undefined) return undefined;
  return notAfter <= now ? `expired ${humanDuration(now - notAfter)} ago` : humanDuration(notAfter - now);
}

function whole(head: string, text: string | undefined, { symbols }: Style): string {
  return text === undefined ? '' : `${head.padEnd(12)}${plain(text, symbols)}\n`;
}

/** Why a column is empty. */
function reasons(three: readonly Source[], style: Style): string[] {
  return three.flatMap((source, index) => {
    const head = ['status', 'secret', 'wire'][index] ?? '';
    return source.state === 'absent' ? [whole(head, source.why, style)] : [];
  });
}

function list(head: string, certificates: readonly X509Certificate[], now: number, style: Style): string {
  const lines = certificates.map((certificate, index) => {
    const { notAfter = 0, fingerprint = '', publicKey = '' } = factsOf(certificate);
    const left = notAfter <= now ? 'expired' : `${humanDuration(notAfter - now)} left`;
    const subject = plain(oneLine(certificate.subject), style.symbols);
    return `  ${index + 1}  ${subject}\n     ${publicKey}, until ${formatTime(notAfter)} (${left})\n     ${fingerprint}\n`;
  });
  return `${style.paint.bold(head)}\n${lines.length > 0 ? lines.join('') : '  none\n'}`;
}
