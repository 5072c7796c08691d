import { asArray, asObject, asString, isObject, type JsonObject } from '../json.ts';
import { metadataSchema } from '../schema/metadata.ts';
import { anything, atomic, list, listMap, map, object, type Schema, string } from '../schema/schema.ts';

/** A label selector: replaced as a whole. */
export const labelSelector: Schema = atomic(object({ matchLabels: map(string), matchExpressions: list(anything) }));

const open = (properties: Record<string, Schema>): Schema => ({ ...anything, properties });

const handler = open({
  tcpSocket: anything,
  httpGet: open({ httpHeaders: list(anything) }),
  exec: open({ command: list(string) }),
});

const items = open({ items: list(anything) });

const source = open({
  fieldRef: anything,
  secretKeyRef: anything,
  configMapKeyRef: anything,
  resourceFieldRef: anything,
});

const container = open({
  name: string,
  args: list(string),
  command: list(string),
  ports: listMap(open({ protocol: { ...string, default: 'TCP' } }), 'containerPort', 'protocol'),
  env: listMap(open({ valueFrom: source }), 'name'),
  envFrom: list(anything),
  volumeMounts: listMap(anything, 'mountPath'),
  resources: open({ limits: map(anything), requests: map(anything) }),
  securityContext: open({ capabilities: open({ add: list(string), drop: list(string) }), seccompProfile: anything }),
  livenessProbe: handler,
  readinessProbe: handler,
  startupProbe: handler,
  lifecycle: open({ postStart: handler, preStop: handler }),
});

/** The spec of a Pod: only what merges by key is told apart, and what most Pods have. */
export const podSpec: Schema = open({
  containers: listMap(container, 'name'),
  initContainers: listMap(container, 'name'),
  volumes: listMap(
    open({
      secret: items,
      configMap: items,
      downwardAPI: items,
      projected: open({ sources: list(anything) }),
      emptyDir: anything,
      persistentVolumeClaim: anything,
    }),
    'name',
  ),
  imagePullSecrets: listMap(anything, 'name'),
  nodeSelector: map(string),
  securityContext: open({ seccompProfile: anything, supplementalGroups: list(anything), sysctls: list(anything) }),
  tolerations: list(anything),
});

/** The template of a Pod. */
export const podTemplate: Schema = object({ metadata: metadataSchema, spec: podSpec });

/** A Pod template with the genuine server's defaults. */
export function fillTemplate(template: JsonObject): JsonObject {
  return {
    ...template,
    metadata: { creationTimestamp: null, ...asObject(template['metadata']) },
    spec: fillPodSpec(asObject(template['spec'])),
  };
}

/** The spec of a Pod with the genuine server's defaults. */
export function fillPodSpec(spec: JsonObject): JsonObject {
  const filled: JsonObject = {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    ...spec,
  };
  const account = spec['serviceAccountName'] ?? spec['serviceAccount'];
  if (account) Object.assign(filled, { serviceAccountName: account, serviceAccount: account });
  for (const name of ['containers', 'initContainers']) {
    if (Array.isArray(spec[name])) filled[name] = asArray(spec[name]).map((one) => fillContainer(asObject(one)));
  }
  if (Array.isArray(spec['volumes'])) filled['volumes'] = spec['volumes'].map((volume) => fillVolume(asObject(volume)));
  return filled;
}

function fillContainer(given: JsonObject): JsonObject {
  const filled: JsonObject = {
    imagePullPolicy: pullPolicy(asString(given['image'])),
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...given,
  };
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    if (isObject(given[name])) filled[name] = fillProbe(given[name]);
  }
  if (Array.isArray(given['ports']))
    filled['ports'] = given['ports'].map((port) => ({ protocol: 'TCP', ...asObject(port) }));
  if (Array.isArray(given['env'])) filled['env'] = given['env'].map((variable) => fillVariable(asObject(variable)));
  return filled;
}

function pullPolicy(image: string): string {
  const tag = /:([^/:@]+)$/.exec(image)?.[1];
  if (image.includes('@')) return 'IfNotPresent';
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function fillProbe(probe: JsonObject): JsonObject {
  const filled = { failureThreshold: 3, periodSeconds: 10, successThreshold: 1, timeoutSeconds: 1, ...probe };
  if (!isObject(probe['httpGet'])) return filled;
  return { ...filled, httpGet: { path: '/', scheme: 'HTTP', ...probe['httpGet'] } };
}

function fillVariable(variable: JsonObject): JsonObject {
  const source = asObject(variable['valueFrom']);
  if (!isObject(source['fieldRef'])) return variable;
  return { ...variable, valueFrom: { ...source, fieldRef: { apiVersion: 'v1', ...source['fieldRef'] } } };
}

function fillVolume(volume: JsonObject): JsonObject {
  const filled = { ...volume };
  for (const name of ['secret', 'configMap', 'projected', 'downwardAPI']) {
    if (isObject(volume[name])) filled[name] = { defaultMode: 420, ...volume[name] };
  }
  return filled;
}
