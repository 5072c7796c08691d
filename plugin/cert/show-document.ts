import type { X509Certificate } from 'node:crypto';
import { formatTime } from '#common/clock.ts';
import { REASONS } from '#common/errors.ts';
import { notPermittedList } from '../connection/right.ts';
import { nextFor, type Place, remediationOf } from '../failure.ts';
import { documentHead, type ReportDocument } from '../output/document.ts';
import { CERTIFICATE_COMPARISON_KIND } from './kinds.ts';
import { type CertificateFacts, factsOf, oneLine, type Source, type Sources } from './sources.ts';

interface ShowDocumentInput {
  readonly sources: Sources;
  readonly differences: readonly string[];
  readonly exitCode: number;
  readonly withChain: boolean;
  readonly place: Place;
  readonly now: number;
}

/** The three for programs. */
export function sourcesDocument(input: ShowDocumentInput): ReportDocument {
  const { sources, differences, exitCode, withChain, place, now } = input;
  const { status, secret, wire, isStoredInUse, isPair, chain, ca } = sources;
  const [message] = differences;
  return {
    ...documentHead(
      CERTIFICATE_COMPARISON_KIND,
      { status: message === undefined ? 'Same' : 'Different', exitCode },
      now,
    ),
    ...(message === undefined
      ? {}
      : {
          error: { code: REASONS.CertificatesDiffer.code, reason: 'CertificatesDiffer', message },
          remediation: [remediationOf(nextFor('CertificatesDiffer', place))],
        }),
    ...{
      connection: sources.name,
      sources: {
        status: described(status),
        secret: { ...described(secret), ...(isPair === undefined ? {} : { keyIsPair: isPair }) },
        wire: { ...described(wire), ...(isStoredInUse === undefined ? {} : { sameAsStored: isStoredInUse }) },
      },
      differences,
      ...(withChain && chain ? { chain: chain.map(certificateOf) } : {}),
      ...(ca ? { ca: ca.map(certificateOf) } : {}),
      notPermitted: notPermittedList(sources.notPermitted),
    },
  };
}

function described(source: Source): object {
  if (source.state === 'read') return { state: 'Read', ...timed(source.facts) };
  return source.state === 'absent' ? { state: 'Absent', why: source.why } : { state: 'NotPermitted' };
}

function certificateOf(certificate: X509Certificate): object {
  return { subject: oneLine(certificate.subject), ...timed(factsOf(certificate)) };
}

/** Only what is known, with times as documents write them. */
function timed(facts: CertificateFacts): object {
  const entries = Object.entries(facts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === 'number' ? formatTime(value) : value]),
  );
}
