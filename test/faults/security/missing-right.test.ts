import assert from 'node:assert/strict';
import { suite } from 'node:test';
import { type Clock, systemClock } from '#common/clock.ts';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { NO_KUBECTL } from '../../cluster/kubectl.ts';
import { until } from '../../cluster/until.ts';
import { CA, CLIENT } from '../../journeys/world.ts';
import { row } from '../row.ts';
import type { FaultWorld } from '../world.ts';
import { begin, live, REPEATED_HARM, told, WHOLE_LIFE } from './life.ts';
import { installWithout, manifests, type SingleRight, singleRights } from './rights.ts';
import { share } from './share.ts';

/** Back-offs and quiet times pass so many times as fast; the wall clock is the machine's. */
const hurried = (times: number): Clock => ({
  ...systemClock,
  monotonicMs: () => systemClock.monotonicMs() * times,
  sleep: (ms, signal) => systemClock.sleep(ms / times, signal),
});

const OWN = 'compass-system';
const CONFIGURATION = 'compass-agent-configuration';

/** Without these what a token gives could not be stored: then none may leave. */
function isForStoring({ namespace, resource, name, verb }: SingleRight): boolean {
  if (namespace !== OWN || resource !== 'secrets') return false;
  if (name === undefined) return true;
  if (name === CLIENT.name) return verb === 'get' || verb === 'patch';
  return name !== CONFIGURATION;
}

/** Whether there is a connection without it; where not, the token is as it was. */
function isDispensable(right: SingleRight): boolean {
  const isToken = right.resource === 'secrets' && right.name === CONFIGURATION && right.verb === 'get';
  return !(isToken || isForStoring(right));
}

/** What has to be there before the start for a right to be of use at all: an emptied Secret is filled, the CA's is added to. */
async function arrange(
  { cluster: { cluster } }: FaultWorld,
  { verb, resource, name = '' }: SingleRight,
): Promise<void> {
  const put = (namespace: string, data: Record<string, string>) =>
    cluster.create<Secret>(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, data });
  if (verb !== 'patch' || resource !== 'secrets') return;
  if (/-(?:journal|state)$/.test(name)) await put(OWN, {});
  if (name === CA.name) await put(CA.namespace, { cacert: Buffer.from('old').toString('base64') });
}

/** As a message of the API server has it, or one of the preflight. */
function isNamedIn(text: string, { verb, resource, group, name }: SingleRight): boolean {
  const kind = [resource, group].filter((part) => part !== '').join('.');
  const object = name === undefined || verb === 'list' || verb === 'watch' ? '' : `.{0,300}${name}`;
  return new RegExp(`(?:cannot|may not|no right to) ${verb} ${kind}(?!/status)${object}`).test(
    text.replaceAll('\\"', '"'),
  );
}

const titleOf = ({ verb, resource, name, namespace }: SingleRight) =>
  `${verb} ${resource}${name === undefined ? '' : ` ${name}`}${namespace === undefined ? '' : ` in ${namespace}`}`;

const OBJECTS = NO_KUBECTL ? [] : await manifests();

async function goesOnWithout(right: SingleRight, world: FaultWorld): Promise<void> {
  const life = begin(world);
  await arrange(world, right);
  const { kubeconfigPath } = await installWithout(world, OBJECTS, right);
  // An Event is repeated after a minute at the earliest.
  const isRepeating = right.resource === 'events' && right.verb === 'patch';
  const sidecar = world.here({ KUBECONFIG: kubeconfigPath }, hurried(isRepeating ? 60 : 10), () => 0);
  const isNamed = async () => isNamedIn(await told(world), right);
  const [first, second, ...rest] = isRepeating ? REPEATED_HARM : WHOLE_LIFE;
  for (const step of [first, second]) if (step) await live(step, life, isNamed);
  if (isDispensable(right)) await until('there is a connection', () => world.secret(OWN, CLIENT.name));
  for (const step of rest) if (!(await isNamed())) await live(step, life, isNamed);
  assert.ok(await isNamed(), `nothing names it\n${await told(world)}`);
  assert.equal(sidecar.hasEnded, false);
  if (isDispensable(right)) return;
  const left = world.simulator.requests.list().filter(({ tokenHash }) => tokenHash !== null);
  assert.deepEqual(left, [], 'a token has left');
}

suite('each right of the manifests', { concurrency: 3 }, () => {
  for (const right of share(singleRights(OBJECTS), 'S9')) {
    const title = `without the right to ${titleOf(right)} ${isDispensable(right) ? 'it connects' : 'no token leaves'}, and says so`;
    const crds = right.resource.endsWith('/status') ? 'ours-with-status' : 'ours';
    row('S9', title, (world) => goesOnWithout(right, world), { crds, skip: NO_KUBECTL });
  }
});
