import type { Target } from './compass.ts';

/** One request as it reached the gateway. No secrets: tokens by the first 16 hex digits of their SHA-256 only. */
export interface LoggedRequest {
  number: number;
  /** RFC 3339, by the machine's clock. */
  time: string;
  target: Target;
  operation: string | null;
  rootFields: string[];
  /** Of what it presented, whether accepted or not. */
  tokenHash: string | null;
  /** True where this request took a token out of its slot. */
  tokenConsumed: boolean;
  certificateFingerprint: string | null;
  /** The client id that the token or the certificate stands for, `admin` for the bearer token. */
  identity: string | null;
  tenant: string | null;
  requestId: string | null;
  /** Ids of the faults that touched it. */
  faults: string[];
  /** Null while it is under way, and where the connection was cut. */
  status: number | null;
  /** The messages of GraphQL errors in the answer. */
  errors: string[];
  outcome: 'pending' | 'ok' | 'errors' | 'refused' | 'cut';
}

/** What was asked for, and what was served. */
export interface Served {
  readonly variables: Readonly<Record<string, unknown>>;
  /** Empty where the connection was cut. */
  readonly body: string;
}

/** Somebody who is told of every request, at the moment at which it comes and at which it ends. */
interface RequestObserver {
  begun(request: LoggedRequest): void;
  ended(request: LoggedRequest, served: Served): void;
}

interface Waiter {
  matches(request: LoggedRequest): boolean;
  resolve(request: LoggedRequest): void;
}

const KEPT = 10_000;

/** The gateway's memory, newest last; it keeps the last 10 000. */
export class RequestLog {
  #requests: LoggedRequest[] = [];
  #waiters: Waiter[] = [];
  #observers: RequestObserver[] = [];
  #count = 0;

  /** Tells of every request from now on. */
  observe(observer: RequestObserver): void {
    this.#observers.push(observer);
  }

  begin(target: Target): LoggedRequest {
    this.#count += 1;
    const request: LoggedRequest = {
      number: this.#count,
      time: new Date().toISOString(),
      target,
      operation: null,
      rootFields: [],
      tokenHash: null,
      tokenConsumed: false,
      certificateFingerprint: null,
      identity: null,
      tenant: null,
      requestId: null,
      faults: [],
      status: null,
      errors: [],
      outcome: 'pending',
    };
    this.#requests.push(request);
    if (this.#requests.length > KEPT) this.#requests = this.#requests.slice(-KEPT);
    for (const observer of this.#observers) observer.begun(request);
    return request;
  }

  /** Tells those who wait for such a request that it has ended. */
  end(request: LoggedRequest, served: Served): void {
    for (const observer of this.#observers) observer.ended(request, served);
    const due = this.#waiters.filter((waiter) => waiter.matches(request));
    this.#waiters = this.#waiters.filter((waiter) => !due.includes(waiter));
    for (const waiter of due) waiter.resolve(request);
  }

  list(): readonly LoggedRequest[] {
    return this.#requests;
  }

  clear(): void {
    this.#requests = [];
  }

  /** The next request to end from now on that matches. */
  next(matches: (request: LoggedRequest) => boolean): Promise<LoggedRequest> {
    return new Promise((resolve) => {
      this.#waiters.push({ matches, resolve });
    });
  }
}
