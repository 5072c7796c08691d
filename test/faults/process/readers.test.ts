import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import { until } from '../../cluster/until.ts';
import { CLIENT, CONNECTION } from '../../journeys/world.ts';
import { renew, synchronized } from '../cluster/steps.ts';
import { row } from '../row.ts';

const RENEWALS = 20;
const READERS = 8;
/** `npm run soak` takes 1,000,000: over HTTPS that is most of an hour, in which certificates are renewed without a pause. */
const READS = Number(process.env['READS'] ?? 1_000);

const decode = (base64 = '') => Buffer.from(base64, 'base64').toString();

/** What a reader of one read concludes; each content is judged once. */
function judgeOf() {
  const judged = new Map<string, boolean>();
  return ({ data = {} }: Secret): boolean => {
    const content = JSON.stringify(data);
    const known = judged.get(content);
    if (known !== undefined) return known;
    const leaf = new X509Certificate(decode(data['crt']));
    const isOfChain = new X509Certificate(decode(data['crtChain'])).fingerprint256 === leaf.fingerprint256;
    const isPair = isOfChain && leaf.checkPrivateKey(createPrivateKey(decode(data['key'])));
    judged.set(content, isPair);
    return isPair;
  };
}

/**
 * A read shows one version of the Secret, and every version that there ever was is judged at the end too (I3): these are
 * here to read while it is written.
 */
row('R11', 'whoever reads while certificates are renewed finds a matching pair in every read', async (world) => {
  await synchronized(world);
  const { cluster } = world.cluster;
  const isPair = judgeOf();
  let [reads, mismatched, isOver] = [0, 0, false];
  const reader = async () => {
    while (!isOver) {
      if (!isPair(await cluster.get<Secret>({ kind: SECRET, ...CLIENT }))) mismatched += 1;
      reads += 1;
    }
  };
  const reading = Promise.all(Array.from({ length: READERS }, reader));
  let renewals = 0;
  while (renewals < RENEWALS || reads < READS) {
    await renew(world);
    renewals += 1;
    await until('the renewal is over', async () => {
      return !(await cluster.get<CompassConnection>(CONNECTION)).spec.refreshCredentialsNow;
    });
  }
  isOver = true;
  await reading;
  world.t.diagnostic(`${reads} reads by ${READERS} readers during ${renewals} renewals`);
  assert.equal(mismatched, 0);
  const versions = world.witness.secrets.filter(({ object: { metadata } }) => metadata.name === CLIENT.name);
  assert.equal(versions.length, renewals + 1, 'a renewal is one write');
});
