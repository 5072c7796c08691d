import { CompassError, hasReason } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import { type FoundConnection, findConnection } from '../connection/find.ts';
import { sidecarNamespace } from '../kubeconfig/flags.ts';

/** Whom a token is for, and in which tenant. */
export interface TokenSubject {
  readonly kind: 'runtime' | 'application';
  readonly id: string;
  readonly tenant: string;
}

/** From the flags alone where they say all; else from what the sidecar of this cluster reports. Throws Usage. */
export async function tokenSubject(invocation: Invocation): Promise<TokenSubject> {
  const { flags } = invocation;
  const [runtimeId, appId, tenant] = ['runtime-id', 'app-id', 'tenant'].map((name) => flags.text(name));
  if (runtimeId !== undefined && appId !== undefined) {
    throw new CompassError(
      'Usage',
      'a token is for a Runtime or for an Application: --runtime-id or --app-id, not both',
    );
  }
  const kind = appId === undefined ? 'runtime' : 'application';
  const given = appId ?? runtimeId;
  if (given !== undefined && tenant !== undefined) return { kind, id: given, tenant };
  const report = (await connectionHere(invocation, given === undefined ? '--runtime-id' : '--tenant'))?.found?.report;
  const id = given ?? report?.runtimeId;
  if (id === undefined)
    throw new CompassError('Usage', 'nothing says which Runtime the token is for: give --runtime-id');
  const inTenant = tenant ?? report?.tenant;
  if (inTenant === undefined) throw new CompassError('Usage', 'nothing says which tenant it is in: give --tenant');
  return { kind, id, tenant: inTenant };
}

/** The connection of the cluster at hand; where there is none, the flag is missing that would have done without it. */
async function connectionHere(invocation: Invocation, flag: string): Promise<FoundConnection | undefined> {
  const { flags, env } = invocation;
  try {
    const { cluster } = await invocation.connect();
    const options = { name: flags.text('connection'), namespace: sidecarNamespace(flags, env) };
    return await findConnection(cluster, options);
  } catch (error) {
    if (!hasReason(error, 'InvalidSetting', 'NotInstalled')) throw error;
    // biome-ignore lint/style/useErrorCause: the cause is there, as CompassError takes it: third
    throw new CompassError(
      'Usage',
      `${flag} is missing, and there is no connection to take it from: ${error.message}`,
      {
        cause: error,
      },
    );
  }
}
