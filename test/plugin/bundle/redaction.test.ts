import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Needles } from '../../../plugin/bundle/redaction/needles.ts';
import { Redactor } from '../../../plugin/bundle/redaction/redactor.ts';
import { sanitize } from '../../../plugin/bundle/redaction/sanitize.ts';
import { addSecretValues } from '../../../plugin/bundle/redaction/secret-values.ts';
import { testRedaction } from '../../../plugin/bundle/redaction/self-test.ts';
import { piecesLeft } from './archive-files.ts';

const blind = new Redactor(new Needles());

function knowing(...values: readonly string[]): Redactor {
  const needles = new Needles();
  for (const value of values) needles.add(value);
  return new Redactor(needles);
}

describe('what is no secret stays as it is', () => {
  for (const text of [
    'use OAuth or Basic credentials in Compass',
    'token: used',
    'the one-time token is required: kubectl compass reconnect --token-stdin',
    'https://host.example:8080/path?page=2#part',
    'cannot get secrets "cluster-client-certificates" in namespace "compass-system": not found',
    '1ae04041-17e5-4470-a184-8d4b2a8d8a3e',
    'hmac:0123456789abcdef',
    'sha256:4f09aa0123456789abcdef0123456789abcdef0123456789abcdef0123456789',
    '2026-09-14T14:10:02Z/9c1abc',
    'compass-sidecar-7c9f4d5b8-x2xqz_0d5a1e0c-1111-4222-8333-444455556666',
    'applications.applicationconnector.kyma-project.io/v1alpha1',
    'registry.example/compass-sidecar:v0.1.0-rc1',
    'TLS1.3, clock skew 0.4s, through http://proxy.corp:8080',
    'x-request-id 1ae04041_5f0c',
  ]) {
    test(text, () => assert.equal(blind.text(text), text));
  }

  test('fingerprints and the states of a token, also in fields that are called so', () => {
    const document = {
      password: 'hmac:0123456789abcdef',
      token: 'unused',
      secretName: 'a',
      secrets: 3,
      credentials: {},
    };
    assert.deepEqual(blind.value(document), document);
  });
});

describe('a secret that nobody knows is found by its looks or its place', () => {
  const SECRET = 'correcthorse7battery';
  for (const text of [
    `https://user:${SECRET}@host.example/path`,
    `https://${SECRET}@host.example`,
    `https://user:with/slash${SECRET}@host.example`,
    `https%3A%2F%2Fuser%3A${SECRET}%40host.example`,
    `HTTPS_PROXY=user:${SECRET}@proxy.example:3128`,
    `{"settings":{"HTTPS_PROXY":"user:with@${SECRET}@proxy.example:3128"}}`,
    `DB_PASSWORD=${SECRET}`,
    `password: ${SECRET}`,
    `--client-secret=${SECRET}`,
    `psql --password ${SECRET} --host a`,
    `Cookie: first=1; sid=${SECRET}`,
    `{"clientSecret":"${SECRET}"}`,
    `"{\\"clientSecret\\":\\"${SECRET}\\"}"`,
    `?access_token=${SECRET}&next=1`,
    `Authorization: Bearer ${SECRET}`,
    `authorization: Basic ${Buffer.from(`user:${SECRET}`).toString('base64')}`,
    `-----BEGIN EC PRIVATE KEY-----\n${SECRET}\n-----END EC PRIVATE KEY-----`,
    `-----BEGIN PRIVATE KEY-----\\n${SECRET}`,
    `jwt eyJhbGciOiJub25lIn0.${SECRET}.x`,
  ]) {
    test(text, () => assert.deepEqual(piecesLeft(blind.text(text), SECRET), []));
  }

  test('in a field that is called so, and in headers and parameters of any name', () => {
    const shown = JSON.stringify(
      blind.value({
        password: SECRET,
        my_api_key: [SECRET],
        requestParameters: { headers: { 'X-Any': [SECRET] } },
        nested: [{ clientSecret: SECRET }],
      }),
    );
    assert.deepEqual(piecesLeft(shown, SECRET), []);
    assert.match(shown, /X-Any/);
  });

  test('in a line of a log that is no JSON after all', () => {
    assert.deepEqual(piecesLeft(blind.line(`{"password":"${SECRET}"`), SECRET), []);
  });
});

test('a value that is known is found in whatever form it is, and wherever', () => {
  const value = fc.string({ minLength: 8, maxLength: 60, unit: 'grapheme' }).filter((text) => text.trim() === text);
  const around = fc.string({ maxLength: 20 });
  fc.assert(
    fc.property(value, around, around, (secret, before, after) => {
      const redactor = knowing(secret);
      const bytes = Buffer.from(secret);
      for (const form of [
        secret,
        bytes.toString('base64'),
        bytes.toString('base64url'),
        bytes.toString('hex'),
        encodeURIComponent(secret.toWellFormed()),
        JSON.stringify(secret).slice(1, -1),
        ...asOthersWrite(secret),
      ]) {
        assert.ok(redactor.isClean(redactor.text(`${before} ${form} ${after}`)), form);
        assert.ok(!redactor.isClean(`${before} ${form} ${after}`) || form.length < 4, form);
      }
    }),
    { numRuns: 300 },
  );
});

/** Forms of other programs' making: RFC 3986, forms, URLs, the JSON of Go, and HTML. */
function asOthersWrite(secret: string): string[] {
  const hex = (sign: string) => sign.charCodeAt(0).toString(16);
  const url = new URL('https://host.example');
  url.password = secret;
  const strict = encodeURIComponent(secret).replace(/[!'()*]/g, (sign) => `%${hex(sign).toUpperCase()}`);
  const html = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return [
    strict,
    strict.replaceAll('%20', '+'),
    new URLSearchParams({ a: secret }).toString().slice(2),
    encodeURI(secret),
    url.password,
    JSON.stringify(secret)
      .slice(1, -1)
      .replace(/[<>&]/g, (sign) => `\\u00${hex(sign)}`),
    html,
    html.replaceAll('"', '&#34;').replaceAll("'", '&#39;'),
  ];
}

test('a value that is known is found as programs of any kind write it', () => {
  const secret = `p@ss!wo(rd)*1'&<x>"~ z%`;
  const redactor = knowing(secret);
  for (const form of asOthersWrite(secret)) assert.equal(redactor.text(`a ${form} b`), 'a [withheld] b');
});

test('a value that is the form of another one has its own forms', () => {
  const first = 'correct horse';
  const second = Buffer.from(first).toString('base64');
  const redactor = knowing(first, second);
  assert.equal(redactor.text(`a ${Buffer.from(second).toString('base64')} b`), 'a [withheld] b');
});

test('of two values that overlap nothing is left', () => {
  const redactor = knowing('abcd12345', '2345SECRETvalue', 'valueEND');
  assert.equal(redactor.text('x abcd12345SECRETvalueEND y'), 'x [withheld] y');
});

test('a value that is no text is found as the Secret has it', () => {
  const encoded = Buffer.from([0xff, 0xfe, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).toString('base64');
  const needles = new Needles();
  addSecretValues({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, data: { keystore: encoded } }, needles);
  assert.equal(new Redactor(needles).text(`a ${encoded} b`), 'a [withheld] b');
});

test('what a neighbour of the sidecar is called with is withheld, whatever it looks like', () => {
  const secret = 'hunter2';
  const probe = {
    httpGet: { path: '/', port: 80, httpHeaders: [{ name: 'X-Any', value: secret }] },
    exec: { command: ['psql', '-W', secret] },
  };
  const container = {
    ...{ name: 'app', command: ['sh', '-c', `curl -u me:${secret}`], args: ['--any', secret] },
    ...{ env: ['ANY', 'APP_DB_PASS', 'APP_ANY'].map((name) => ({ name, value: secret })), livenessProbe: probe },
  };
  const settings = { APP_MODE: 'reader', APP_ANY_PASS: secret, HTTPS_PROXY: `me:${secret}@proxy:3128` };
  const env = Object.entries(settings).map(([name, value]) => ({ name, value }));
  const sidecar = { name: 'compass-sidecar', env };
  const pod = {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'shop' } },
    spec: { containers: [container, sidecar], volumes: [{ name: 'a', csi: { volumeAttributes: { any: secret } } }] },
  };
  const shown = JSON.stringify(sanitize(pod, blind));
  assert.ok(!shown.includes(secret), shown);
  assert.match(shown, /"psql"/);
  assert.match(shown, /"X-Any"/);
  assert.match(shown, /"reader"/);
  assert.match(shown, /@proxy:3128"/);
});

test('a Secret has no values left, whoever comes upon it', () => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, data: { any: 'aHVudGVyMg==' } };
  assert.deepEqual(sanitize(secret, blind).data, { any: '[withheld]' });
});

test('a value that is short counts as a word only', () => {
  const redactor = knowing('test');
  assert.equal(redactor.text('the latest test'), 'the latest [withheld]');
});

test('the redaction passes its own test', () => {
  assert.ok(testRedaction().tried > 15);
});
