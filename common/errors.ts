/**
 * What happens next by itself: `backoff` = tried again with growing waits; `never` = waits for a change of spec, token or
 * setting, because trying again could not help.
 */
export type Retry = 'backoff' | 'never';

interface Row {
  /** The stable number that people look up: CMP0201. */
  readonly code: string;
  /** The plugin's exit code; the table is docs/exit-codes.md. */
  readonly exit: number;
  readonly retry: Retry;
  /** What a person does about it, one line; a command where there is one. */
  readonly next: string;
}

const EDIT_SECRET = 'kubectl -n compass-system edit secret compass-agent-configuration';
/** Unlike an editor it takes the value as it is, and not in base64. */
function setInSecret(key: string): string {
  return `kubectl -n compass-system patch secret compass-agent-configuration -p '{"stringData":{"${key}":"YOUR-${key}"}}'`;
}
const LOGS = 'kubectl compass logs';
const INSTALL = 'kubectl compass install';
const NEW_TOKEN = 'kubectl compass reconnect --token-stdin';
const DETAILS = 'kubectl compass status --details';
const MIGRATE = 'kubectl compass migrate from-agent';

/**
 * The one closed table: the same reason is the error's, the condition's, the metric's label and the exit code's.
 * A row that nobody raises is a defect; so is an error without a row.
 */
export const REASONS = {
  InternalError: { code: 'CMP0001', exit: 1, retry: 'backoff', next: LOGS },
  InvalidSetting: { code: 'CMP0002', exit: 2, retry: 'never', next: 'correct the named setting and start again' },
  Usage: { code: 'CMP0003', exit: 2, retry: 'never', next: 'kubectl compass --help' },
  Stopping: { code: 'CMP0004', exit: 143, retry: 'never', next: 'it goes on at the next start' },
  TimedOut: { code: 'CMP0005', exit: 124, retry: 'never', next: 'kubectl compass status -w' },
  Interrupted: { code: 'CMP0006', exit: 130, retry: 'never', next: 'kubectl compass status -w' },
  RequestSuperseded: { code: 'CMP0007', exit: 1, retry: 'never', next: DETAILS },
  RequestRefused: { code: 'CMP0008', exit: 7, retry: 'never', next: 'kubectl compass version' },
  NotReady: { code: 'CMP0009', exit: 1, retry: 'backoff', next: 'kubectl compass status -w' },
  NotExplained: { code: 'CMP0010', exit: 3, retry: 'never', next: 'kubectl compass explain' },
  ArchiveInvalid: { code: 'CMP0011', exit: 2, retry: 'never', next: 'kubectl compass report --help' },
  NotInArchive: { code: 'CMP0012', exit: 3, retry: 'never', next: 'ask the cluster itself: leave --from-bundle out' },
  ReportIncomplete: {
    code: 'CMP0013',
    exit: 1,
    retry: 'never',
    next: 'read manifest.json in the archive: it says why',
  },

  ClusterUnreachable: { code: 'CMP0101', exit: 4, retry: 'backoff', next: 'kubectl cluster-info' },
  ClusterUnauthorized: { code: 'CMP0102', exit: 4, retry: 'backoff', next: 'kubectl auth can-i --list' },
  ClusterForbidden: { code: 'CMP0103', exit: 4, retry: 'backoff', next: 'kubectl auth can-i --list' },
  ClusterNotFound: { code: 'CMP0104', exit: 3, retry: 'backoff', next: 'kubectl api-resources' },
  ClusterConflict: { code: 'CMP0105', exit: 4, retry: 'backoff', next: 'it is tried again on the newer version' },
  ClusterRefused: { code: 'CMP0106', exit: 4, retry: 'backoff', next: 'correct what the API server names' },
  ClusterThrottled: { code: 'CMP0107', exit: 4, retry: 'backoff', next: 'it is tried again by itself' },
  ClusterUnavailable: { code: 'CMP0108', exit: 4, retry: 'backoff', next: 'kubectl get --raw /readyz' },
  ClusterWatchExpired: { code: 'CMP0109', exit: 4, retry: 'backoff', next: 'it is listed again by itself' },
  NotInstalled: { code: 'CMP0111', exit: 3, retry: 'backoff', next: INSTALL },
  ClusterAlreadyExists: { code: 'CMP0112', exit: 4, retry: 'backoff', next: 'it is read and tried again by itself' },
  StoreForbidden: { code: 'CMP0113', exit: 4, retry: 'backoff', next: 'kubectl compass check --category rbac' },
  RenewalOverdue: { code: 'CMP0121', exit: 1, retry: 'backoff', next: 'kubectl compass cert renew' },
  SidecarSilent: { code: 'CMP0122', exit: 1, retry: 'backoff', next: LOGS },
  RightsExcessive: {
    code: 'CMP0123',
    exit: 1,
    retry: 'never',
    next: 'bind the sidecar to the roles of sidecar/deploy/rights alone',
  },
  ForeignAgent: { code: 'CMP0124', exit: 7, retry: 'never', next: MIGRATE },
  VersionSkew: { code: 'CMP0125', exit: 1, retry: 'never', next: 'kubectl compass version' },

  CompassUnreachable: { code: 'CMP0501', exit: 5, retry: 'backoff', next: LOGS },
  CompassUntrusted: {
    code: 'CMP0502',
    exit: 5,
    retry: 'backoff',
    next: 'give the CA of Compass in APP_COMPASS_CA_BUNDLE',
  },
  CompassTimeout: { code: 'CMP0503', exit: 5, retry: 'backoff', next: LOGS },
  CompassThrottled: { code: 'CMP0504', exit: 5, retry: 'backoff', next: 'it is tried again by itself' },
  CompassUnavailable: { code: 'CMP0505', exit: 5, retry: 'backoff', next: 'it is tried again by itself' },
  NotCompass: {
    code: 'CMP0506',
    exit: 5,
    retry: 'backoff',
    next: 'look for a proxy or captive portal on the way to Compass',
  },
  InvalidAnswer: { code: 'CMP0507', exit: 5, retry: 'backoff', next: LOGS },
  AnswerTooLarge: { code: 'CMP0508', exit: 5, retry: 'backoff', next: LOGS },
  CompassFailed: { code: 'CMP0509', exit: 5, retry: 'backoff', next: 'it is tried again by itself' },
  UntrustedUrl: {
    code: 'CMP0510',
    exit: 5,
    retry: 'backoff',
    next: 'list the host in APP_COMPASS_ALLOWED_HOSTS if it is right',
  },
  VerificationDisabled: {
    code: 'CMP0512',
    exit: 5,
    retry: 'never',
    next: 'give the CA of Compass in APP_COMPASS_CA_BUNDLE, and unset APP_SKIP_COMPASS_TLS_VERIFY',
  },
  ClockSkew: { code: 'CMP0511', exit: 5, retry: 'backoff', next: 'correct the clock of the node' },

  TokenRequired: { code: 'CMP0601', exit: 6, retry: 'never', next: NEW_TOKEN },
  TokenRefused: { code: 'CMP0602', exit: 6, retry: 'backoff', next: NEW_TOKEN },
  Rejected: { code: 'CMP0603', exit: 6, retry: 'backoff', next: NEW_TOKEN },
  CertificateExpired: { code: 'CMP0604', exit: 6, retry: 'backoff', next: NEW_TOKEN },
  TenantMismatch: { code: 'CMP0605', exit: 6, retry: 'backoff', next: `correct TENANT: ${setInSecret('TENANT')}` },
  InsufficientScopes: {
    code: 'CMP0606',
    exit: 6,
    retry: 'backoff',
    next: 'ask the administrator of Compass for the scopes',
  },
  RuntimeNotFound: {
    code: 'CMP0607',
    exit: 6,
    retry: 'backoff',
    next: `correct RUNTIME_ID: ${setInSecret('RUNTIME_ID')}`,
  },
  ConfigurationMissing: {
    code: 'CMP0608',
    exit: 3,
    retry: 'never',
    next: 'kubectl compass connect --token-stdin --runtime-id ID',
  },
  ConfigurationInvalid: { code: 'CMP0609', exit: 2, retry: 'never', next: EDIT_SECRET },
  InvalidSubject: {
    code: 'CMP0610',
    exit: 6,
    retry: 'backoff',
    next: 'report the subject to the administrator of Compass',
  },
  InvalidCertificate: { code: 'CMP0611', exit: 6, retry: 'backoff', next: LOGS },
  InvalidCredential: { code: 'CMP0612', exit: 6, retry: 'backoff', next: NEW_TOKEN },
  ApplicationNotFound: {
    code: 'CMP0617',
    exit: 6,
    retry: 'never',
    next: 'look up the id of the Application in Compass',
  },
  Disconnected: { code: 'CMP0613', exit: 6, retry: 'never', next: NEW_TOKEN },
  CertificatesDiffer: { code: 'CMP0615', exit: 1, retry: 'never', next: 'kubectl compass cert show' },
  RenewalDue: { code: 'CMP0614', exit: 1, retry: 'never', next: 'kubectl compass cert renew' },

  InvalidName: { code: 'CMP0301', exit: 1, retry: 'backoff', next: 'rename the Application in Compass' },
  NameConflict: { code: 'CMP0302', exit: 1, retry: 'backoff', next: 'rename one of the two Applications in Compass' },
  ForeignObject: { code: 'CMP0303', exit: 1, retry: 'backoff', next: 'rename or remove the object that is in the way' },
  InvalidApplication: { code: 'CMP0304', exit: 1, retry: 'backoff', next: 'correct the Application in Compass' },
  UnknownCredential: { code: 'CMP0305', exit: 1, retry: 'backoff', next: 'use OAuth or Basic credentials in Compass' },
  ObjectTooLarge: { code: 'CMP0306', exit: 1, retry: 'backoff', next: 'split the Application in Compass' },
  ApplicationFailed: {
    code: 'CMP0307',
    exit: 1,
    retry: 'backoff',
    next: 'kubectl compass get apps --status-selector ready=false',
  },
  ListingIncomplete: { code: 'CMP0308', exit: 1, retry: 'backoff', next: 'it is listed again by itself' },
  OutOfSync: { code: 'CMP0310', exit: 1, retry: 'never', next: 'kubectl compass sync' },
  ConfirmationRequired: { code: 'CMP0401', exit: 7, retry: 'never', next: 'say --yes if it is meant' },
  DeletionsHeld: { code: 'CMP0402', exit: 7, retry: 'backoff', next: 'kubectl compass diff --summary' },
  LabelsFailed: { code: 'CMP0309', exit: 1, retry: 'backoff', next: 'it is tried again by itself' },
  AlreadyConnected: { code: 'CMP0404', exit: 7, retry: 'never', next: 'kubectl compass status' },
  UnusedTokenMissing: { code: 'CMP0405', exit: 7, retry: 'never', next: 'request a new one-time token in Compass' },
  ConfigurationBlocked: {
    code: 'CMP0406',
    exit: 7,
    retry: 'never',
    next: 'move what is in the way, as the message says',
  },
  MigrationBlocked: { code: 'CMP0420', exit: 7, retry: 'never', next: MIGRATE },
  MigrationFailed: { code: 'CMP0421', exit: 1, retry: 'never', next: MIGRATE },
  Suspended: { code: 'CMP0403', exit: 7, retry: 'never', next: 'kubectl compass resume' },
  NothingHeld: { code: 'CMP0407', exit: 3, retry: 'never', next: 'kubectl compass status' },
  PlanChanged: { code: 'CMP0408', exit: 7, retry: 'never', next: 'kubectl compass diff --summary' },
} as const satisfies Record<string, Row>;

export type Reason = keyof typeof REASONS;

/** Whether a word is one of the table's: one of a newer version is not. */
export function isReason(text: string | undefined): text is Reason {
  return text !== undefined && Object.hasOwn(REASONS, text);
}

export interface CompassErrorOptions {
  readonly cause?: unknown;
  /** The `x-request-id` under which Compass logged the call. */
  readonly requestId?: string | undefined;
  /** The HTTP status of the answer, where there was one. */
  readonly status?: number | undefined;
  /** How long the other side asks to wait, in milliseconds (Retry-After). */
  readonly retryAfterMs?: number | undefined;
  /** What a person does about it, where that is not what the table says of the reason. */
  readonly next?: string | undefined;
  /** Whether the request may have been carried out, although no good answer came: a token in it may be spent. */
  readonly maybeDone?: boolean | undefined;
}

/** The one error of this project. Its message says what failed, on what, and is free of secrets. */
export class CompassError extends Error {
  override readonly name = 'CompassError';
  readonly reason: Reason;
  readonly requestId: string | undefined;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly maybeDone: boolean;
  readonly next: string | undefined;

  constructor(reason: Reason, message: string, options: CompassErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.requestId = options.requestId;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
    this.maybeDone = options.maybeDone ?? false;
    this.next = options.next;
  }

  get retry(): Retry {
    return REASONS[this.reason].retry;
  }

  get exit(): number {
    return REASONS[this.reason].exit;
  }
}

/** The reason of any error: a bug, which is no CompassError, is an InternalError. */
export function reasonOf(error: unknown): Reason {
  return error instanceof CompassError ? error.reason : 'InternalError';
}

export function hasReason(error: unknown, ...reasons: readonly Reason[]): error is CompassError {
  return error instanceof CompassError && reasons.includes(error.reason);
}

/** The text of any error that a person may read. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
