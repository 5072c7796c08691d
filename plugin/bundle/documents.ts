import { CompassError } from '#common/errors.ts';
import { CHECK_DOCUMENT_KIND } from '../check/document.ts';
import type { Invocation } from '../command.ts';
import { checkOf } from '../commands/check.ts';
import { diffOf } from '../commands/diff.ts';
import { statusOf } from '../commands/status.ts';
import { DIFF_DOCUMENT_KIND } from '../diff/document.ts';
import { failureDocument } from '../failure.ts';
import { ParsedFlags } from '../flags.ts';
import { clusterFlags } from '../kubeconfig/flags.ts';
import { STATUS_DOCUMENT_KIND } from '../status/document.ts';
import { asOf, type Sourced } from './replay/from-bundle.ts';
import type { Replay } from './replay/replay.ts';
import { replayCluster } from './replay/replay-cluster.ts';

const COMMANDS: readonly {
  readonly name: string;
  readonly kind: string;
  readonly run: (of: Sourced) => Promise<number>;
}[] = [
  { name: 'status', kind: STATUS_DOCUMENT_KIND, run: statusOf },
  { name: 'check', kind: CHECK_DOCUMENT_KIND, run: checkOf },
  { name: 'diff', kind: DIFF_DOCUMENT_KIND, run: diffOf },
];

/** What the three commands say of an archive: the documents that `--from-bundle FILE -o json` prints of it. */
export async function documentsOf(
  invocation: Invocation,
  replay: Replay,
): Promise<readonly { readonly name: string; readonly document: object }[]> {
  const found: { name: string; document: object }[] = [];
  for (const { name, kind, run } of COMMANDS) {
    if (name === 'diff' && !replay.diff) continue;
    found.push({ name, document: await documentOf(invocation, replay, kind, run) });
  }
  return found;
}

async function documentOf(
  whole: Invocation,
  replay: Replay,
  kind: string,
  run: (of: Sourced) => Promise<number>,
): Promise<object> {
  let document: object = {};
  const asked = asOf(whole, replay, replayCluster(replay.server, replay.exchanges));
  const invocation: Invocation = {
    ...asked,
    names: [],
    flags: new ParsedFlags(replay.flags),
    output: { format: 'json', template: '' },
    progress: { step: () => undefined, busy: () => undefined, clear: () => undefined },
    hint: () => undefined,
    print: (result) => {
      document = result.document();
      return Promise.resolve();
    },
  };
  try {
    await run({ invocation, replay });
  } catch (error) {
    if (!(error instanceof CompassError)) throw error;
    const place = { clusterFlags: clusterFlags(invocation.flags), namedNamespace: invocation.flags.text('namespace') };
    return failureDocument(error, kind, replay.at, place);
  }
  return document;
}
