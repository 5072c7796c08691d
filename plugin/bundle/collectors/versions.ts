import { VERSION } from '#common/version.ts';
import { fetchVersions } from '../../versions/fetch.ts';
import { versionDocument } from '../../versions/view.ts';
import { type Collector, Findings, type Ground } from './collector.ts';

/** What runs here and in the cluster: as `version -o json` says it. */
export const versions: Collector = {
  name: 'versions',
  what: 'the versions of plugin, Kubernetes, sidecars and definitions',
  collect,
};

async function collect(ground: Ground) {
  const findings = new Findings(ground);
  const { cluster, namespace, redactor, sink, invocation } = ground;
  await findings.try(async () => {
    const found = await fetchVersions(cluster, VERSION, namespace);
    findings.count(found.sidecars.length + found.definitions.length);
    await sink.json('documents/version.json', redactor.value(versionDocument(VERSION, found, invocation.clock.now())));
  });
  return findings.result();
}
