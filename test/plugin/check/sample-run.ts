import { checkLife } from '#common/checks/life.ts';
import { conclude } from '../../../plugin/check/conclude.ts';
import type { PlacedFinding } from '../../../plugin/check/finding.ts';
import type { CheckRun } from '../../../plugin/check/run.ts';

export const NOW = Date.parse('2026-09-11T10:00:00Z');

const HOUR = 3_600_000;

export function finding(
  category: string,
  name: string,
  status: PlacedFinding['status'],
  message: string,
  more: Partial<PlacedFinding> = {},
): PlacedFinding {
  return { category, name, from: 'cluster', status, message, ...more };
}

const agent = { from: 'agent' } as const;
const here = { from: 'here' } as const;

export const GOOD: readonly PlacedFinding[] = [
  finding('k8s', 'api', 'ok', 'API reachable, v1.31'),
  finding('k8s', 'rights', 'ok', 'you may read 5/5 needed kinds'),
  finding('crd', 'CompassConnection', 'ok', 'CompassConnection v1alpha1'),
  finding('crd', 'Application', 'ok', 'Application v1alpha1'),
  finding('agent', 'running', 'ok', 'running, v1.4.0'),
  finding('rbac', 'needed', 'ok', 'RBAC: 0 missing', agent),
  finding('rbac', 'excess', 'ok', 'RBAC: 0 excess', agent),
  finding('identity', 'key', 'ok', 'key matches certificate', agent),
  finding('identity', 'chain', 'ok', 'chain ends in stored CA', agent),
  finding('connector', 'reach', 'ok', '142ms, TLSv1.3', { ...agent, facts: { latencyMs: '142' } }),
  finding('director', 'reach', 'ok', '611ms, TLSv1.3', { ...agent, facts: { latencyMs: '611' } }),
  finding('connector', 'reach', 'ok', '90ms, TLSv1.3', { ...here, facts: { latencyMs: '90' } }),
  finding('director', 'listing', 'ok', '3 pages, complete'),
  finding('sync', 'result', 'ok', '412 in sync'),
];

/** Renewal long due, because the Connector is busy; and a proxy of this machine that shows a certificate of its own. */
export const BAD: readonly PlacedFinding[] = [
  ...GOOD,
  {
    ...checkLife(
      { notBefore: NOW - 13.2 * HOUR, notAfter: NOW + 10.8 * HOUR, renewAt: NOW - 1.2 * HOUR },
      NOW,
      'configuration at connector.compass.example: HTTP 429, too many requests',
    ),
    ...agent,
  },
  finding('director', 'reach', 'error', "the server's certificate, issued by Corp Proxy CA, is not trusted", {
    ...here,
    reason: 'CompassUntrusted',
    next: 'give the CA of Compass, or of your proxy, by --compass-ca',
    facts: { proxy: 'proxy.corp:8080', failedAt: 'tls' },
  }),
  finding('agent', 'deployment', 'skipped', 'not permitted: list deployments.apps in namespace compass-system', {
    next: 'kubectl auth can-i list deployments.apps -n compass-system',
  }),
];

export function runOf(findings: readonly PlacedFinding[]): CheckRun {
  return { ...conclude(findings), connection: 'compass-connection', namespace: 'compass-system' };
}
