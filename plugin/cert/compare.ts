import { formatTime } from '#common/clock.ts';
import type { CertificateFacts, Source, Sources } from './sources.ts';

const COMPARED = ['commonName', 'notBefore', 'notAfter'] as const;

const WORDS: Readonly<Record<(typeof COMPARED)[number], string>> = {
  commonName: 'the CN',
  notBefore: 'the beginning',
  notAfter: 'the end',
};

/** Where the three do not say the same of what two or more of them say: one sentence each. */
export function differences(sources: Sources): string[] {
  const { status, secret, wire, isStoredInUse, isPair } = sources;
  const pairs = [
    ['the status', status, 'the Secret', secret],
    ['the sidecar', wire, 'the Secret', secret],
    ['the sidecar', wire, 'the status', status],
  ] as const;
  const found = pairs.flatMap(([left, a, right, b]) =>
    COMPARED.filter((field) => differ(a, b, field)).map(
      (field) =>
        `${WORDS[field]} of the certificate is ${show(a, field)} by ${left}, and ${show(b, field)} by ${right}`,
    ),
  );
  return [
    ...(isPair === false ? ['the key in the Secret is not the one of the certificate in it'] : []),
    ...(isStoredInUse === false ? ['the sidecar presents another certificate than the one that is stored'] : []),
    ...found,
  ];
}

function differ(a: Source, b: Source, field: keyof CertificateFacts): boolean {
  const [left, right] = [said(a, field), said(b, field)];
  return left !== undefined && right !== undefined && left !== right;
}

function said(source: Source, field: keyof CertificateFacts): string | number | undefined {
  return source.state === 'read' ? source.facts[field] : undefined;
}

function show(source: Source, field: keyof CertificateFacts): string {
  const value = said(source, field);
  return typeof value === 'number' ? formatTime(value) : String(value);
}
