import type { Cluster } from '#common/cluster/cluster.ts';
import { REASONS } from '#common/errors.ts';
import type { Command, Invocation } from '../command.ts';
import type { CoreEvent } from '../events/event.ts';
import { fetchEvents, watchEvents } from '../events/fetch.ts';
import { formatEvents, type RowOptions } from '../events/rows.ts';
import { EVENT_FLAGS, readSelection, type Selection } from '../events/selection.ts';
import { LIST_FORMATS } from '../output/format.ts';
import type { Result } from '../output/print.ts';
import { reasonOfInterruption } from '../wait/interruption.ts';
import { readerGone } from '../watch/reader-gone.ts';

/** `kubectl compass events`: the Events about the connection and its Applications. */
export const events: Command = {
  details: `Shows the Events about the CompassConnection and the Applications, the newest last. They lie in the namespace
default, since both kinds belong to no namespace; a cluster forgets them after an hour, unless told otherwise.`,
  exits: { 0: 'shown, even if there are none', 4: undefined, 130: undefined, 143: undefined },
  flags: EVENT_FLAGS,
  formats: ['default', ...LIST_FORMATS],
  documentKind: 'Failure',
  examples: [
    { command: 'kubectl compass events', does: 'What happened to the connection and its Applications' },
    { command: 'kubectl compass events -w --types Warning', does: 'Stay, and see what goes wrong' },
    { command: 'kubectl compass events --for app/commerce-cloud --since 1h', does: 'What happened to one Application' },
  ],
  run: runEvents,
};

async function runEvents(invocation: Invocation): Promise<number> {
  const { flags, clock } = invocation;
  const selection = readSelection(flags);
  const { cluster } = await invocation.connect();
  const found = await fetchEvents(cluster, selection, clock.now());
  if (flags.isOn('watch')) return watch(invocation, cluster, selection, found);
  if (found.length === 0) invocation.hint('no Events found: a cluster keeps them for an hour, mostly');
  await invocation.print(resultOf(invocation, found));
  return 0;
}

function resultOf(invocation: Invocation, found: readonly CoreEvent[]): Result {
  return {
    noHeaders: invocation.flags.isOn('no-headers'),
    document: () => ({ apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items: found }),
    names: found.map(nameOf),
    text: () => (found.length === 0 ? '' : formatEvents(found, rowOptions(invocation))),
  };
}

function nameOf({ metadata }: CoreEvent): string {
  return `event/${metadata.name}`;
}

function rowOptions({ style, clock, output, flags }: Invocation): RowOptions {
  return { ...style, now: clock.now(), isWide: output.format === 'wide', withHead: !flags.isOn('no-headers') };
}

/** What there is, then what comes: a table that grows; or, for programs, an object a line. */
async function watch(
  invocation: Invocation,
  cluster: Cluster,
  selection: Selection,
  found: readonly CoreEvent[],
): Promise<number> {
  const { interrupted, stdout, clock, progress, output } = invocation;
  const isTable = output.format === 'default' || output.format === 'wide';
  const widths: number[] = [];
  let isFirst = true;
  const show = async (event: CoreEvent) => {
    const noHeaders = !isFirst || invocation.flags.isOn('no-headers');
    if (output.format === 'yaml' && !isFirst) stdout.write('---\n');
    isFirst = false;
    if (output.format === 'json') stdout.write(`${JSON.stringify(event)}\n`);
    else if (isTable) stdout.write(formatEvents([event], { ...rowOptions(invocation), withHead: false }, widths));
    else await invocation.print({ ...resultOf(invocation, [event]), noHeaders, document: () => event });
  };
  if (isTable) stdout.write(formatEvents(found, rowOptions(invocation), widths));
  else for (const event of found) await show(event);
  let showing = Promise.resolve();
  await watchEvents(cluster, selection, {
    clock,
    signal: AbortSignal.any([interrupted, readerGone(stdout)]),
    shown: found,
    onEvent: (event) => {
      progress.clear();
      showing = showing.then(() => show(event));
    },
    onTrouble: (message) => progress.busy('stream', `lost, retrying: ${message}`),
  });
  await showing;
  return interrupted.aborted ? REASONS[reasonOfInterruption(interrupted)].exit : 0;
}
