import type { Withheld } from './manifest.ts';
import type { ReportOptions } from './options.ts';
import { WITHHELD } from './redaction/needles.ts';

/** What never goes into an archive, and what was taken out of this one. */
export function withheldFrom(
  { off, anonymize }: ReportOptions,
  { taken, known, keptOut }: { readonly taken: number; readonly known: number; readonly keptOut: readonly string[] },
): Withheld[] {
  return [
    {
      what: 'values of Secrets',
      why: 'they are secrets; their keys and fingerprints, keyed for this archive, are there',
    },
    {
      what: 'annotations of others, such as last-applied-configuration',
      why: 'they may repeat whatever an object held; their names are there',
    },
    {
      what: 'values of variables other than the settings of the sidecar',
      why: 'they may be secrets; their names are there',
    },
    {
      what: 'arguments of containers, and the headers that their probes send',
      why: 'they may be secrets; the programs and the names of headers are there',
    },
    {
      what: 'entries of ConfigMaps other than the report',
      why: 'nothing is replayed from them, and they may hold anything',
    },
    { what: 'headers and query parameters of Applications', why: 'they may be credentials; their names are there' },
    { what: 'managed fields of objects', why: 'they repeat the names of all fields, and tell nothing else' },
    {
      what: `texts with ${WITHHELD} in them`,
      why: 'something in them is the value of a Secret, or has the look or the place of one',
      count: taken,
    },
    ...(known === 0
      ? [
          {
            what: 'nothing by its value',
            why: 'no Secret was read: what is secret was known by its looks and places alone',
          },
        ]
      : []),
    ...keptOut.map((path) => ({ what: path, why: 'the last look at it found the value of a Secret in it' })),
    ...(anonymize
      ? [
          {
            what: 'names of Applications, hosts, ids and people',
            why: '--anonymize: each has another name, everywhere the same',
          },
        ]
      : []),
    ...[...off].map((name) => ({ what: name, why: `--no-${name}` })),
  ];
}
