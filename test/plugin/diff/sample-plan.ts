import type { PlanEntry, SyncPlan } from '#common/sync/plan-document.ts';

/** When the sample is looked at. */
export const NOW = Date.parse('2026-09-11T10:00:00Z');

const MANAGED = { 'applicationconnector.kyma-project.io/managed-by': 'compass-runtime-agent' };
const OURS = { 'compass.kyma-project.io/connection': 'compass-connection' };
const NAMESPACE = 'kyma-system';

function application(name: string, description: string, labels: object = MANAGED): object {
  return {
    apiVersion: 'applicationconnector.kyma-project.io/v1alpha1',
    kind: 'Application',
    metadata: { name, annotations: OURS, labels },
    spec: {
      compassMetadata: { applicationId: `id of ${name}`, authentication: {} },
      description,
      labels: { 'connected-app': name },
      services: [{ displayName: 'Orders', id: 'b1', name: 'orders-a1b2c' }],
    },
  };
}

function secret(name: string, fingerprint: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: NAMESPACE, annotations: OURS, labels: { app: 'commerce', bundleId: 'b1' } },
    type: 'Opaque',
    data: { password: `hmac:${fingerprint}`, username: 'hmac:00c0ffee00c0ffee' },
  };
}

const ENTRIES: readonly PlanEntry[] = [
  {
    kind: 'Application',
    name: 'before',
    listedAs: 'now',
    action: 'delete',
    message: 'renamed to now',
    before: application('before', 'moves'),
  },
  {
    kind: 'Secret',
    name: 'before-b1',
    namespace: NAMESPACE,
    application: 'before',
    listedAs: 'now',
    action: 'delete',
    message: 'goes with its Application before',
  },
  {
    kind: 'Application',
    name: 'commerce',
    action: 'update',
    before: application('commerce', 'as it was'),
    after: application('commerce', 'as it\u202e is'),
  },
  {
    kind: 'Secret',
    name: 'commerce-b1',
    namespace: NAMESPACE,
    application: 'commerce',
    action: 'update',
    before: secret('commerce-b1', '4f094f094f094f09'),
    after: secret('commerce-b1', 'e1a2e1a2e1a2e1a2'),
  },
  {
    kind: 'Application',
    name: 'gone',
    action: 'hold',
    reason: 'Unconfirmed',
    message: 'goes when a second listing, at least a minute later, lacks it too',
  },
  { kind: 'Application', name: 'huge', action: 'update', isCut: true },
  {
    kind: 'Application',
    name: 'now',
    action: 'create',
    message: 'renamed from before',
    after: application('now', 'moves'),
  },
  {
    kind: 'Application',
    name: 'Ünï\u001b[2J',
    action: 'fail',
    reason: 'InvalidName',
    message: 'its name cannot be that of a Kubernetes object',
  },
];

/** Something of every kind. */
export const PLAN: SyncPlan = {
  schemaVersion: 'v1',
  time: '2026-09-11T09:59:58Z',
  request: 'the request',
  listed: 412,
  complete: true,
  totals: { create: 1, update: 3, delete: 2, hold: 1, fail: 1, unchanged: 407 },
  entries: ENTRIES,
  omitted: { entries: 0, contents: 1 },
};

/** Deletions that are held. */
export const HELD: SyncPlan = {
  ...PLAN,
  listed: 1,
  totals: { create: 0, update: 0, delete: 0, hold: 2, fail: 0, unchanged: 1 },
  entries: ['one', 'two'].map((name) => ({
    kind: 'Application',
    name,
    action: 'hold',
    reason: 'DeletionsHeld',
    message: 'held by plan 5f0c',
  })),
  held: {
    id: '5f0c',
    count: 2,
    since: '2026-09-11T09:56:00Z',
    budget: 1,
    why: 'it would delete 2 of 3 Applications, more than the budget of 1',
    goesAt: '2026-09-11T10:11:00Z',
  },
};

export const NOTHING: SyncPlan = {
  ...PLAN,
  totals: { create: 0, update: 0, delete: 0, hold: 0, fail: 0, unchanged: 412 },
  entries: [],
};

/** Nothing differs in what could be read. */
export const TORN: SyncPlan = { ...NOTHING, complete: false, incompleteBecause: 'the count changed while it was read' };
