import { CompassError } from '#common/errors.ts';
import { isRecord } from '#common/json.ts';
import { errorFields } from '#common/log.ts';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import type { Configuration } from './configuration.ts';
import type { ConnectionContext } from './context.ts';
import { requireTrustedUrls } from './issue.ts';
import type { ManagementUrls } from './state.ts';

/** An older definition lets anything stand there. */
function readUrls(object: CompassConnection | undefined): ManagementUrls {
  const spec: unknown = object?.spec;
  const plane = isRecord(spec) && isRecord(spec['managementInfo']) ? spec['managementInfo'] : {};
  const text = (field: string) => (typeof plane[field] === 'string' ? plane[field] : '');
  return { connector: text('connectorUrl'), director: text('directorUrl') };
}

/** The URLs that somebody wrote into the CompassConnection, if they may be trusted with the credential. */
export function trustedSpecUrls(
  context: ConnectionContext,
  object: CompassConnection | undefined,
  configuration: Configuration | CompassError,
): ManagementUrls | undefined {
  const { connector, director } = readUrls(object);
  if (connector === '' || director === '') return undefined;
  const anchor =
    configuration instanceof CompassError ? context.state.value?.urls?.connector : configuration.connectorUrl;
  const urls = { connector, director };
  try {
    requireTrustedUrls(context, anchor ?? connector, urls);
    return urls;
  } catch (error) {
    context.log.warn('the URLs in the CompassConnection are not trusted, and not used', errorFields(error));
    return undefined;
  }
}
