import { systemClock } from '#common/clock.ts';
import { differences } from './check-world.ts';
import { memoryOf } from './process-memory.ts';
import { buildSidecar } from './sidecar-program.ts';
import { startSyncBench } from './world.ts';

const count = Number(process.argv[2] ?? 100);
await using bench = await startSyncBench();
const program = await buildSidecar(bench.folder);
await bench.simulator.generate(count, { bundles: 2, apis: 5 });
await bench.configure();
await using sidecar = program.start({ ...bench.env, APP_CONTROLLER_SYNC_PERIOD: '5s' });
const mb = (bytes: number) => (bytes / 1e6).toFixed(1);
const show = (what: string) => {
  const { rss, peakRss, anonymous } = memoryOf(sidecar.pid);
  console.log(what, 'rss', mb(rss), 'peak', mb(peakRss), 'anon', mb(anonymous), ((performance.now() - sidecar.startedMs) / 1000).toFixed(1), 's');
};
for (;;) {
  const done = sidecar.lines.find(({ msg }) => /synchroni[sz]ed/.test(String(msg)));
  if (done || sidecar.hasEnded) {
    console.log(JSON.stringify(done ?? sidecar.lines.at(-1)));
    break;
  }
  await systemClock.sleep(100);
}
show('first');
const settings = { gateway: 'http://central-application-gateway.kyma-system.svc.cluster.local:8082', connection: 'compass-connection' };
const wrong = differences(await bench.simulator.applications(), await bench.found(), settings);
console.log('differences', wrong.length, wrong.slice(0, 5));
await systemClock.sleep(Number(process.argv[3] ?? 20_000));
show('later');
