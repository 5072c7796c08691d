import type { Invocation } from '../command.ts';
import { awaitPairing } from './await-pairing.ts';
import { awaitResource } from './await-resource.ts';
import { baselineOf } from './baseline.ts';
import type { PairingOutcome } from './outcome.ts';
import type { Reconnection } from './reconnection.ts';
import { ShownSteps } from './show-steps.ts';
import type { StoredToken } from './store-token.ts';
import { isWorking } from './target.ts';

/** Waits until another certificate is in use than before; the one before serves as long as that takes, and if it fails. */
export async function awaitNewCertificate(
  invocation: Invocation,
  { cluster, target, timeoutMs }: Reconnection,
  stored: Pick<StoredToken, 'taker' | 'secret'> | undefined,
  request?: string,
): Promise<Pick<PairingOutcome, 'report' | 'steps' | 'waited'>> {
  const { name, namespace, resource, found } = target;
  if (stored?.taker === 'other-agent') {
    await awaitResource(invocation, { cluster, name, timeoutMs, before: resource });
    return { steps: [], waited: true };
  }
  const baseline = baselineOf(found?.report);
  const steps = new ShownSteps(invocation.progress, baseline);
  const changed = stored ? `nothing but the ${stored.secret} was changed` : 'nothing was lost';
  const serves = isWorking(target, invocation.clock.now()) ? 'the present certificate serves on, and ' : '';
  const wait = { cluster, name, namespace, baseline, steps, timeoutMs, request };
  const report = await awaitPairing(invocation, {
    ...wait,
    afterFailure: `${serves}${changed}`,
    untilSynchronized: false,
  });
  invocation.progress.step('ok', 'in use', `the new certificate, until ${report.identity?.notAfter ?? 'some day'}`);
  return { report, steps: steps.steps, waited: true };
}
