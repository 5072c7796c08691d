/** What a person reads about one code, state or condition at three in the morning. */
export interface ExplanationText {
  /** What it means, in one or two sentences. */
  readonly meaning: string;
  /** What brings it about, the most frequent first. */
  readonly causes: readonly string[];
  /** What happens next without anybody. */
  readonly byItself: string;
  /** What to do, in order: lines that can be run as they stand. */
  readonly commands: readonly SuggestedCommand[];
}

export interface SuggestedCommand {
  readonly command: string;
  readonly does: string;
}

export const STATUS: SuggestedCommand = { command: 'kubectl compass status', does: 'how the connection stands now' };

export const CHECK: SuggestedCommand = {
  command: 'kubectl compass check',
  does: 'test the way to Kubernetes and Compass, from here and from the cluster',
};

export const LOGS: SuggestedCommand = {
  command: 'kubectl compass logs --since 1h',
  does: 'what the sidecar wrote in the last hour',
};

export const NEW_TOKEN: readonly SuggestedCommand[] = [
  {
    command: 'kubectl compass token request --director-url "$DIRECTOR_URL" --auth-token-file login.txt --out token.txt',
    does: 'get a new one-time token with your own login at the Director, or from the UI of Compass',
  },
  { command: 'kubectl compass reconnect --token-file token.txt', does: 'use it; nothing is deleted' },
];

export const EDIT_CONFIGURATION: SuggestedCommand = {
  command: 'kubectl -n compass-system edit secret compass-agent-configuration',
  does: 'correct the configuration Secret (its values are in base64)',
};

/** One field of the configuration Secret, as it is to be and not in base64. */
export function correctConfiguration(key: 'TENANT' | 'RUNTIME_ID'): SuggestedCommand {
  const patch = `'{"stringData":{"${key}":"YOUR-${key}"}}'`;
  return {
    command: `kubectl -n compass-system patch secret compass-agent-configuration -p ${patch}`,
    does: `correct ${key} in the configuration Secret`,
  };
}

export const SETTINGS: SuggestedCommand = {
  command: 'kubectl -n compass-system set env deployment/compass-sidecar --list',
  does: 'see the settings of the sidecar',
};

export const SYNC: SuggestedCommand = {
  command: 'kubectl compass sync',
  does: 'synchronize now, and see each Application that fails',
};

export const RETRIED = 'It is tried again, with waits that grow to five minutes, and heals when the cause ends.';

export const KEPT = 'Applications and Secrets that are there stay as they are.';
