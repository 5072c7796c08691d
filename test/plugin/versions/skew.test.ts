import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Skew, skewBetween } from '../../../plugin/versions/skew.ts';

const CASES: readonly (readonly [client: string, sidecar: string | undefined, skew: Skew])[] = [
  ['1.4.0', '1.4.9', 'ok'],
  ['1.4.0', 'v1.6.0', 'ok'],
  ['1.4.0', '1.2.0-rc.1', 'ok'],
  ['1.4.0', '1.7.0', 'unsupported'],
  ['1.4.0', '1.1.9', 'unsupported'],
  ['1.4.0', '2.4.0', 'unsupported'],
  ['1.4.0', undefined, 'unknown'],
  ['1.4.0', 'main', 'unknown'],
  ['0.0.0-unknown', '0.1.0', 'ok'],
];

for (const [client, sidecar, skew] of CASES) {
  test(`plugin ${client} with sidecar ${sidecar ?? 'of no version'} is ${skew}`, () => {
    assert.equal(skewBetween(client, sidecar), skew);
  });
}
