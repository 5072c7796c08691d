import type { Command, Invocation } from '../command.ts';
import { confirmUndertaking, describeUndertaking } from '../disconnect/undertaking.ts';
import { DISCONNECT_DOCUMENT_KIND, type DisconnectResult, disconnectView } from '../disconnect/view.ts';
import { DRY_RUN_FLAG, readDryRun } from '../dry-run.ts';
import { atCluster } from '../failure.ts';
import { clusterFlags } from '../kubeconfig/flags.ts';
import { YES_FLAG } from '../output/confirm.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';
import { awaitAnswer } from '../requests/answer.ts';
import { askSidecar } from '../requests/ask.ts';
import { askedBy } from '../requests/asked-by.ts';
import { findAskedSidecar } from '../requests/asked-connection.ts';
import { readTimeoutMs, timeoutFlag, WAIT_FLAG } from '../wait/flags.ts';

const TWO_MINUTES_MS = 2 * 60_000;

/** `kubectl compass disconnect`: asks the sidecar to give the connection up. */
export const disconnect: Command = {
  details: `Asks the sidecar to give the connection up: it deletes the client certificate and its key, and waits for a new
one-time token. The Applications stay as they are unless --purge-applications asks for their deletion; --revoke has Compass
refuse the certificate from then on, and where that fails nothing is deleted. On a terminal each of these is asked about;
elsewhere --yes is needed.`,
  exits: {
    0: 'disconnected',
    1: 'another request took the place of this one',
    3: undefined,
    4: undefined,
    5: 'the certificate could not be revoked, and nothing was deleted',
    6: undefined,
    7: 'not confirmed, or the sidecar refuses the request',
    124: undefined,
    130: undefined,
    143: undefined,
  },
  flags: [
    { name: 'revoke', kind: 'switch', summary: 'have Compass revoke the client certificate first' },
    { name: 'purge-applications', kind: 'switch', summary: 'delete the Applications that it keeps, and their Secrets' },
    YES_FLAG,
    { ...WAIT_FLAG, summary: 'wait until it is done: as it does unless --no-wait is said' },
    timeoutFlag('2m'),
    DRY_RUN_FLAG,
  ],
  formats: ['default', 'name', ...DOCUMENT_FORMATS],
  documentKind: DISCONNECT_DOCUMENT_KIND,
  examples: [
    { command: 'kubectl compass disconnect', does: 'Give up the credentials, and keep the Applications' },
    {
      command: 'kubectl compass disconnect --revoke --purge-applications --yes',
      does: 'Leave nothing behind, without being asked',
    },
  ],
  run: runDisconnect,
};

async function runDisconnect(invocation: Invocation): Promise<number> {
  const { flags } = invocation;
  const result = await askToDisconnect(invocation);
  await invocation.print(disconnectView(result, invocation.clock.now(), invocation.style.symbols));
  if (result.request) {
    const place = { clusterFlags: clusterFlags(flags), namedNamespace: flags.text('namespace') };
    invocation.hint(`to connect again: ${atCluster('kubectl compass connect --token-stdin', place)}`);
  }
  return 0;
}

async function askToDisconnect(invocation: Invocation): Promise<DisconnectResult> {
  const { flags, clock } = invocation;
  const dryRun = readDryRun(flags);
  const timeoutMs = readTimeoutMs(flags, TWO_MINUTES_MS);
  const undertaking = { revoke: flags.isOn('revoke'), purgeApplications: flags.isOn('purge-applications') };
  const { cluster, connection } = await findAskedSidecar(invocation);
  const { name } = connection;
  const plan = describeUndertaking(connection, undertaking);
  if (dryRun === 'none') await confirmUndertaking(invocation, connection, undertaking);
  const { revoke, purgeApplications } = undertaking;
  const parameters = {
    ...(revoke ? { revoke: 'true' } : {}),
    ...(purgeApplications ? { purge: 'applications' } : {}),
    ...(await askedBy(cluster, invocation)),
  };
  const id = await askSidecar(cluster, name, { verb: 'disconnect', parameters }, { now: clock.now(), dryRun });
  const asked = { connection: name, id, dryRun, undertaking, plan };
  if (dryRun !== 'none' || flags.switched('wait') === false) return asked;
  const { request } = await awaitAnswer(invocation, { cluster, connection, verb: 'disconnect', id, timeoutMs });
  return { ...asked, request };
}
