import { fetchRuntime, setRuntimeLabel } from '#common/compass/director.ts';
import type { Transport } from '#common/compass/endpoint.ts';
import { CompassError, messageOf } from '#common/errors.ts';
import type { Config } from './config.ts';
import { type Connection, directorEndpoint } from './connection/maintain.ts';

/** What the Runtime tells Compass of itself: each label is set only when its value differs. */
function runtimeLabels(config: Pick<Config, 'eventsUrl' | 'consoleUrl'>): Readonly<Record<string, string>> {
  return { runtime_eventServiceUrl: config.eventsUrl, runtime_consoleUrl: config.consoleUrl };
}

/** Throws LabelsFailed with what kept it from reading or setting them; returns the keys that were set. */
export async function reportLabels(connection: Connection, config: Config, transport: Transport): Promise<string[]> {
  const endpoint = directorEndpoint(connection);
  const { runtimeId } = connection;
  const set: string[] = [];
  try {
    const runtime = await fetchRuntime(endpoint, transport, runtimeId);
    if (!runtime) throw new CompassError('RuntimeNotFound', `the Director knows no Runtime ${runtimeId}`);
    for (const [key, value] of Object.entries(runtimeLabels(config))) {
      if (runtime.labels[key] === value) continue;
      await setRuntimeLabel(endpoint, transport, { runtimeId, key, value });
      set.push(key);
    }
  } catch (error) {
    if (!(error instanceof CompassError)) throw error;
    const message = `the labels of the Runtime were not reported to the Director: ${messageOf(error)}`;
    // biome-ignore lint/style/useErrorCause: the cause is there, as CompassError takes it: third
    throw new CompassError('LabelsFailed', message, { cause: error, requestId: error.requestId });
  }
  return set;
}
