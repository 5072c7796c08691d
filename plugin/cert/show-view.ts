import type { X509Certificate } from 'node:crypto';
import { formatTime } from '#common/clock.ts';
import { joinPem } from '#common/pki/pem.ts';
import type { Style } from '../command.ts';
import { canICommand, describeRight, type MissingRight } from '../connection/right.ts';
import type { Place } from '../failure.ts';
import { humanDuration } from '../output/age.ts';
import { textWidth } from '../output/columns.ts';
import { table } from '../output/table.ts';
import { plain, wrap, wrapCommand } from '../output/text.ts';
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
  const page = { ...style, width };
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
    whole('subject CN', facts.commonName, page),
    whole('SHA-256', facts.fingerprint, page, ':'),
    whole('issuer', facts.issuer, page),
    whole('left', life(sources, now), page),
    ...reasons([status, secret, wire], page),
    ...(withChain && sources.chain ? [list('Chain', sources.chain, now, page)] : []),
    ...(sources.ca ? [list('CA', sources.ca, now, page)] : []),
    ...differences.map((text) => hanging(`${paint.red(symbols.mark.error)} `, text, page)),
    ...sources.notPermitted.map((right) => missing(right, place, width)),
  ].join('');
}

/** The certificates that were asked for, one after the other; whatever else is in the Secrets stays there. */
export function formatPem({ chain = [], ca }: Sources, withChain: boolean): string {
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

interface Page extends Style {
  /** In columns; undefined where nothing is wrapped. */
  readonly width: number | undefined;
}

/** A text behind its head; on a terminal that it is too long for, its further rows stand below its first. */
function hanging(
  head: string,
  text: string,
  { symbols, width = Number.POSITIVE_INFINITY }: Page,
  separator = ' ',
): string {
  const indent = textWidth(head);
  const rows = wrap(plain(text, symbols), width - indent - separator.trim().length, separator);
  // A separator that can be seen stands at the end of a row: there is more.
  return `${head}${rows.join(`${separator.trim()}\n${' '.repeat(indent)}`)}\n`;
}

function whole(head: string, text: string | undefined, page: Page, separator = ' '): string {
  return text === undefined ? '' : hanging(head.padEnd(12), text, page, separator);
}

/** The command stays whole where that can be, to be copied. */
function missing(right: MissingRight, place: Place | undefined, width = Number.POSITIVE_INFINITY): string {
  const rows = [
    ...wrap(describeRight(right), width),
    ...wrapCommand(canICommand(right, place), width - 2).map((row) => `  ${row}`),
  ];
  return rows.map((row) => `${row}\n`).join('');
}

/** Why a column is empty. */
function reasons(three: readonly Source[], page: Page): string[] {
  return three.flatMap((source, index) => {
    const head = ['status', 'secret', 'wire'][index] ?? '';
    return source.state === 'absent' ? [whole(head, source.why, page)] : [];
  });
}

function list(head: string, certificates: readonly X509Certificate[], now: number, page: Page): string {
  const lines = certificates.map((certificate, index) => {
    const { notAfter = 0, fingerprint = '', publicKey = '' } = factsOf(certificate);
    const left = notAfter <= now ? 'expired' : `${humanDuration(notAfter - now)} left`;
    return [
      hanging(`  ${index + 1}  `, oneLine(certificate.subject), page),
      hanging('     ', `${publicKey}, until ${formatTime(notAfter)} (${left})`, page),
      hanging('     ', fingerprint, page, ':'),
    ].join('');
  });
  return `${page.paint.bold(head)}\n${lines.length > 0 ? lines.join('') : '  none\n'}`;
}
