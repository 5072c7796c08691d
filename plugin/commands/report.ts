import { REPORT_DOCUMENT_KIND } from '../bundle/manifest.ts';
import { REPORT_FLAGS } from '../bundle/options.ts';
import type { Command } from '../command.ts';
import { COMPASS_CA_FLAG } from '../compass/transport.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';

/** `kubectl compass report`: everything that helps to find a fault, in one archive without secrets. */
export const report: Command = {
  details: `Collects the connection, Applications, Deployment and Pods, roles, Events, logs, metrics, the checks and the plan of a
synchronization into one .tar.gz that only you may read. Of Secrets there are metadata, names of keys and keyed
fingerprints; what is or looks like a secret is taken out of everything else, and manifest.json in the archive says what
is not in it and why. Values of Secrets, where you may read them, are read for that alone: to find them elsewhere.

Whatever cannot be read is said, and does not stop the rest. status, check and diff take the archive by --from-bundle,
without a cluster, and say what they would have said when it was made. Nothing is sent anywhere. Look at it before you
give it away: names of Applications, hosts and ids are in it unless you say --anonymize.`,
  exits: {
    0: 'everything that was wanted is in the archive',
    1: 'the archive is written, and misses something',
    3: undefined,
    4: undefined,
    7: 'the file is there already, and --force was not given',
    130: undefined,
    143: undefined,
  },
  flags: [...REPORT_FLAGS, COMPASS_CA_FLAG],
  formats: ['default', 'name', ...DOCUMENT_FORMATS],
  documentKind: REPORT_DOCUMENT_KIND,
  examples: [
    { command: 'kubectl compass report', does: 'An archive in the current folder' },
    { command: 'kubectl compass report -f incident.tar.gz --since 2h --anonymize', does: 'One to give to others' },
    { command: 'kubectl compass report --no-logs --no-applications', does: 'Without what is largest' },
  ],
  run: async (invocation) => (await import('../bundle/report-command.ts')).report(invocation),
};
