import type { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { KubeconfigChoice } from './kubeconfig.ts';
import type { KubeconfigUser } from './kubeconfig-file.ts';

/** What a credential plugin or an auth provider gave. */
export interface PluginCredential {
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  /** The whole `Authorization` header. */
  readonly authorization?: string | undefined;
  /** When to ask again, in milliseconds since the epoch; undefined where it holds until it is refused. */
  readonly expiresAtMs?: number | undefined;
}

/** Gives the credential of now; `fresh` asks the plugin again even where the last one has not expired. */
export type CredentialPlugin = (fresh: boolean) => Promise<PluginCredential>;

/** Where a credential plugin meets the person. */
export interface PluginTerminal {
  /** Absent where there is nobody to ask; its stream is one of this process, with a file descriptor. */
  readonly stdin?: { readonly stream: Readable; readonly isTerminal: boolean } | undefined;
  readonly stderr?: NodeJS.WritableStream | undefined;
  /** Ends a plugin that still runs when nobody waits for it any more. */
  readonly givenUp?: AbortSignal | undefined;
}

export interface PluginOptions extends PluginTerminal {
  /** What a program inherits. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

/** Whether the kubeconfig itself holds a proof, which spares a plugin, as in client-go. */
function isProven(user: KubeconfigUser): boolean {
  const hasCertificate = user['client-certificate-data'] || user['client-certificate'];
  const hasKey = user['client-key-data'] || user['client-key'];
  return Boolean(user.token || user.tokenFile || user.username || (hasCertificate && hasKey));
}

/** The program or the provider that a kubeconfig's user names, with only the code for that one loaded. */
export async function credentialPlugin(choice: KubeconfigChoice, options: PluginOptions): Promise<CredentialPlugin> {
  const { exec } = choice.user;
  if (!exec) return (await import('./auth-provider.ts')).authProvider(choice);
  if (isProven(choice.user)) return () => Promise.resolve({});
  return (await import('./exec-credential.ts')).execCredential(exec, choice, options);
}
