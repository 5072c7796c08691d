import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompassError } from '#common/errors.ts';
import { silentLog } from '#common/log.ts';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import { trustedSpecUrls } from '../../../sidecar/connection/spec-urls.ts';
import { freshState } from '../../../sidecar/connection/state.ts';
import { memoryContext } from './memory-context.ts';

const CONNECTOR = 'https://connector.example.com/graphql';
const DIRECTOR = 'https://director.example.com/graphql';
const ELSEWHERE = 'https://director.attacker.test/graphql';
const CONFIGURED = { connectorUrl: CONNECTOR, runtimeId: 'r', tenant: undefined, token: undefined };
const MISSING = new CompassError('ConfigurationMissing', 'there is none');

/** A CompassConnection with this in it; an older definition lets anything stand there. */
const objectWith = (managementInfo: unknown) => ({ spec: { managementInfo } }) as unknown as CompassConnection;
const both = (connectorUrl: unknown, directorUrl: unknown) => objectWith({ connectorUrl, directorUrl });

test('URLs in the domain of CONNECTOR_URL are trusted', () => {
  const { context } = memoryContext();
  assert.deepEqual(trustedSpecUrls(context, both(CONNECTOR, DIRECTOR), CONFIGURED), {
    connector: CONNECTOR,
    director: DIRECTOR,
  });
});

test('URLs that somebody wrote for another domain are not trusted, and told of', () => {
  const warnings: unknown[] = [];
  const { context } = memoryContext({ log: { ...silentLog, warn: (_, fields) => warnings.push(fields?.['reason']) } });
  for (const urls of [both(CONNECTOR, ELSEWHERE), both(ELSEWHERE, DIRECTOR), both(ELSEWHERE, ELSEWHERE)]) {
    assert.equal(trustedSpecUrls(context, urls, CONFIGURED), undefined);
  }
  assert.deepEqual(warnings, ['UntrustedUrl', 'UntrustedUrl', 'UntrustedUrl']);
});

test('without a configuration the Connector in use says what is trusted, and else the URL itself', async () => {
  const { context } = memoryContext();
  const elsewhere = both(ELSEWHERE, ELSEWHERE);
  assert.equal(trustedSpecUrls(context, elsewhere, MISSING)?.director, ELSEWHERE);
  assert.equal(trustedSpecUrls(context, both(CONNECTOR, ELSEWHERE), MISSING), undefined);
  await context.state.write(freshState());
  assert.equal(trustedSpecUrls(context, elsewhere, MISSING)?.director, ELSEWHERE);
  await context.state.write({ ...freshState(), urls: { connector: CONNECTOR, director: DIRECTOR } });
  assert.equal(trustedSpecUrls(context, elsewhere, MISSING), undefined);
  assert.equal(trustedSpecUrls(context, both(CONNECTOR, DIRECTOR), MISSING)?.director, DIRECTOR);
});

test('what is no two URLs is none', () => {
  const { context } = memoryContext({
    log: { ...silentLog, warn: () => assert.fail('it was taken for something to judge') },
  });
  const strange = [
    ...[undefined, {}, { spec: null }, { spec: 'text' }].map((object) => object as CompassConnection | undefined),
    ...[objectWith(undefined), objectWith(null), objectWith('text'), objectWith({})],
    ...[both(CONNECTOR, ''), both('', DIRECTOR), both(CONNECTOR, undefined), both(1, 2), both([], {})],
  ];
  for (const object of strange) assert.equal(trustedSpecUrls(context, object, CONFIGURED), undefined);
});
