import type { Cluster } from '#common/cluster/cluster.ts';
import type { Invocation } from '../command.ts';
import { type FoundConnection, findConnection } from '../connection/find.ts';
import { canICommand, describeRight } from '../connection/right.ts';
import { ReadinessJudge } from '../get/readiness.ts';
import { clusterFlags, sidecarNamespace } from '../kubeconfig/flags.ts';
import { readTraced, type Traced } from './asked.ts';
import { traceDocument } from './document.ts';
import type { TraceFacts } from './facts.ts';
import { traceApplication } from './trace-app.ts';
import { traceSecret } from './trace-secret.ts';
import { traceUrl } from './trace-url.ts';
import { formatTraces } from './view.ts';

/** `kubectl compass trace`: find what was asked for, go back to the connection, print. */
export async function runTrace(invocation: Invocation): Promise<number> {
  const { flags, env, clock, style } = invocation;
  const asked = readTraced(invocation.names);
  const { cluster, context } = await invocation.connect();
  const connection = await findConnection(cluster, {
    name: flags.text('connection'),
    namespace: sidecarNamespace(flags, env),
  });
  const facts = await traceBack(cluster, connection, asked);
  const place = { clusterFlags: clusterFlags(flags) };
  for (const right of facts.notPermitted) invocation.hint(`${describeRight(right)}; ask: ${canICommand(right, place)}`);
  const now = clock.now();
  await invocation.print({
    document: () => traceDocument(facts, asked, now),
    text: () => formatTraces(facts, { ...style, now, context }),
  });
  return 0;
}

function traceBack(cluster: Cluster, connection: FoundConnection, asked: Traced): Promise<TraceFacts> {
  const judge = new ReadinessJudge(connection.name, connection.found?.report);
  if (asked.type === 'secret') return traceSecret(cluster, connection, judge, asked);
  if (asked.type === 'app') return traceApplication(cluster, connection, judge, asked.name);
  return traceUrl(cluster, connection, judge, asked.url);
}
