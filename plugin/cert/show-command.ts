import { CompassError, REASONS } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import { canICommand, describeRight } from '../connection/right.ts';
import { clusterFlags, sidecarNamespace } from '../kubeconfig/flags.ts';
import { differences } from './compare.ts';
import { fetchSources } from './fetch-sources.ts';
import { sourcesDocument } from './show-document.ts';
import { formatPem, formatSources } from './show-view.ts';
import type { Sources } from './sources.ts';

/** `cert show`: fetch, compare, print. The exit code. */
export async function showCertificate(invocation: Invocation): Promise<number> {
  const { names, flags, env, output, style, clock, stdout } = invocation;
  const [withChain, withCa] = [flags.isOn('chain'), flags.isOn('ca')];
  const { cluster } = await invocation.connect();
  const options = { name: names[0], namespace: sidecarNamespace(flags, env), withCa };
  const sources = await fetchSources(cluster, options);
  const isPem = output.format === 'pem' || (flags.isOn('pem') && output.format === 'default');
  if (isPem) requireCertificates(sources);
  else requireAnything(sources);
  const found = differences(sources);
  const exitCode = found.length > 0 ? REASONS.CertificatesDiffer.exit : 0;
  const now = clock.now();
  const place = { namespace: sources.namespace, clusterFlags: clusterFlags(flags) };
  await invocation.print({
    document: () => sourcesDocument({ sources, differences: found, exitCode, withChain, place, now }),
    text: () =>
      isPem
        ? formatPem(sources, withChain)
        : formatSources(sources, { ...style, now, withChain, width: stdout.columns, differences: found, place }),
  });
  return exitCode;
}

function requireAnything({ name, status, secret, wire }: Sources): void {
  if ([status, secret, wire].some(({ state }) => state !== 'absent')) return;
  throw new CompassError('ClusterNotFound', `the connection ${name} has no client certificate`, {
    next: 'kubectl compass status',
  });
}

/** PEM is of the Secrets, or there is none. */
function requireCertificates({ secret, ca, notPermitted }: Sources): void {
  const denied = notPermitted.find(({ resource }) => resource.startsWith('secrets'));
  if (denied) {
    throw new CompassError('ClusterForbidden', describeRight(denied), { next: canICommand(denied) });
  }
  if (ca ? ca.length > 0 : secret.state === 'read') return;
  const why = secret.state === 'absent' ? secret.why : 'no certificate is in the CA secret';
  throw new CompassError('ClusterNotFound', why, { next: 'kubectl compass status' });
}
