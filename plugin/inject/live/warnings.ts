import { holdsCredentials, PROXY_ADDRESSES } from '../../output/without-credentials.ts';
import type { InjectionSettings } from '../settings.ts';
import { type Template, valueAt } from '../template.ts';
import type { InstalledSidecar } from './installed.ts';

/** The ServiceAccount of the workload, as far as it is known: a manifest may leave its namespace out. */
interface NamedAccount {
  readonly namespace: string | undefined;
  readonly name: string;
}

/** What follows from an injection that a person may not want. */
export function warningsOf(
  settings: InjectionSettings,
  account: NamedAccount,
  template: Template,
  { environment, proxiesElsewhere }: Pick<InstalledSidecar, 'environment' | 'proxiesElsewhere'>,
): readonly string[] {
  const { mode, secret, proxyPort } = settings;
  const mountsNone = valueAt(template, ['spec', 'automountServiceAccountToken']) === false;
  const caBundle = 'APP_COMPASS_CA_BUNDLE';
  const usesNode = valueAt(template, ['spec', 'hostNetwork']) === true;
  const passwords = PROXY_ADDRESSES.filter((name) => holdsCredentials(settings.environment[name] ?? ''));
  const isGiven = (name: string) =>
    Object.hasOwn(settings.environment, name) || Object.hasOwn(settings.secretEnvironment, name);
  const needsCompass = mode === 'full' || proxyPort !== undefined;
  return [
    ...(mode === 'full' ? [fullWarning(account, mountsNone)] : []),
    ...(mode === 'reader' && account.name === 'default' ? [defaultWarning(account, secret)] : []),
    ...(proxyPort !== undefined && usesNode
      ? [`the Pod uses the network of its node: everything on the node can query the Director at port ${proxyPort}`]
      : []),
    ...passwords.map(
      (name) => `${name} holds a password, which stands in the Pod template: --set-from-secret ${name}=SECRET/KEY`,
    ),
    ...(needsCompass ? proxiesElsewhere.filter((name) => !isGiven(name)) : []).map(
      (name) =>
        `the installed sidecar has ${name} from elsewhere, which this one has not: --set-from-secret ${name}=SECRET/KEY`,
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

/** Many Pods run as this account, and all of them get the right. */
function defaultWarning({ namespace }: NamedAccount, secret: InjectionSettings['secret']): string {
  const where = namespace === undefined ? 'its namespace' : `namespace ${namespace}`;
  return `the Pods run as the ServiceAccount default: every Pod of ${where} that does so can now read secret ${secret.namespace}/${secret.name}; one of its own is better`;
}

/** Rights belong to the account, and so to all containers that have its token. */
function fullWarning({ namespace, name }: NamedAccount, mountsNone: boolean): string {
  const rights = 'to read and write the Secrets of Compass and of all Applications';
  const why = mountsNone ? ', as far as it mounts a token' : '';
  return `every container of the Pod gains the rights of the sidecar${why}, ${rights}: they belong to ServiceAccount ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
