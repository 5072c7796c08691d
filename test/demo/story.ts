import type { Scene } from './scene.ts';
import type { Step } from './step.ts';
import { change } from './steps/change.ts';
import { pair } from './steps/pair.ts';
import { reconnect } from './steps/reconnect.ts';
import { renew } from './steps/renew.ts';
import { showStatus } from './steps/show-status.ts';
import { synchronize } from './steps/synchronize.ts';

const STEPS: readonly Step[] = [pair, synchronize, showStatus, change, renew, reconnect];

/** Runs every step in order. Throws what one throws, with the step's name before it. */
export async function tellStory(scene: Scene): Promise<void> {
  for (const [index, { title, run }] of STEPS.entries()) {
    scene.news.skip();
    scene.narrator.chapter(`${index + 1}. ${title}`);
    try {
      await run(scene);
    } catch (error) {
      if (scene.stopping.aborted) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(`step ${index + 1} (${title}) failed: ${message}`, { cause: error });
    }
  }
}
