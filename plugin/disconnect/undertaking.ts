import type { Invocation } from '../command.ts';
import type { FoundConnection } from '../connection/find.ts';
import { confirm } from '../output/confirm.ts';

/** What is asked for beside giving up the credentials. */
export interface Undertaking {
  readonly revoke: boolean;
  readonly purgeApplications: boolean;
}

/** What will be done, one thing a line, before any of it is. */
export function describeUndertaking(
  { name, places, found }: FoundConnection,
  { revoke, purgeApplications }: Undertaking,
): string[] {
  const { client, integrationNamespace } = places;
  const count = found?.report?.applications?.present;
  const applications =
    count === undefined ? 'all Applications' : count === 1 ? 'the 1 Application' : `the ${count} Applications`;
  return [
    ...(revoke ? ['revoke the client certificate: Compass never accepts it again'] : []),
    `delete the client certificate and its key from secret ${client.namespace}/${client.name}, for good`,
    ...(purgeApplications
      ? [`delete ${applications} that ${name} keeps, and their Secrets in ${integrationNamespace}`]
      : ['keep the Applications as they are, and synchronize them no more']),
    'connect again only with a new one-time token',
  ];
}

/** Says what will be done, and asks about each part that cannot be taken back. Throws ConfirmationRequired unless all is yes. */
export async function confirmUndertaking(
  invocation: Invocation,
  connection: FoundConnection,
  undertaking: Undertaking,
): Promise<void> {
  const { hint } = invocation;
  hint(`disconnecting ${connection.name} will`);
  for (const line of describeUndertaking(connection, undertaking)) hint(`  ${line}`);
  await confirm(invocation, `disconnect ${connection.name} from Compass?`);
  if (undertaking.revoke) await confirm(invocation, 'revoke its client certificate?');
  if (undertaking.purgeApplications) await confirm(invocation, 'delete its Applications and their Secrets?');
}
