import type { Settings } from './settings.ts';
import { FOLDER, PORT, type ValueType } from './values.ts';

/** What the sidecar is: all of it, or one that only brings the credentials of another one to the workloads beside it. */
export type Mode = 'full' | 'reader';

/** Which processes beside this one get which signal. */
export interface NotifySignal {
  readonly signal: NodeJS.Signals;
  /** As the kernel calls the process (`comm`), or the last part of its first argument. */
  readonly process: string;
}

/** What the workloads beside the sidecar get. Without any of it, nothing of it is loaded. */
export interface NeighbourSettings {
  /** APP_MODE */
  readonly mode: Mode;
  /** APP_CREDENTIALS_FOLDER: undefined keeps no files */
  readonly credentialsFolder: string | undefined;
  /** APP_CREDENTIALS_FILE_MODE: permission bits of the files */
  readonly credentialsFileMode: number;
  /** APP_CREDENTIALS_NOTIFY_URL and APP_CREDENTIALS_NOTIFY_SIGNAL: who is told of other files */
  readonly notifyUrl: string | undefined;
  readonly notifySignal: NotifySignal | undefined;
  /** APP_DIRECTOR_PROXY_PORT: undefined is no proxy, 0 one at a port of the system's choice */
  readonly directorProxyPort: number | undefined;
}

const MODE: ValueType<Mode> = {
  allowed: 'full or reader',
  parse: (text) => (text === 'full' || text === 'reader' ? text : undefined),
};

/** Read for whoever is to read it, written by nobody, and never something to run. */
const FILE_MODE: ValueType<number> = {
  allowed: 'an octal mode that lets the owner read, such as 0400, 0440 or 0444, and nobody write or execute',
  parse: (text) => (/^0?4[04][04]$/.test(text) ? Number.parseInt(text, 8) : undefined),
};

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

const LOOPBACK_URL: ValueType<string> = {
  allowed: `an http URL on ${LOOPBACK.join(', ')}, without user and password`,
  parse(text) {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url || text.length > 2_048 || url.protocol !== 'http:' || !LOOPBACK.includes(url.hostname)) return undefined;
    return url.username === '' && url.password === '' ? url.href : undefined;
  },
};

const SIGNALS: readonly NodeJS.Signals[] = ['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGCONT'];

const NOTIFY_SIGNAL: ValueType<NotifySignal> = {
  allowed: `a signal of ${SIGNALS.join(', ')}, a colon and the name of a process, such as SIGHUP:nginx`,
  parse(text) {
    const at = text.indexOf(':');
    const signal = SIGNALS.find((name) => name === text.slice(0, at));
    const process = text.slice(at + 1);
    return signal && /^[\w.+-]{1,64}$/.test(process) ? { signal, process } : undefined;
  },
};

const FOLDER_SETTING = 'APP_CREDENTIALS_FOLDER';

export function readNeighbours(settings: Settings): NeighbourSettings {
  const unset = undefined;
  const neighbours = {
    mode: settings.read('APP_MODE', MODE, 'full'),
    credentialsFolder: settings.read<string | undefined>(FOLDER_SETTING, FOLDER, unset),
    credentialsFileMode: settings.read('APP_CREDENTIALS_FILE_MODE', FILE_MODE, 0o440),
    notifyUrl: settings.read<string | undefined>('APP_CREDENTIALS_NOTIFY_URL', LOOPBACK_URL, unset),
    notifySignal: settings.read<NotifySignal | undefined>('APP_CREDENTIALS_NOTIFY_SIGNAL', NOTIFY_SIGNAL, unset),
    directorProxyPort: settings.read<number | undefined>('APP_DIRECTOR_PROXY_PORT', PORT, unset),
  } satisfies NeighbourSettings;
  refuseIdle(settings, neighbours);
  return neighbours;
}

/** Settings that only make sense with another one. */
function refuseIdle(settings: Settings, neighbours: NeighbourSettings): void {
  const { mode, notifyUrl, notifySignal } = neighbours;
  const hasFolder = settings.text(FOLDER_SETTING) !== undefined;
  const hasProxy = settings.text('APP_DIRECTOR_PROXY_PORT') !== undefined;
  if (mode === 'reader' && !hasFolder && !hasProxy)
    settings.refuse(`APP_MODE is "reader", allowed: with ${FOLDER_SETTING} or APP_DIRECTOR_PROXY_PORT, or both`);
  if (hasFolder) return;
  if (notifyUrl !== undefined) settings.warn(`APP_CREDENTIALS_NOTIFY_URL has no effect without ${FOLDER_SETTING}`);
  if (notifySignal) settings.warn(`APP_CREDENTIALS_NOTIFY_SIGNAL has no effect without ${FOLDER_SETTING}`);
}
