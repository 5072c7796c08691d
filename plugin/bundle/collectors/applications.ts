import { APPLICATION, type Application } from '#common/resources/application.ts';
import { sanitize } from '../redaction/sanitize.ts';
import { type Collector, Findings, type Ground } from './collector.ts';
import { listOf } from './resources.ts';

/** Of a page, in bytes: no more than about that is in memory at a time. */
const PAGE_BYTES = 1024 * 1024;
const FIRST_PAGE = 50;

/** The Applications, page by page; their names, which a replay of `diff` asks for, go to `keep`. */
export function applications(keep: (names: string[]) => void): Collector {
  return {
    name: 'applications',
    what: 'the Applications of the cluster',
    collect: (ground) => collect(ground, keep),
  };
}

async function collect({ cluster, redactor, sink, ...ground }: Ground, keep: (names: string[]) => void) {
  const findings = new Findings({ redactor, ...ground });
  await findings.try(async () => {
    const names: string[] = [];
    let page = 0;
    const options = { pageSize: FIRST_PAGE, pageBytes: PAGE_BYTES, signal: ground.invocation.interrupted };
    for await (const { items } of cluster.listPages<Application>(APPLICATION, options)) {
      if (items.length === 0) continue;
      page += 1;
      const path = `resources/applications-${String(page).padStart(4, '0')}.json`;
      await sink.json(path, listOf(items.map((item) => sanitize(item, redactor))));
      names.push(...items.map(({ metadata }) => redactor.text(metadata.name)));
      findings.count(items.length);
      ground.invocation.progress.busy('applications', `${names.length} read`);
    }
    // Of a list that broke off it is not known who is not in it.
    keep(names);
  });
  return findings.result();
}
