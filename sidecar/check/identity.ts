import { type Finding, knownFacts } from '#common/checks/finding.ts';
import { checkLife } from '#common/checks/life.ts';
import { checkChain, checkPair } from '#common/checks/pair.ts';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { CompassError, hasReason, messageOf, reasonOf } from '#common/errors.ts';
import type { StoredPair } from '#common/pki/certificate.ts';
import { readPem } from '#common/pki/pem.ts';
import type { ConnectionContext } from '../connection/context.ts';
import { readPair } from '../connection/credential-store.ts';
import type { PassFacts } from '../request-handler.ts';

type StoredContext = Pick<ConnectionContext, 'cluster' | 'config' | 'clock'>;
type StoredPass = Pick<PassFacts, 'configuration' | 'connection' | 'result'>;

/** What is stored: a pair, its chain, its dates; and whether the configuration says who we are. */
export async function checkStored(context: StoredContext, pass: StoredPass): Promise<Finding[]> {
  const { cluster, config, clock } = context;
  try {
    const pair = await readPair(cluster, config);
    if (!pair) return [configured(pass), NOTHING_STORED];
    const now = clock.now();
    const { finding, credential } = checkPair(pair, now);
    const dates = credential ?? datesOf(pair);
    const life = checkLife({ ...dates, renewAt: pass.result.renewAt }, now, whyNotRenewed(pass));
    return [configured(pass), finding, checkChain(pair, await storedRoots(context), now), life];
  } catch (error) {
    if (!(error instanceof CompassError)) throw error;
    const { reason, message } = error;
    return [configured(pass), { category: 'identity', name: 'key', status: 'error', reason, message }];
  }
}

const NOTHING_STORED: Finding = {
  category: 'identity',
  name: 'key',
  status: 'error',
  reason: 'TokenRequired',
  message: 'there is no client certificate yet',
};

function datesOf({ crt, crtChain }: StoredPair): { readonly notBefore?: number; readonly notAfter?: number } {
  const leaf = readPem(`${crt}\n${crtChain}`).certificates[0];
  return leaf ? { notBefore: leaf.validFromDate.getTime(), notAfter: leaf.validToDate.getTime() } : {};
}

/** Undefined where there are none, or they may not be read: it takes a right that is given only for gateways' sake. */
async function storedRoots({ cluster, config }: StoredContext): Promise<string | undefined> {
  try {
    const secret = await cluster.find<Secret>({ kind: SECRET, ...config.caSecret });
    const encoded = secret?.data?.['cacert'];
    return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
  } catch (error) {
    if (hasReason(error, 'ClusterForbidden')) return undefined;
    throw error;
  }
}

function configured({ configuration, connection }: StoredPass): Finding {
  const base = { category: 'identity', name: 'configuration' } as const;
  if (!(configuration instanceof CompassError)) {
    const facts = knownFacts({ token: configuration.token ? 'present' : undefined });
    return { ...base, status: 'ok', message: 'the configuration can be used', facts };
  }
  // What works goes on without: only a new pairing needs it.
  const status = connection ? 'warning' : 'error';
  return { ...base, status, reason: reasonOf(configuration), message: messageOf(configuration) };
}

function whyNotRenewed({ result: { error } }: StoredPass): string | undefined {
  return error instanceof CompassError ? error.message : undefined;
}
