import { isRecord, parseJson } from '#common/json.ts';
import { Sensitive } from '#common/sensitive.ts';
import { PRIVATE, putInPlace, readIfThere, writeDurably } from './durable.ts';
import { unfinished } from './paths.ts';

/** An issue between its two tokens: the user's is spent, and what it gave is here. The key lies beside it. */
export interface PendingIssue {
  /** Of the user's token: to recognize it when it is given again. */
  readonly tokenHash: string;
  readonly connectorUrl: string;
  /** For signing. A Runtime's lives 60 minutes, an Application's 5. */
  readonly secondToken: Sensitive;
  readonly subject: string;
  readonly certificateSecuredConnectorUrl: string;
  readonly directorUrl: string;
}

const TEXTS = ['tokenHash', 'connectorUrl', 'subject', 'certificateSecuredConnectorUrl', 'directorUrl'] as const;

export async function writePending(path: string, pending: PendingIssue): Promise<void> {
  const text = JSON.stringify({ version: 'v1', ...pending, secondToken: pending.secondToken.reveal() }, undefined, 2);
  await writeDurably(unfinished(path), `${text}\n`, PRIVATE);
  await putInPlace(unfinished(path), path);
}

/** Undefined where there is none, or none that can be gone on with. */
export async function readPending(path: string): Promise<PendingIssue | undefined> {
  const text = await readIfThere(path);
  const value = text === undefined ? undefined : parseJson(text);
  if (!isRecord(value)) return undefined;
  const token = value['secondToken'];
  const texts = TEXTS.map((key) => [key, value[key]] as const);
  if (typeof token !== 'string' || texts.some(([, field]) => typeof field !== 'string')) return undefined;
  return {
    ...(Object.fromEntries(texts) as Record<(typeof TEXTS)[number], string>),
    secondToken: new Sensitive(token),
  };
}
