import { CompassError, messageOf } from '#common/errors.ts';
import { errorFields, jsonLog, type Log } from '#common/log.ts';
import { THIS_POD } from './config/own-place.ts';
import { type Config, readConfig } from './config.ts';
import { foldRepeats } from './fold-repeats.ts';
import type { Surroundings } from './surroundings.ts';

/** Reads the settings and serves by them until that ends. Returns the exit code: 0, or 2 where a setting is wrong. */
export async function runConfigured(
  surroundings: Surroundings,
  serve: (surroundings: Surroundings, config: Config, log: Log) => Promise<void>,
): Promise<number> {
  const { env, write, clock, node } = surroundings;
  try {
    const { config, warnings } = readConfig(env, THIS_POD, node);
    const log = foldRepeats(
      jsonLog(write, config.logLevel, () => clock.now()),
      clock,
    );
    for (const warning of warnings) log.warn('a setting needs attention', { warning });
    await serve(surroundings, config, log);
    log.info('stopped');
    return 0;
  } catch (error) {
    const log = jsonLog(write, 'error', () => clock.now());
    log.error(
      'the sidecar cannot start',
      error instanceof CompassError ? { error: messageOf(error) } : errorFields(error),
    );
    return error instanceof CompassError ? error.exit : 1;
  }
}
