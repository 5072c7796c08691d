import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { chooseContext } from '#common/cluster/kubeconfig.ts';
import { readKubeconfig } from '#common/cluster/kubeconfig-file.ts';
import { type KubeObject, SECRET, type Secret } from '#common/cluster/objects.ts';
import { proxyFor } from '#common/cluster/proxy.ts';
import { readList, readObject } from '#common/cluster/read-object.ts';
import { scrubSecret } from '#common/cluster/scrub.ts';
import { translateAnswer } from '#common/cluster/translate.ts';
import { readEvents } from '#common/cluster/watch-stream.ts';
import { CompassError } from '#common/errors.ts';
import { parseJson } from '#common/json.ts';
import type { Application } from '#common/resources/application.ts';
import { lastEntries } from '#common/sync/last-good.ts';
import { toPresentApplication, toPresentSecret } from '#common/sync/present.ts';
import type { Corpora } from '../corpora.ts';
import type { Target } from '../fuzz.ts';

const SUBJECT = { verb: 'get', resource: 'secrets', name: 'a', namespace: 'b' };

/** What the API server answers, and what says where it is. */
export function clusterTargets(t: TestContext, corpora: Corpora): readonly Target[] {
  const folder = mkdtempSync(join(tmpdir(), 'compass-fuzz-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const kubeconfig = join(folder, 'config');
  return [
    { name: 'an Application', inputs: corpora.applications, read: (input) => readApplications(input.toString()) },
    { name: 'a Secret', inputs: corpora.secrets, read: (input) => readSecrets(input.toString()) },
    { name: 'a refusal', inputs: corpora.refusals, read: refuse },
    { name: 'a watch', inputs: corpora.watches, read: readWatch },
    {
      name: 'a kubeconfig',
      inputs: corpora.kubeconfigs,
      async read(input) {
        writeFileSync(kubeconfig, input);
        const config = await readKubeconfig([kubeconfig]);
        if (config) proxyFor(chooseContext(config, undefined).server, { HTTPS_PROXY: 'p', NO_PROXY: input.toString() });
      },
    },
  ];
}

/** As the door lets it through: one object, or the items of a list. */
function objectsIn<T extends KubeObject>(text: string): readonly T[] {
  const value = parseJson(text);
  const object = readObject<T>(value);
  return object ? [object] : (readList<T>(value)?.items ?? []);
}

function readApplications(text: string): void {
  for (const application of objectsIn<Application>(text)) {
    const { bundlesWithSecrets } = toPresentApplication(application, 'compass-connection');
    for (const bundle of bundlesWithSecrets) lastEntries(application, bundle);
  }
}

function readSecrets(text: string): void {
  for (const secret of objectsIn<Secret>(text)) {
    toPresentSecret(secret, 'compass-connection');
    scrubSecret(secret)(text);
  }
}

function refuse(input: Buffer): never {
  const text = input.toString();
  const headers = { 'retry-after': text.slice(0, 12), 'content-type': 'application/json' };
  throw translateAnswer(SUBJECT, { code: 200 + (input[0] ?? 0) * 2, headers, body: text });
}

/** In pieces, as a connection brings it. */
async function readWatch(input: Buffer): Promise<void> {
  const size = 1 + (input[0] ?? 0) * 8;
  const pieces = Array.from({ length: Math.ceil(input.length / size) }, (_, at) =>
    input.subarray(at * size, (at + 1) * size),
  );
  const answer = Readable.from(pieces) as IncomingMessage;
  const cutOff = (code: string) => new CompassError('ClusterUnreachable', code);
  const stream = { subject: SUBJECT, kind: SECRET, signal: new AbortController().signal, silentMs: 10_000, cutOff };
  for await (const event of readEvents<Secret>(answer, stream)) {
    if (event.type !== 'bookmark') toPresentSecret(event.object, 'compass-connection');
  }
}
