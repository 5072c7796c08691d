import { ownObjectNames } from '#common/resources/names.ts';
import type { NamespacedName } from './names.ts';
import type { RunningNode } from './running-node.ts';
import type { Settings } from './settings.ts';

/** Options of Node (`node --help`), without the dashes, that would give keys and tokens away or weaken TLS. */
const UNSAFE_OPTIONS: readonly (readonly [RegExp, string])[] = [
  [/^inspect/, 'a debugger reads keys and tokens'],
  [/^(?:heapsnapshot|heap-prof|report-|abort-on-uncaught)/, 'what it writes to files holds keys and tokens'],
  [/^(?:tls-keylog|trace-tls)/, 'with what it writes, anybody on the way reads tokens'],
  [/^(?:tls-min-v1\.[01]|tls-max-v1\.[01]|insecure-http-parser|security-revert)/, 'connections would be less safe'],
];

/** Refuses switches of Node that would undo what the settings promise: verification, and no way to keys and tokens. */
export function refuseUnsafeNode(settings: Settings, node: RunningNode | undefined): void {
  if (settings.text('NODE_TLS_REJECT_UNAUTHORIZED') === '0') {
    settings.refuse(
      'NODE_TLS_REJECT_UNAUTHORIZED is "0", allowed: unset; it would switch verification off for the API server too (for Compass alone: APP_SKIP_COMPASS_TLS_VERIFY)',
    );
  }
  for (const name of ['NODE_DEBUG', 'NODE_DEBUG_NATIVE'] as const) {
    if (settings.text(name) !== undefined)
      settings.refuse(`${name} is set, allowed: unset; what it prints holds tokens`);
  }
  // Node takes quotes around an option there.
  refuseUnsafeOptions(settings, 'NODE_OPTIONS', settings.text('NODE_OPTIONS')?.split(/[\s"]+/) ?? []);
  if (node) refuseUnsafeProcess(settings, node);
}

function refuseUnsafeProcess(settings: Settings, { execArgv, inspectorUrl, writesReports }: RunningNode): void {
  refuseUnsafeOptions(settings, 'the command line of node', execArgv);
  if (inspectorUrl() !== undefined) {
    settings.refuse('an inspector is open, allowed: none; a debugger reads keys and tokens: start without it');
  }
  if (writesReports()) {
    settings.refuse('diagnostic reports are switched on, allowed: off; what they write holds the environment');
  }
}

function refuseUnsafeOptions(settings: Settings, place: string, options: readonly string[]): void {
  for (const option of options) {
    // As Node reads them: --inspect_brk is --inspect-brk.
    const [name = ''] = option.replaceAll('_', '-').split('=', 1);
    const unsafe = name.startsWith('--') && UNSAFE_OPTIONS.find(([pattern]) => pattern.test(name.slice(2)));
    if (unsafe) settings.refuse(`${place} holds ${name}, allowed: without it, because ${unsafe[1]}`);
  }
}

/** Refuses to keep two things in one Secret. */
export function refuseSharedSecrets(
  settings: Settings,
  secrets: Readonly<Record<string, NamespacedName>>,
  ownNamespace: string,
  connectionName: string,
): void {
  const users = new Map<string, string>();
  const { journal, state } = ownObjectNames(connectionName);
  for (const name of [journal, state]) users.set(`${ownNamespace}/${name}`, "the sidecar's own state");
  for (const [setting, { namespace, name }] of Object.entries(secrets)) {
    const key = `${namespace}/${name}`;
    const user = users.get(key);
    if (user) settings.refuse(`${setting} is "${key}", allowed: a Secret that is not also that of ${user}`);
    users.set(key, setting);
  }
}
