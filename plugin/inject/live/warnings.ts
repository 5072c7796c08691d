import type { Account } from '../bindings.ts';
import type { InjectionSettings } from '../settings.ts';
import { type Template, valueAt } from '../template.ts';
import type { InstalledSidecar } from './installed.ts';

/** What follows from an injection that a person may not want. */
export function warningsOf(
  settings: InjectionSettings,
  account: Account,
  template: Template,
  { environment }: Pick<InstalledSidecar, 'environment'>,
): readonly string[] {
  const { mode, secret, proxyPort } = settings;
  const mountsNone = valueAt(template, ['spec', 'automountServiceAccountToken']) === false;
  const caBundle = 'APP_COMPASS_CA_BUNDLE';
  const usesNode = valueAt(template, ['spec', 'hostNetwork']) === true;
  const passwords = Object.entries(environment).filter(
    ([variable, value]) => settings.environment[variable] === value && /^\w+:\/\/[^/]*@/.test(value),
  );
  const needsCompass = mode === 'full' || proxyPort !== undefined;
  return [
    ...(mode === 'full' ? [fullWarning(account, mountsNone)] : []),
    ...(mode === 'reader' && account.name === 'default'
      ? [
          `the Pods run as the ServiceAccount default: every Pod of namespace ${account.namespace} that does so can now read secret ${secret.namespace}/${secret.name}; one of its own is better`,
        ]
      : []),
    ...(proxyPort !== undefined && usesNode
      ? [`the Pod uses the network of its node: everything on the node can query the Director at port ${proxyPort}`]
      : []),
    ...passwords.map(
      ([variable]) =>
        `${variable} of the installed sidecar holds a password, which is now in the Pod template: --set ${variable}=… takes its place`,
    ),
    ...(needsCompass && environment[caBundle] !== undefined && settings.environment[caBundle] === environment[caBundle]
      ? [
          `the installed sidecar has ${caBundle}, a file that this Pod does not have: mount it, or say --set ${caBundle}=…`,
        ]
      : []),
    ...(needsCompass && environment[caBundle] !== undefined && settings.environment[caBundle] === undefined
      ? [`the installed sidecar has ${caBundle}, which this one has not: mount the file, and say --set ${caBundle}=…`]
      : []),
  ];
}

/** Rights belong to the account, and so to all containers that have its token. */
function fullWarning({ namespace, name }: Account, mountsNone: boolean): string {
  const rights = 'to read and write the Secrets of Compass and of all Applications';
  const why = mountsNone ? ', as far as it mounts a token' : '';
  return `every container of the Pod gains the rights of the sidecar${why}, ${rights}: they belong to ServiceAccount ${namespace}/${name}`;
}
