import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import { canICommand, describeRight } from '../connection/right.ts';
import { readAsked } from '../get/resource.ts';
import { clusterFlags, sidecarNamespace } from '../kubeconfig/flags.ts';
import { descriptionDocument } from './document.ts';
import { fetchApplicationFacts } from './facts.ts';
import { formatDescription } from './view.ts';

/** `kubectl compass describe app NAME`: fetch, print. */
export async function runDescribe(invocation: Invocation): Promise<number> {
  const { flags, env, clock, style, stdout } = invocation;
  const app = readName(invocation.names);
  const { cluster } = await invocation.connect();
  const now = clock.now();
  const facts = await fetchApplicationFacts(cluster, {
    name: flags.text('connection'),
    namespace: sidecarNamespace(flags, env),
    app,
    showEvents: flags.switched('show-events') ?? true,
    now,
  });
  if (!facts)
    throw new CompassError('ClusterNotFound', `there is no Application ${app}`, { next: 'kubectl compass get apps' });
  const place = { clusterFlags: clusterFlags(flags) };
  for (const right of facts.notPermitted) invocation.hint(`${describeRight(right)}; ask: ${canICommand(right, place)}`);
  await invocation.print({
    document: () => descriptionDocument(facts, now),
    names: facts.application ? [`application.applicationconnector.kyma-project.io/${facts.name}`] : [],
    text: () => formatDescription(facts, { ...style, now, width: stdout.columns }),
  });
  return 0;
}

function readName(words: readonly string[]): string {
  const { type, names } = readAsked(words, 'describe takes app NAME');
  const [name] = names;
  if (type !== 'apps')
    throw new CompassError('Usage', `describe takes app NAME; use kubectl compass get ${type} -o yaml`);
  if (name === undefined) throw new CompassError('Usage', 'describe needs the name of an Application: app NAME');
  if (names.length > 1) throw new CompassError('Usage', `describe takes one Application, not ${names.length}`);
  return name;
}
