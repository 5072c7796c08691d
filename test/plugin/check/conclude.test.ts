import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conclude } from '../../../plugin/check/conclude.ts';
import type { PlacedFinding } from '../../../plugin/check/finding.ts';
import { finding } from './sample-run.ts';

function reach(from: PlacedFinding['from'], status: PlacedFinding['status'], more: Partial<PlacedFinding> = {}) {
  const reason = status === 'error' ? { reason: 'CompassUnreachable' } : {};
  return finding('connector', 'reach', status, 'text', { from, ...reason, ...more });
}

const kinds = (...findings: PlacedFinding[]) => conclude(findings).conclusions.map(({ kind }) => kind);

test('what fails from here alone is said to be local only', () => {
  const { findings, conclusions } = conclude([reach('here', 'error'), reach('agent', 'ok')]);
  assert.deepEqual(
    conclusions.map(({ kind, text }) => [kind, text]),
    [['here-only', 'only your laptop is affected; the agent is fine']],
  );
  assert.deepEqual(
    findings.map(({ from, localOnly }) => [from, localOnly]),
    [
      ['here', true],
      ['agent', undefined],
    ],
  );
});

test("what fails from the agent alone is the agent's way, and its proxy by name", () => {
  assert.deepEqual(kinds(reach('here', 'ok'), reach('agent', 'error')), ['agent-only']);
  const through = reach('agent', 'error', { facts: { proxy: 'proxy.corp:8080', failedAt: 'proxy' } });
  const [conclusion] = conclude([reach('here', 'ok'), through]).conclusions;
  assert.equal(conclusion?.text, "only the agent's proxy proxy.corp:8080 is broken; from here the connector answers");
});

test('what fails alike from both is neither network', () => {
  assert.deepEqual(kinds(reach('here', 'error'), reach('agent', 'error')), ['everywhere']);
  assert.deepEqual(kinds(reach('here', 'error', { reason: 'CompassUntrusted' }), reach('agent', 'error')), []);
});

test('a refused identity says nothing of the way, nor does a way that was not gone', () => {
  assert.deepEqual(kinds(reach('here', 'ok'), reach('agent', 'error', { reason: 'Rejected' })), []);
  assert.deepEqual(kinds(reach('here', 'error'), reach('agent', 'skipped')), []);
  assert.deepEqual(kinds(reach('here', 'error')), []);
});

test('a bad answer to the sidecar is not compared with a way that ended where a certificate is wanted', () => {
  const unanswered = reach('here', 'ok', { facts: { clientCertificate: 'required' } });
  const at = (failedAt: string) => reach('agent', 'error', { reason: 'CompassUnavailable', facts: { failedAt } });
  assert.deepEqual(kinds(unanswered, at('http')), []);
  assert.deepEqual(kinds(unanswered, at('tcp')), ['agent-only']);
  assert.deepEqual(kinds(reach('here', 'ok'), at('http')), ['agent-only']);
});

test('what the sidecar finds now stands for what its report said before', () => {
  const { findings } = conclude([
    finding('identity', 'validity', 'warning', 'old', { reason: 'RenewalOverdue' }),
    finding('identity', 'validity', 'ok', 'new', { from: 'agent' }),
  ]);
  assert.deepEqual(
    findings.map(({ message }) => message),
    ['new'],
  );
});
