/**
 * What waits for a sidecar: with `FOR` it waits so long, `TOKEN` is the file of a token. Where nobody answers it ends by its
 * own time-out, by Ctrl-C or by SIGTERM.
 */
export const WAITING: readonly string[] = [
  'status --until renewed --timeout FOR',
  'check --category agent --wait FOR --timeout FOR',
  'diff --timeout FOR',
  'sync --timeout FOR',
  'cert renew --timeout FOR',
  'cert revoke --yes --timeout FOR',
  'cert verify --live --timeout FOR',
  'reconnect --token-file TOKEN --timeout FOR',
  'disconnect --yes --timeout FOR',
  'suspend --reason walk --timeout FOR',
  'resume --timeout FOR',
];

/** The same, of a cluster that is not connected. */
export const WAITING_FOR_THE_FIRST: readonly string[] = [
  'connect --token-file TOKEN --runtime-id 1ae04041-17e5-478f-91f8-3a2ddc7700de --timeout FOR',
];

/** How the waiting ends, and its exit code. */
export const ENDINGS = { timeout: 124, SIGINT: 130, SIGTERM: 143 } as const;

/** What watches, until Ctrl-C or SIGTERM: its documents are of what it saw. */
export const WATCHING: readonly string[] = ['status -w', 'get apps -w', 'events -w'];

/** What asks the sidecar for something, and takes its answer as it is. */
const ASKING: readonly string[] = WAITING.filter((line) => !/^(?:status|check) /.test(line));

/** What a sidecar answers that does not do it, and what that is for whoever asked. */
export const REFUSALS = {
  // A diff that was replaced asks again, a few times.
  superseded: { reason: 'RequestSuperseded', exitCode: 1, lines: ASKING.filter((line) => !line.startsWith('diff ')) },
  refused: { reason: 'RequestRefused', exitCode: 7, lines: ASKING },
} as const;
