import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { startKubeApi } from './kube-api.ts';
import { widget, widgetCrd } from './testing-crd.ts';

const isMissing = spawnSync('kubectl', ['version', '--client']).status !== 0;
const skip = isMissing ? 'kubectl is not on the PATH' : false;

type Ran = { code: number; output: string };

test('real kubectl works with it: create, apply, get, describe, edit, wait, explain, delete', { skip }, async (t) => {
  await using api = await startKubeApi();
  const folder = await mkdtemp(join(tmpdir(), 'kube-api-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = async (name: string, value: unknown) => {
    await writeFile(join(folder, name), typeof value === 'string' ? value : stringify(value));
    return join(folder, name);
  };
  const kubeconfig = await file('kubeconfig', api.kubeconfig());
  const env = { ...process.env, KUBECONFIG: kubeconfig, EDITOR: 'sed -i s/red/blue/' };
  const kubectl = (...args: string[]): Promise<Ran> =>
    new Promise((resolve) => {
      execFile('kubectl', ['--cache-dir', join(folder, 'cache'), ...args], { env }, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, output: stdout + stderr });
      });
    });
  const succeeds = async (...args: string[]) => {
    const { code, output } = await kubectl(...args);
    assert.equal(code, 0, `kubectl ${args.join(' ')}: ${output}`);
    return output;
  };
  const crd = await file('crd.yaml', widgetCrd);
  const object = await file('widget.yaml', widget('a', { spec: { colour: 'red' } }));
  const wrong = await file('wrong.yaml', widget('b', { spec: { color: 'red' } }));

  await succeeds('create', 'namespace', 'n');
  await succeeds('create', 'secret', 'generic', 's', '--from-literal=k=v');
  await succeeds('apply', '-f', crd);
  await succeeds('wait', '--for=condition=Established', 'crd/widgets.example.com', '--timeout=5s');
  assert.match(await succeeds('apply', '-f', object), /created/);
  assert.match(await succeeds('apply', '-f', object), /unchanged/);
  assert.match((await kubectl('apply', '-f', wrong)).output, /unknown field "color"/);
  assert.match(await succeeds('get', 'wd'), /NAME\s+SIZE\na\s+3/);
  assert.match(await succeeds('edit', 'widget', 'a'), /edited/);
  await succeeds('wait', '--for=jsonpath={.spec.colour}=blue', 'widget/a', '--timeout=5s');
  assert.match(await succeeds('describe', 'secret', 's'), /k:\s+1 bytes/);
  assert.match(await succeeds('explain', 'widget.spec.colour'), /FIELD:\s+colour/);
  assert.match(await succeeds('apply', '--server-side', '--force-conflicts', '-f', object), /serverside-applied/);
  assert.match((await kubectl('logs', 'none')).output, /pods "none" not found/);
  await succeeds('delete', 'widget', 'a', '--wait');
  await succeeds('delete', 'namespace', 'n', '--wait', '--timeout=10s');
  assert.match((await kubectl('get', 'namespace', 'n')).output, /NotFound/);
});
