import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { Agent } from 'node:https';
import { before, suite, test } from 'node:test';
import { queryObjects } from 'node:v8';
import type { ClientCredential, Transport } from '#common/compass/endpoint.ts';
import { call } from '#common/compass/graphql.ts';
import { fingerprintOf } from '#common/pki/pem.ts';
import { Sensitive } from '#common/sensitive.ts';
import { until } from '../../cluster/until.ts';
import { type Issued, issue, issueRoot } from '../pki/authority.ts';
import { always, serverAuthority, startTlsServer, type TlsServer } from './tls-server.ts';

const WHAT = { document: 'query thing { thing }', operationName: 'thing' };
const GOOD = always(200, '{"data":{"thing":1}}');
const COUNT = 50;
/** Two each for four credentials. */
const AGENTS_KEPT = 8;

suite('a pair that rotates', () => {
  let root: Issued;
  let transport: Transport;
  let old: ClientCredential;
  let fresh: ClientCredential;

  before(async () => {
    root = await issueRoot('Client Root');
    // No time-outs of its own: what the sidecar uses.
    transport = { extraRoots: [(await serverAuthority()).root.pem] };
    [old, fresh] = [await credential(), await credential()];
  });

  /** Another certificate of the same client; every serial number is 2. */
  async function credential(): Promise<ClientCredential> {
    const { pem, keyPem } = await issue({ subject: 'CN=client', issuer: root });
    return { certificateChain: pem, key: new Sensitive(keyPem), fingerprint: fingerprintOf(new X509Certificate(pem)) };
  }

  function callAs(server: TlsServer, by: ClientCredential, query = '') {
    return call({ url: `${server.url}${query}`, target: 'director', credential: by }, WHAT, transport);
  }

  test('nothing stays of connections that are closed, for as long as the program runs', async () => {
    const options = { requestCert: true, rejectUnauthorized: true, ca: root.pem, keepAliveTimeout: 60_000 };
    await using server = await startTlsServer(GOOD, options);
    const running = new AbortController();
    const soon = { ...transport, idleMs: 1, closed: running.signal };
    const before = queryObjects(Agent, { format: 'count' });
    for (let turn = 0; turn < COUNT / 5; turn += 1) {
      await call({ url: server.url, target: 'director', credential: await credential() }, WHAT, soon);
    }
    // A closed connection that is held holds the agents that it came from; those of the last few credentials stay.
    await until('they are gone', () =>
      Promise.resolve(queryObjects(Agent, { format: 'count' }) <= before + AGENTS_KEPT),
    );
    assert.equal(running.signal.aborted, false);
  });

  test('X11, X16: with 50 requests under way fails none: those end by the old one, later ones go by the new one', async () => {
    const held: (() => void)[] = [];
    const options = { requestCert: true, rejectUnauthorized: true, ca: root.pem, keepAliveTimeout: 60_000 };
    await using server = await startTlsServer((request, response) => {
      if (request.url.endsWith('?held')) held.push(() => GOOD(request, response));
      else GOOD(request, response);
    }, options);
    const flying = Array.from({ length: COUNT }, () => callAs(server, old, '?held'));
    await until('all are under way', () => Promise.resolve(held.length === COUNT));
    const ofOld = [...server.connections];
    const later = await Promise.all(Array.from({ length: COUNT }, () => callAs(server, fresh)));
    for (const answer of held) answer();
    const answers = [...(await Promise.all(flying)), ...later];
    const idleSinceMs = performance.now();
    assert.deepEqual(new Set(answers.map(({ data }) => data['thing'])), new Set([1]));
    assert.equal(answers.length, 2 * COUNT);
    for (const { url, client } of server.received) {
      assert.equal(client, url.endsWith('?held') ? old.fingerprint : fresh.fingerprint);
    }
    const open = ofOld.filter((socket) => !socket.destroyed);
    await Promise.all(open.map((socket) => once(socket, 'close')));
    const idleMs = performance.now() - idleSinceMs;
    assert.ok(idleMs < 10_000, `connections of the old one were open for ${idleMs} ms`);
  });
});
