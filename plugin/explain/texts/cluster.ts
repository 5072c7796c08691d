import type { Reason } from '#common/errors.ts';
import { CHECK, type ExplanationText, KEPT, LOGS, RETRIED, STATUS } from '../text.ts';

const CAN_I = { command: 'kubectl auth can-i --list', does: 'what you may do with these credentials' };
const INSTALL = {
  command: 'kubectl compass install',
  does: 'install what is missing, or mend it',
};

/** CMP01xx: Kubernetes, and what runs in it. */
export const CLUSTER_TEXTS: Partial<Record<Reason, ExplanationText>> = {
  ClusterUnreachable: {
    meaning: 'The API server of the cluster cannot be reached. This says nothing about Compass.',
    causes: [
      'the cluster is hibernated, or its API server is being updated',
      'a VPN, firewall or proxy is in the way (HTTPS_PROXY and NO_PROXY count)',
      'the kubeconfig is for a cluster that is no more',
    ],
    byItself: `${RETRIED} The sidecar waits likewise; its one-time token stays untouched.`,
    commands: [
      { command: 'kubectl cluster-info', does: 'whether kubectl itself gets through' },
      { command: 'kubectl config get-contexts', does: 'which cluster is meant' },
    ],
  },
  ClusterUnauthorized: {
    meaning: 'The API server does not accept the credentials.',
    causes: [
      'a login that has expired',
      'a credential plugin that failed',
      'a token or certificate of another cluster',
    ],
    byItself: 'The sidecar reads its token anew each minute; you have to log in.',
    commands: [{ command: 'kubectl auth whoami', does: 'who the API server takes you for' }, CAN_I],
  },
  ClusterForbidden: {
    meaning: 'The credentials are good, but may not do this. The message names the verb and the resource.',
    causes: ['a role or binding is missing', 'an older role, after an update', 'an admission webhook that says no'],
    byItself: `${RETRIED} The certificate in use stays, and ${KEPT}`,
    commands: [
      CAN_I,
      INSTALL,
      { command: 'kubectl compass check --category rbac', does: "the sidecar's rights, one by one" },
    ],
  },
  ClusterNotFound: {
    meaning: 'The API server does not have what was asked for: the object, or its namespace.',
    causes: ['a name typed wrong', 'it was deleted', 'the wrong cluster or -n'],
    byItself: 'What the sidecar owns it makes again; what is yours it waits for.',
    commands: [STATUS, { command: 'kubectl config current-context', does: 'which cluster this is' }],
  },
  ClusterConflict: {
    meaning: 'Somebody changed the object between reading and writing. Nothing was overwritten.',
    causes: ['two writers at the same moment', 'a controller that fights for the same fields'],
    byItself: 'The sidecar reads the newer version and tries again on that.',
    commands: [
      STATUS,
      {
        command: 'kubectl get compassconnection compass-connection -o yaml --show-managed-fields',
        does: 'who wrote which fields',
      },
    ],
  },
  ClusterRefused: {
    meaning: 'The API server, or a webhook or quota in it, refuses the object. The message is its own.',
    causes: [
      'an admission webhook or policy',
      'a ResourceQuota or LimitRange that is used up',
      'an immutable Secret, or one of another type, under the name that is needed',
    ],
    byItself: RETRIED,
    commands: [LOGS, { command: 'kubectl get events -A --field-selector type=Warning', does: 'what refuses, and why' }],
  },
  ClusterThrottled: {
    meaning: 'The API server asks to be asked less (429).',
    causes: ['API priority and fairness under load', 'many clients that list everything'],
    byItself: 'It waits as long as the API server says, and tries again.',
    commands: [STATUS],
  },
  ClusterUnavailable: {
    meaning: 'The API server answers, but cannot serve the request (5xx, or an answer that makes no sense).',
    causes: ['it starts or is being updated', 'etcd is slow or full', 'a webhook that does not answer'],
    byItself: RETRIED,
    commands: [
      { command: 'kubectl get --raw /readyz/etcd', does: 'whether it reaches its store' },
      { command: 'kubectl get --raw /readyz', does: 'whether it is ready' },
    ],
  },
  ClusterWatchExpired: {
    meaning: 'The API server has forgotten the versions that a watch or a list went on from (410).',
    causes: ['a watch that was silent for long', 'compaction during a long list'],
    byItself: 'It lists again from the start. Nothing is lost, and no half list is ever used.',
    commands: [STATUS],
  },
  NotInstalled: {
    meaning: 'The cluster does not know CompassConnections, or there is no sidecar, or it has reported nothing yet.',
    causes: ['the sidecar was never installed here', 'the wrong cluster', 'the definition (CRD) was deleted'],
    byItself: 'A sidecar that runs keeps the certificate fresh without the definition, and goes on when it is there.',
    commands: [{ command: 'kubectl config current-context', does: 'which cluster this is' }, INSTALL],
  },
  ClusterAlreadyExists: {
    meaning: 'Somebody made the object a moment before.',
    causes: ['two replicas at start', 'a tool that creates the same object'],
    byItself: 'It is read, and gone on with from there.',
    commands: [STATUS],
  },
  StoreForbidden: {
    meaning:
      'A new certificate could not be stored in the cluster, so none was asked for. The message names the verb and the object, or the webhook.',
    causes: [
      'a role or binding is missing, or the namespace of the Secret is',
      'a Secret under the name that is needed is immutable',
      'an admission webhook denies or changes it, or a ResourceQuota is used up',
    ],
    byItself: `${RETRIED} The one-time token stays whole, and a certificate that works stays in use.`,
    commands: [
      { command: 'kubectl compass check --category rbac', does: "the sidecar's rights, one by one" },
      INSTALL,
      { command: 'kubectl get events -A --field-selector type=Warning', does: 'what refuses, and why' },
    ],
  },
  RenewalOverdue: {
    meaning: 'The client certificate should have been renewed by now. It still works, until it expires.',
    causes: [
      'the sidecar does not run, or cannot reach the Connector',
      'the cluster was off when the renewal was due',
      'Compass throttles or refuses the renewal',
    ],
    byItself: 'The sidecar tries again until the certificate expires; after that only a new token helps.',
    commands: [
      { command: 'kubectl compass cert renew --wait', does: 'renew now, and see what stands in the way' },
      { command: 'kubectl compass cert check --survive 60h', does: 'how long there is' },
      LOGS,
    ],
  },
  SidecarSilent: {
    meaning: 'The sidecar has not been seen for longer than its Lease lasts: nothing is renewed or synchronized.',
    causes: ['it is scaled to 0, or its Pod cannot start', 'it cannot reach the API server', 'its node is gone'],
    byItself: 'Kubernetes restarts the Pod. The certificate in use works on until it expires.',
    commands: [
      { command: 'kubectl -n compass-system get pods,events', does: 'why it does not run' },
      { command: 'kubectl compass logs --since 1h', does: 'its last words' },
      { command: 'kubectl compass cert check --survive 60h', does: 'how long there is' },
    ],
  },
  RightsExcessive: {
    meaning: 'The sidecar may do more in this cluster than it needs.',
    causes: ['it was bound to cluster-admin for a test', 'roles of an older version'],
    byItself: 'Nothing.',
    commands: [INSTALL, { command: 'kubectl compass check --category rbac', does: 'which rights are too many' }],
  },
  ForeignAgent: {
    meaning:
      'Another agent (the Compass Runtime Agent) works on the same connection: the two undo what the other does.',
    causes: ['the old agent was not scaled to 0', 'a reconciler starts it again'],
    byItself: 'The sidecar writes nothing while it sees the other one at work, and goes on when that is gone.',
    commands: [
      {
        command: 'kubectl compass migrate from-agent',
        does: 'where it runs, what may start it again, and what moving the connection to the sidecar takes; --apply does it',
      },
      { command: 'kubectl get deployments -A -l app=compass-runtime-agent', does: 'where it runs' },
      CHECK,
    ],
  },
  VersionSkew: {
    meaning: 'Plugin and sidecar are more than two minor versions apart: each may miss what the other says.',
    causes: ['one of the two was updated alone'],
    byItself: 'Nothing. What both know still works.',
    commands: [{ command: 'kubectl compass version', does: 'which of the two is older' }],
  },
};
