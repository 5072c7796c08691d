import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../cluster/genuine/ports.ts';
import { type Simulator, startSimulator } from '../simulator/simulator.ts';
import { demoApplications } from './applications.ts';
import type { CommandLine } from './command-line.ts';
import { CompassNews } from './compass-news.ts';
import { describeLookingAround } from './look-around.ts';
import type { Narrator } from './narrator.ts';
import { sidecarSettings } from './place.ts';
import type { Scene } from './scene.ts';
import { SidecarProcess } from './sidecar-process.ts';
import { tellStory } from './story.ts';
import type { Target } from './target.ts';
import { openEmbedded } from './targets/embedded.ts';
import { openReal } from './targets/real.ts';

const LOG_LINES_SHOWN = 15;

async function startCompass(narrator: Narrator): Promise<Simulator> {
  const simulator = await startSimulator();
  for (const application of demoApplications) simulator.landscape.createApplication(application);
  narrator.done(`the Compass simulator listens: ${new URL(simulator.urls.connector).origin}`);
  return simulator;
}

interface SidecarStart {
  readonly folder: string;
  readonly simulator: Simulator;
  readonly target: Target;
  readonly healthPort: number;
}

async function startSidecar({ folder, simulator, target, healthPort }: SidecarStart): Promise<SidecarProcess> {
  const caFile = join(folder, 'compass-ca.pem');
  await writeFile(caFile, simulator.caPem);
  const settings = {
    ...sidecarSettings(target.place),
    KUBECONFIG: target.kubeconfig,
    APP_COMPASS_CA_BUNDLE: caFile,
    APP_HEALTH_PORT: String(healthPort),
    APP_MINIMAL_COMPASS_SYNC_TIME: '5s',
    APP_CONTROLLER_SYNC_PERIOD: '30s',
  };
  return new SidecarProcess(settings, join(folder, 'sidecar.log'));
}

/** Sets the stage; `stage` removes it. */
async function openScene(
  { context }: CommandLine,
  stage: AsyncDisposableStack,
  narrator: Narrator,
  stopping: AbortSignal,
): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-demo-'));
  stage.defer(() => rm(folder, { recursive: true, force: true }));
  const simulator = stage.use(await startCompass(narrator));
  const open = context === undefined ? openEmbedded(folder, narrator) : openReal(folder, context, narrator);
  const target = stage.use(await open);
  const [healthPort = 0] = await freePorts(1);
  const sidecar = await startSidecar({ folder, simulator, target, healthPort });
  stage.defer(async () => {
    await sidecar.stop();
  });
  narrator.done(`the sidecar runs as a process of its own: pid ${sidecar.pid}`);
  const healthUrl = `http://127.0.0.1:${healthPort}`;
  const news = new CompassNews(simulator, narrator);
  return { narrator, simulator, news, target, sidecar, healthUrl, folder, stopping };
}

function showLog({ narrator, sidecar }: Scene): void {
  narrator.chapter(`The last ${LOG_LINES_SHOWN} lines of the sidecar's log`);
  narrator.quote(sidecar.lastLines(LOG_LINES_SHOWN).join('\n'));
}

/** The whole demo, from an empty machine to an empty machine. Throws what failed; resolves when it is over or was stopped. */
export async function perform(commandLine: CommandLine, narrator: Narrator, stopping: AbortSignal): Promise<void> {
  await using stage = new AsyncDisposableStack();
  narrator.chapter('The stage is set');
  const scene = await openScene(commandLine, stage, narrator, stopping);
  try {
    await tellStory(scene);
  } catch (error) {
    if (!stopping.aborted) showLog(scene);
    throw error;
  }
  narrator.chapter(`All of it worked, in ${(narrator.elapsedMs / 1000).toFixed(1)} s`);
  if (commandLine.once) return;
  await describeLookingAround(scene);
  if (!stopping.aborted) await once(stopping, 'abort');
}
