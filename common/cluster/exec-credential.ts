import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import { CompassError } from '../errors.ts';
import { redact } from '../redact.ts';
import { execInfo, execVersion, isInteractive } from './exec-info.ts';
import type { KubeconfigChoice } from './kubeconfig.ts';
import type { KubeconfigExec } from './kubeconfig-file.ts';
import type { CredentialPlugin, PluginCredential, PluginOptions } from './plugin-credential.ts';
import { codeOf } from './unreachable.ts';

/** What the plugin answers; it comes from outside, so that nothing of it is sure. */
interface ExecCredential {
  readonly apiVersion?: unknown;
  readonly status?: Readonly<Record<string, unknown>> | null;
}

interface Run {
  readonly exec: KubeconfigExec;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable | 'ignore';
  readonly stderr: NodeJS.WritableStream | undefined;
  readonly clock: Clock;
  readonly givenUp: AbortSignal | undefined;
}

/** Of what it prints, in characters; and how long it may take where nobody watches, in milliseconds. */
const LARGEST_ANSWER = 1024 * 1024;
const PATIENCE_MS = 60_000;

const TOO_LATE = 'it gave no credential in time';

function failed({ command }: KubeconfigExec, why: string): CompassError {
  return new CompassError('ClusterUnauthorized', `the credential plugin ${command} failed: ${why}`);
}

function notStarted(exec: KubeconfigExec, error: unknown): CompassError {
  if (codeOf(error) !== 'ENOENT') return failed(exec, `it cannot be started: ${codeOf(error)}`);
  const hint = (exec.installHint ?? '').trim().replaceAll(/\s+/g, ' ');
  return new CompassError('ClusterUnauthorized', `the credential plugin ${exec.command} was not found`, {
    next: hint || 'install the plugin that the kubeconfig names, or correct its command',
  });
}

function kill(child: ChildProcess, isGroup: boolean): void {
  try {
    if (isGroup && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch (error) {
    // It has ended by itself meanwhile.
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

/** What the plugin printed. What it says to the person is shown at once: it may be a login that it waits for. */
function run({ exec, env, stdin, stderr, clock, givenUp }: Run): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  if (givenUp?.aborted) throw failed(exec, TOO_LATE);
  // Who may be given up leads a group of its own, so that whatever it started ends with it; the terminal is not its then.
  const detached = givenUp !== undefined && stdin === 'ignore' && process.platform !== 'win32';
  let child: ChildProcess;
  try {
    child = spawn(exec.command ?? '', [...(exec.args ?? [])], { env, stdio: [stdin, 'pipe', 'pipe'], detached });
  } catch (error) {
    throw notStarted(exec, error);
  }
  let printed = '';
  let said = '';
  const giveUp = (why: string) => {
    reject(failed(exec, why));
    kill(child, detached);
  };
  // Whoever reads what it says may be asked to log in, which takes its time; nobody else is waited for.
  const ended = new AbortController();
  if (!stderr) {
    void clock.sleep(PATIENCE_MS, ended.signal).then(() => {
      if (!ended.signal.aborted) giveUp(TOO_LATE);
    });
  }
  givenUp?.addEventListener('abort', () => giveUp(TOO_LATE), { signal: ended.signal });
  if (stderr) child.stderr?.pipe(stderr, { end: false });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(0, 4096);
  });
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (printed.length > LARGEST_ANSWER) giveUp('it printed more than a credential has');
  });
  child.on('error', (error) => {
    ended.abort();
    reject(notStarted(exec, error));
  });
  child.stdout?.on('end', () => {
    if (child.exitCode === 0) resolve(printed);
  });
  child.on('exit', (code) => {
    if (code !== 0) return;
    // What it left running in the background may hold its stderr for as long as it likes.
    (child.stderr as Socket | null)?.unref();
    if (child.stdout?.readableEnded) resolve(printed);
  });
  child.on('close', (code, signal) => {
    ended.abort();
    // The first line is the plugin's own complaint ("please log in"); what follows may be a dump.
    const [complaint = ''] = said.trim().split('\n', 1);
    if (code === 0) resolve(printed);
    else reject(failed(exec, redact(complaint).slice(0, 200) || `it ended with ${signal ?? `exit code ${code}`}`));
  });
  return promise;
}

/** The parser's own error would quote what was printed: a token may stand there. */
function parse(exec: KubeconfigExec, printed: string): ExecCredential {
  try {
    const parsed: unknown = JSON.parse(printed);
    if (typeof parsed === 'object' && parsed !== null) return parsed;
  } catch {
    // Said below.
  }
  throw failed(exec, 'what it printed is no ExecCredential');
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function credentialOf(exec: KubeconfigExec, { apiVersion, status }: ExecCredential): PluginCredential {
  if (apiVersion !== execVersion(exec)) {
    throw failed(
      exec,
      `it answered in apiVersion ${text(apiVersion)}, and the kubeconfig asks for ${execVersion(exec)}`,
    );
  }
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = status ?? {};
  const [bearer, cert, key] = [text(token), text(clientCertificateData), text(clientKeyData)];
  if (!cert !== !key) throw failed(exec, 'it gave a certificate or a key alone');
  if (!bearer && !cert) throw failed(exec, 'it gave neither a token nor a certificate');
  const expiresAtMs = Date.parse(text(expirationTimestamp) ?? '');
  return {
    cert,
    key,
    authorization: bearer && `Bearer ${bearer}`,
    expiresAtMs: Number.isNaN(expiresAtMs) ? undefined : expiresAtMs,
  };
}

/** The variables of this process, then the kubeconfig's own. */
function environment(exec: KubeconfigExec, env: Run['env'], info: string): Run['env'] {
  const own = (exec.env ?? []).map(({ name, value }) => [name, value] as const);
  return { ...env, ...Object.fromEntries(own), KUBERNETES_EXEC_INFO: info };
}

/**
 * The kubeconfig's `exec`: a program that gives the credential, run as client-go runs it
 * (client.authentication.k8s.io v1 and v1beta1, ExecConfig of the kubeconfig). The credential plugin throws
 * ClusterUnauthorized where it is not there or fails, InvalidSetting where the kubeconfig is wrong about it.
 */
export function execCredential(
  exec: KubeconfigExec,
  choice: KubeconfigChoice,
  options: PluginOptions,
): CredentialPlugin {
  const { clock, stdin, stderr, givenUp } = options;
  let held: PluginCredential | undefined;
  return async (fresh) => {
    if (held && !fresh && clock.now() <= (held.expiresAtMs ?? Number.POSITIVE_INFINITY)) return held;
    const interactive = isInteractive(exec, () => stdin?.isTerminal === true);
    const env = environment(exec, options.env, await execInfo(exec, choice, interactive));
    const input = interactive && stdin ? stdin.stream : 'ignore';
    held = credentialOf(exec, parse(exec, await run({ exec, env, stdin: input, stderr, clock, givenUp })));
    return held;
  };
}
