import type { Flag } from '../flags.ts';

/** Where the workload is: manifests, or the cluster. The same for inject and eject. */
export const PLACE_FLAGS: readonly Flag[] = [
  {
    name: 'filename',
    short: 'f',
    kind: 'texts',
    value: 'FILE',
    summary: 'a manifest, which is printed changed; - is stdin; repeatable. No cluster is needed',
  },
  {
    name: 'workload-namespace',
    kind: 'text',
    value: 'NAMESPACE',
    summary: "the workload's namespace, that of the kubeconfig's context unless said (-n is the sidecar's)",
  },
];

/** How the sidecar is to be. */
export const SIDECAR_FLAGS: readonly Flag[] = [
  {
    name: 'full',
    kind: 'switch',
    summary: 'the whole sidecar instead of a reader: one more replica, with all of its rights',
  },
  {
    name: 'native',
    kind: 'text',
    value: 'auto|always|never',
    choices: ['auto', 'always', 'never'],
    summary: 'an init container that keeps running; auto where the API server knows these, with -f never',
  },
  {
    name: 'image',
    kind: 'text',
    value: 'IMAGE',
    summary: "the sidecar's image, that of the installed one unless said",
  },
  { name: 'connection', kind: 'text', value: 'NAME', summary: 'the CompassConnection whose credentials it brings' },
  {
    name: 'secret',
    kind: 'text',
    value: 'NAMESPACE/NAME',
    summary: 'the client Secret, as the connection has it unless said',
  },
  {
    name: 'container',
    short: 'c',
    kind: 'texts',
    value: 'NAME',
    summary: 'a container that gets the files, repeatable; all of them unless said',
  },
  { name: 'mount-path', kind: 'text', value: 'FOLDER', summary: 'where the files are, /var/run/compass unless said' },
  {
    name: 'file-mode',
    kind: 'text',
    value: 'MODE',
    summary: 'mode of the files, such as 0444; 0440 and an fsGroup of the Pod unless said',
  },
  {
    name: 'proxy-port',
    kind: 'text',
    value: 'PORT',
    summary: 'offer the Director on this port of loopback, without a key',
  },
  {
    name: 'health-port',
    kind: 'text',
    value: 'PORT',
    summary: 'where the kubelet asks after it; 8090, or the next that no container declares, unless said',
  },
  { name: 'notify-url', kind: 'text', value: 'URL', summary: 'call this URL of loopback when the files have changed' },
  {
    name: 'notify-signal',
    kind: 'text',
    value: 'SIGNAL:PROCESS',
    summary: 'signal this process when the files have changed, such as SIGHUP:nginx',
  },
  { name: 'set', kind: 'texts', value: 'KEY=VALUE', summary: "a variable of the sidecar's environment, repeatable" },
  {
    name: 'set-from-secret',
    kind: 'texts',
    value: 'KEY=SECRET/KEY',
    summary: "one whose value is in a Secret of the workload's namespace, such as a proxy with a password; repeatable",
  },
];

/** With -f only. */
export const BINDINGS_FLAG: Flag = {
  name: 'bindings',
  kind: 'switch',
  summary: 'with -f: print the Role and RoleBinding as well that the sidecar needs',
};
