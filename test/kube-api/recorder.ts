/** What is kept of a request: its shape, never its values. */
export type RecordedRequest = {
  at: string;
  method: string;
  path: string;
  query: Record<string, string>;
  contentType: string;
  accept: string;
  userAgent: string;
  user: string;
  /** kind and apiVersion of a JSON body, the ops of a JSON patch, the top-level members of other patches. */
  body: string;
  code: number;
  /** The newest version of all objects once it was answered. */
  revision: number;
};

const limit = 20_000;

/** Says what a body is without saying what is in it. */
export function bodyKind(body: Buffer, contentType: string): string {
  if (body.length === 0) return '';
  if (contentType.includes('protobuf')) return 'protobuf';
  try {
    return describe(JSON.parse(body.toString()));
  } catch {
    const kind = /^kind:\s*(\S+)/m.exec(body.toString())?.[1];
    return kind === undefined ? 'other' : `yaml ${kind}`;
  }
}

function describe(value: unknown): string {
  if (Array.isArray(value))
    return value.map((item) => `${item?.op} ${String(item?.path).split('/')[1] ?? ''}`).join(', ');
  if (typeof value !== 'object' || value === null) return typeof value;
  const { kind, apiVersion } = value as Record<string, unknown>;
  if (typeof kind === 'string') return `${apiVersion ?? ''} ${kind}`.trim();
  return `{${Object.keys(value).sort().join(',')}}`;
}

/** Keeps the last requests. */
export class Recorder {
  #requests: RecordedRequest[] = [];
  #cleared = 0;

  add(request: RecordedRequest): void {
    this.#requests.push(request);
    if (this.#requests.length <= limit) return;
    this.#cleared = Math.max(0, this.#cleared - limit / 2);
    this.#requests = this.#requests.slice(limit / 2);
  }

  list(): RecordedRequest[] {
    return this.#requests.slice(this.#cleared);
  }

  /** With those from before it was cleared. */
  all(): RecordedRequest[] {
    return [...this.#requests];
  }

  clear(): void {
    this.#cleared = this.#requests.length;
  }
}
