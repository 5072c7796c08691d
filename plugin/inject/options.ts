import { CompassError } from '#common/errors.ts';
import type { ParsedFlags } from '../flags.ts';
import { withoutCredentials } from '../output/without-credentials.ts';
import { quoted } from '../quoted.ts';
import { DEFAULT_FOLDER, type InjectionSettings } from './settings.ts';
import { type GivenVariables, readVariables } from './variables.ts';

/** Where something namespaced is. */
export interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** What the command line says of the sidecar; the rest is found in the cluster, or the default. */
export interface InjectionOptions
  extends GivenVariables,
    Pick<
      InjectionSettings,
      'mode' | 'folder' | 'fileMode' | 'proxyPort' | 'healthPort' | 'notifyUrl' | 'notifySignal' | 'containers'
    > {
  readonly native: 'auto' | 'always' | 'never';
  readonly image: string | undefined;
  readonly connection: string | undefined;
  readonly secret: Place | undefined;
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Throws Usage for a value that the sidecar would not take. */
export function readOptions(flags: ParsedFlags): InjectionOptions {
  const text = (name: string, allowed: string, isGood: (value: string) => boolean) => {
    const value = flags.text(name);
    if (value === undefined || isGood(value)) return value;
    throw new CompassError('Usage', `--${name} is ${quoted(withoutSecrets(value))}, and must be ${allowed}`);
  };
  const native = flags.text('native');
  return {
    mode: flags.isOn('full') ? 'full' : 'reader',
    native: native === 'always' || native === 'never' ? native : 'auto',
    image: text('image', 'the name of an image', (value) => /^[\w./:@-]+$/.test(value)),
    connection: flags.text('connection'),
    secret: placeOf(text('secret', 'NAMESPACE/NAME', (value) => SECRET.test(value))),
    containers: flags.texts('container').filter((name) => name !== ''),
    folder: text('mount-path', 'an absolute path', isFolder)?.replace(/\/$/, '') ?? DEFAULT_FOLDER,
    fileMode: text('file-mode', FILE_MODE_SAYS, (value) => /^0?4[04][04]$/.test(value)),
    proxyPort: portOf(text('proxy-port', PORT_SAYS, isPort)),
    healthPort: portOf(text('health-port', PORT_SAYS, isPort)),
    notifyUrl: text('notify-url', `an http URL on ${LOOPBACK.join(', ')}, without user and password`, isLoopback),
    notifySignal: text('notify-signal', SIGNAL_SAYS, (value) => SIGNAL.test(value)),
    ...readVariables(flags.texts('set'), flags.texts('set-from-secret')),
  };
}

/** A URL may hold a password, before its `@` and in its query. */
function withoutSecrets(text: string): string {
  const bare = text.includes('//') ? withoutCredentials(text) : text;
  const query = bare.indexOf('?');
  return query < 0 ? bare : `${bare.slice(0, query)}?…`;
}

const SECRET = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\/[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?$/;
const FILE_MODE_SAYS = 'an octal mode that lets the owner read and nobody write or execute, such as 0440 or 0444';
const PORT_SAYS = 'a port from 1 to 65535';
const SIGNAL = /^SIG(?:HUP|USR1|USR2|WINCH|CONT):[\w.+-]{1,64}$/;
const SIGNAL_SAYS = 'SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH or SIGCONT, a colon and a process, such as SIGHUP:nginx';

function placeOf(text: string | undefined): Place | undefined {
  const [namespace, name] = text?.split('/') ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

function isFolder(path: string): boolean {
  return /^\/[\w./-]*[\w-]\/?$/.test(path) && !path.split('/').includes('..');
}

function isPort(text: string): boolean {
  return /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535;
}

function portOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function isLoopback(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'http:' && LOOPBACK.includes(url.hostname) && url.username === '' && url.password === '';
}
