import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObservedCall } from '#common/compass/endpoint.ts';
import { call } from '#common/compass/graphql.ts';
import { readToken } from '#common/compass/token.ts';
import { always, serverAuthority, startTlsServer } from './tls-server.ts';

const WHAT = { document: 'query thing { thing }', operationName: 'thing' };

/** What an answer with this `Date` says of the clocks, to one whose clock stands still. */
async function skewBy(date: string, now: number): Promise<number | undefined> {
  const seen: ObservedCall[] = [];
  await using server = await startTlsServer(always(200, '{"data":{"thing":1}}', { date }));
  const clock = { now: () => now, monotonicMs: () => 0, sleep: () => Promise.resolve() };
  const extraRoots = [(await serverAuthority()).root.pem];
  const transport = { extraRoots, clock, observe: (one: ObservedCall) => void seen.push(one) };
  const { data } = await call({ url: server.url, target: 'connector' }, WHAT, transport);
  assert.deepEqual(data, { thing: 1 });
  return seen[0]?.clockSkewMs;
}

test('X5: a leap second makes the clocks differ by less than a minute, which is nothing', async () => {
  const skewMs = await skewBy('Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1));
  assert.ok(skewMs !== undefined && Math.abs(skewMs) <= 60_000, String(skewMs));
});

test('X5: a date that is none says nothing of the clocks, and the answer is taken', async () => {
  for (const date of ['yesterday', 'Sat, 31 Dec 2016 25:61:00 GMT']) assert.equal(await skewBy(date, 0), undefined);
});

test('X5: a token that ends in a leap second is read without its end', () => {
  const { token, expiresAt } = readToken(JSON.stringify({ token: 'abc', expiresAt: '2016-12-31T23:59:60Z' }));
  assert.deepEqual([token.reveal(), expiresAt], ['abc', undefined]);
});
