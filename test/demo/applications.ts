import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { CONNECTION_ANNOTATION } from '#common/resources/names.ts';
import type { ApplicationInput } from '../simulator/application-input.ts';
import { sampleApplications } from '../simulator/samples.ts';
import type { Scene } from './scene.ts';

/** Well-formed ones, so that the demo ends well; the odd ones are for `npm run simulator`. */
const CAST = ['shop', 'oauth-only', 'basic-only', 'request-parameters', 'events-only'];

export const demoApplications: readonly ApplicationInput[] = sampleApplications.filter(({ name }) =>
  CAST.includes(name),
);

/** The Applications that the sidecar keeps for this connection. */
export async function listApplications({ target }: Scene): Promise<readonly Application[]> {
  const found: Application[] = [];
  for await (const { items } of target.cluster.listPages<Application>(APPLICATION)) found.push(...items);
  const { connectionName } = target.place;
  return found.filter(({ metadata }) => metadata.annotations?.[CONNECTION_ANNOTATION] === connectionName);
}

async function countSecrets({ target }: Scene): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const namespace = target.place.integrationNamespace;
  for await (const { items } of target.cluster.listPages<Secret>(SECRET, { namespace })) {
    for (const { metadata } of items) {
      const owner = metadata.labels?.['app'] ?? '';
      counts.set(owner, (counts.get(owner) ?? 0) + 1);
    }
  }
  return counts;
}

function amount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** One line for each Application, with what it offers. */
export async function describeApplications(scene: Scene): Promise<string> {
  const [applications, secrets] = await Promise.all([listApplications(scene), countSecrets(scene)]);
  const lines = applications.map(({ metadata: { name }, spec }) => {
    const entries = (spec?.services ?? []).flatMap((service) => service.entries);
    const apis = entries.filter(({ type }) => type === 'API').length;
    const facts = [
      amount(apis, 'API'),
      amount(entries.length - apis, 'event'),
      amount(secrets.get(name) ?? 0, 'Secret'),
    ];
    return `${name.padEnd(20)}${facts.map((fact) => fact.padEnd(11)).join('')}`.trimEnd();
  });
  return lines.join('\n');
}
