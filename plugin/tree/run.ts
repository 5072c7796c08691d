import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import { canICommand, describeRight } from '../connection/right.ts';
import type { ParsedFlags } from '../flags.ts';
import { doubtOf } from '../get/query.ts';
import { readAsked } from '../get/resource.ts';
import { hintOfSecrets } from '../get/secret-reading.ts';
import { clusterFlags, sidecarNamespace } from '../kubeconfig/flags.ts';
import { quoted } from '../quoted.ts';
import { treeDocument } from './document.ts';
import { fetchTree } from './facts.ts';
import { formatTree } from './view.ts';

/** Applications that a terminal shows: the rest would have scrolled away. Where nothing is cut, all of them. */
const MOST_ON_A_TERMINAL = 100;

/** `kubectl compass tree [app NAME]`: fetch, print. */
export async function runTree(invocation: Invocation): Promise<number> {
  const { flags, env, clock, style, stdout } = invocation;
  const app = readApp(invocation.names);
  const given = readLimit(flags);
  const { cluster, context } = await invocation.connect();
  const facts = await fetchTree(cluster, {
    name: flags.text('connection'),
    namespace: sidecarNamespace(flags, env),
    app,
  });
  const now = clock.now();
  const place = { clusterFlags: clusterFlags(flags) };
  const hints = [
    ...facts.connection.notPermitted.map((right) => `${describeRight(right)}; ask: ${canICommand(right, place)}`),
    hintOfSecrets(facts.secrets, place),
    doubtOf(facts.connection),
  ];
  for (const hint of hints) if (hint !== undefined) invocation.hint(hint);
  const isCompact = flags.isOn('compact');
  const limit = given ?? (stdout.isTerminal ? MOST_ON_A_TERMINAL : Number.POSITIVE_INFINITY);
  await invocation.print({
    document: () => treeDocument(facts, now, { isCompact, limit: given ?? Number.POSITIVE_INFINITY }),
    text: () => formatTree(facts, { ...style, now, context, isCompact, limit }),
  });
  return 0;
}

function readApp(words: readonly string[]): string | undefined {
  if (words.length === 0) return undefined;
  const { type, names } = readAsked(words, 'tree takes app NAME');
  if (type !== 'apps') throw new CompassError('Usage', `tree takes app NAME, and no ${type}`);
  const [name] = names;
  if (name === undefined) throw new CompassError('Usage', 'tree app needs the name of an Application: app NAME');
  return name;
}

/** Infinity for 0; undefined where nothing was said. */
function readLimit(flags: ParsedFlags): number | undefined {
  const text = flags.text('limit');
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new CompassError('Usage', `--limit is ${quoted(text)}, and must be a number`);
  return text === '0' ? Number.POSITIVE_INFINITY : Number(text);
}
