import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { formatTime } from '#common/clock.ts';
import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import { sidecarNamespace } from '../kubeconfig/flags.ts';
import { ArchiveWriter } from './archive-writer.ts';
import { collectReport } from './collect.ts';
import { findSubject } from './find-sidecar.ts';
import { type Account, incompleteMessage, isWhole, reportDocument } from './manifest.ts';
import { type ReportOptions, readReportOptions } from './options.ts';
import { describeArchive } from './view.ts';

/** `kubectl compass report`: collects, writes the archive, prints where it is; 1 where it misses something. */
export async function report(invocation: Invocation): Promise<number> {
  const { names, flags, env, clock, hint } = invocation;
  const options = readReportOptions(flags);
  const { cluster, context } = await invocation.connect();
  const subject = await findSubject(cluster, { name: names[0], namespace: sidecarNamespace(flags, env) });
  const path = pathOf(options, subject.connection?.name ?? 'sidecar', clock.now());
  const writer = await ArchiveWriter.create(path, clock.now());
  let account: Account;
  let bytes: number;
  try {
    account = await collectReport(invocation, { ...options, cluster, context, subject, writer });
    bytes = await writer.finish();
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  await invocation.print({
    document: () => reportDocument(account, { path, bytes }),
    names: [path],
    text: () => `${path}\n`,
  });
  hint(describeArchive(account, { path, bytes }, invocation.style));
  if (isWhole(account)) return 0;
  hint(`${incompleteMessage(account)}; manifest.json in the archive says why`);
  return 1;
}

function pathOf({ file, force }: ReportOptions, name: string, now: number): string {
  const stamp = formatTime(now).replace(/[-:]/g, '');
  const path = resolve(file ?? `compass-report-${name}-${stamp}.tar.gz`);
  if (force || !existsSync(path)) return path;
  throw new CompassError('ConfirmationRequired', `${path} is there already; nothing was collected`, {
    next: 'name another file by -f, or say --force to replace it',
  });
}
