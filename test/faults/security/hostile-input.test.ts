import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { readList, readObject } from '#common/cluster/read-object.ts';
import { InvalidItem, readBundle } from '#common/compass/director-reader.ts';
import { readToken } from '#common/compass/token.ts';
import { parseConnectorUrl } from '#common/compass/trusted-url.ts';
import { parseDurationMs } from '#common/duration.ts';
import { CompassError } from '#common/errors.ts';
import { readPem } from '#common/pki/pem.ts';
import { parseSubject } from '#common/pki/subject.ts';
import type { Application } from '#common/resources/application.ts';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import { readReport } from '#common/resources/report.ts';
import { readAnnotation } from '#common/resources/requests.ts';
import { applicationDigest } from '#common/sync/digest.ts';
import { toPresentApplication } from '#common/sync/present.ts';
import { readConfig } from '../../../sidecar/config.ts';
import { JOURNAL_FORMAT } from '../../../sidecar/connection/journal.ts';
import { STATE_FORMAT } from '../../../sidecar/connection/state.ts';
import { statusPatch, withForeignConditions } from '../../../sidecar/status/connection-patch.ts';
import { connectionStatus } from '../../../sidecar/status/connection-status.ts';
import { readStatus } from '../../../sidecar/status/read-status.ts';
import { synchronized } from '../../sidecar/status/observations.ts';

/** Any text at all, lone surrogates and control characters among it. */
const text = fc.string({ unit: 'binary', maxLength: 300 });
const RUNS = { numRuns: 1_000 };

const json = fc.jsonValue({ maxDepth: 6 });

/** Something of that shape, or of any other, at each level. */
const or = (shape: fc.Arbitrary<unknown>) => fc.oneof(json, shape);
const entries = or(fc.array(or(fc.record({ credentials: or(fc.record({ secretName: json })) }))));
const spec = or(
  fc.record({
    services: or(fc.array(or(fc.record({ id: or(fc.string()), entries })))),
    compassMetadata: or(fc.record({ applicationId: json, authentication: or(fc.record({ clientIds: json })) })),
  }),
);

/** What it gives, or undefined where it refuses in the one way there is. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    assert.ok(error instanceof CompassError, String(error));
    return undefined;
  }
}

const object = (rest: object) => ({ apiVersion: 'v1', kind: 'A', metadata: { name: 'a' }, ...rest });

suite('whatever is read', { concurrency: false }, () => {
  test('I10: any text is refused or understood, and what is refused is not quoted at length', () => {
    fc.assert(
      fc.property(text, (any) => {
        const name = attempt(() => parseSubject(any))?.commonName;
        assert.ok(name === undefined || any.length > 0);
        const token = attempt(() => readToken(any))?.token.reveal();
        assert.ok(token === undefined || /^[\x21-\x7e]{1,4096}$/.test(token), 'a token is one word');
        const url = attempt(() => parseConnectorUrl(any));
        assert.ok(url === undefined || url.startsWith('https://'));
        const duration = parseDurationMs(any);
        assert.ok(duration === undefined || duration >= 0);
        assert.equal(readPem(any).unreadable, 0);
        assert.ok(readAnnotation('sync', any).id.length <= 129);
      }),
      RUNS,
    );
  });

  test('I10: any text in any setting is refused by the name of the setting', () => {
    const names = ['APP_CONTROLLER_SYNC_PERIOD', 'APP_HEALTH_PORT', 'APP_COMPASS_ALLOWED_HOSTS', 'APP_DELETION_BUDGET'];
    fc.assert(
      fc.property(fc.constantFrom(...names), text, (name, value) => {
        try {
          readConfig({ [name]: value, POD_NAMESPACE: 'a' });
        } catch (error) {
          assert.ok(error instanceof CompassError && error.message.startsWith(`${name} is "`));
          assert.ok(error.message.length < 1_000);
        }
      }),
      RUNS,
    );
  });

  test('I10: any JSON is an object of the API or none, and an Application of any shape has a digest', () => {
    fc.assert(
      fc.property(json, spec, (any, shaped) => {
        assert.ok(readObject(any) === undefined || typeof readObject(any)?.metadata.name === 'string');
        readList(any);
        const application = object({ spec: shaped }) as unknown as Application;
        assert.equal(toPresentApplication(application, 'c').digest, applicationDigest(structuredClone(application)));
      }),
      RUNS,
    );
  });

  test('I10: a CompassConnection of any shape gets the status that it should have', () => {
    fc.assert(
      fc.property(json, or(fc.record({ connectionStatus: json, conditions: json })), (any, status) => {
        const connection = object({ spec: any, status }) as unknown as CompassConnection;
        const wanted = connectionStatus(readStatus(connection), synchronized());
        assert.equal(wanted.connectionState, 'Synchronized');
        statusPatch(connection, wanted);
      }),
      RUNS,
    );
  });

  test('I10: any JSON in the place of a document of ours is a document or none', () => {
    fc.assert(
      fc.property(json, (any) => {
        const journal = JOURNAL_FORMAT.decode(any);
        if (journal) assert.ok(JOURNAL_FORMAT.decode(JOURNAL_FORMAT.encode(journal)));
        const state = STATE_FORMAT.decode(any);
        if (state) assert.ok(STATE_FORMAT.decode(STATE_FORMAT.encode(state)));
        readReport(JSON.stringify(any));
      }),
      RUNS,
    );
  });

  test('I10: what is nested deeper than any stack is left out, put right, or one bad item', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`) as unknown;
    const conditions = [
      { type: 'Foreign', status: 'True', reason: deep },
      { type: 'Other', status: 'True' },
    ];
    const status = { connectionStatus: { certificateStatus: deep, other: deep }, conditions };
    const connection = object({ status }) as unknown as CompassConnection;
    const before = readStatus(connection);
    const wanted = withForeignConditions(connectionStatus(before, synchronized()), before);
    assert.equal(wanted.conditions?.filter(({ type }) => type === 'Foreign' || type === 'Other').length, 1);
    assert.ok(statusPatch(connection, wanted));
    const application = object({ spec: { services: deep } }) as unknown as Application;
    assert.ok(applicationDigest(application));
    const page = { data: [], totalCount: 0, pageInfo: { hasNextPage: false } };
    const bundle = {
      id: 'b',
      name: 'b',
      instanceAuthRequestInputSchema: deep,
      apiDefinitions: page,
      eventDefinitions: page,
    };
    try {
      assert.match(readBundle(bundle).bundle.instanceAuthRequestInputSchema ?? '', /^{"a":{"a"/);
    } catch (error) {
      // How deep can be written differs from one V8 to the next.
      assert.ok(error instanceof InvalidItem, String(error));
    }
  });
});
