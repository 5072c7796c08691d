import { isRuntimeId, isTenantId } from '#common/compass/identifiers.ts';
import type { ReadToken } from '#common/compass/token.ts';
import { parseConnectorUrl } from '#common/compass/trusted-url.ts';
import { CompassError, messageOf } from '#common/errors.ts';
import type { Report } from '#common/resources/report.ts';
import type { ParsedFlags } from '../flags.ts';

/** Where Compass is and who this cluster is there: what the configuration Secret holds beside the token. */
export interface Settings {
  readonly connectorUrl: string;
  readonly runtimeId: string;
  /** A Runtime's certificate needs none. */
  readonly tenant: string | undefined;
}

export interface SettingsSources {
  readonly flags: ParsedFlags;
  readonly token: ReadToken | undefined;
  /** What the configuration Secret has now, by its keys. */
  readonly configured: Readonly<Record<string, string>>;
  readonly report: Report | undefined;
}

/** Checks what was given on the command line, before anything is asked of anybody. Throws Usage. */
export function checkGivenSettings(flags: ParsedFlags, token: ReadToken | undefined): void {
  const url = flags.text('connector-url');
  const given = url === undefined ? undefined : connectorUrl(url, '--connector-url');
  const named = token?.connectorUrl === undefined ? undefined : connectorUrl(token.connectorUrl, 'the connectorURL');
  if (given !== undefined && named !== undefined && new URL(given).host !== new URL(named).host) {
    const hosts = `${new URL(named).host}, not for ${new URL(given).host} of --connector-url`;
    throw new CompassError('Usage', `the one-time token is for ${hosts}: it would be shown to another Compass`);
  }
  const runtimeId = flags.text('runtime-id');
  if (runtimeId !== undefined) checkRuntimeId(runtimeId, '--runtime-id');
  const tenant = flags.text('tenant');
  if (tenant !== undefined) checkTenant(tenant, '--tenant');
}

/**
 * Each setting from the first source that has it: the command line, the token's own form, the configuration Secret, the
 * report. Throws Usage for what no source has, and for a value that is none.
 */
export function settle({ flags, token, configured, report }: SettingsSources): Settings {
  const url = flags.text('connector-url') ?? token?.connectorUrl ?? present(configured['CONNECTOR_URL']);
  if (url === undefined) {
    throw new CompassError('Usage', 'a bare token does not say where it is good for: give --connector-url');
  }
  const runtimeId = flags.text('runtime-id') ?? present(configured['RUNTIME_ID']) ?? report?.runtimeId;
  if (runtimeId === undefined) {
    throw new CompassError('Usage', 'nothing says which Runtime this cluster is: give --runtime-id');
  }
  const tenant = flags.text('tenant') ?? present(configured['TENANT']) ?? report?.tenant;
  return {
    connectorUrl: connectorUrl(url, 'CONNECTOR_URL'),
    runtimeId: checkRuntimeId(runtimeId, 'RUNTIME_ID').toLowerCase(),
    tenant: tenant === undefined ? undefined : checkTenant(tenant, 'TENANT'),
  };
}

function present(value: string | undefined): string | undefined {
  const text = value?.trim();
  return text === '' ? undefined : text;
}

function connectorUrl(text: string, name: string): string {
  try {
    return parseConnectorUrl(text);
  } catch (error) {
    const what = messageOf(error).replace(/^CONNECTOR_URL /, '');
    // biome-ignore lint/style/useErrorCause: the cause is there, as CompassError takes it: third
    throw new CompassError('Usage', `${name} ${what}`, { cause: error });
  }
}

/** Not with the value: people put tokens into the wrong place. */
function checkRuntimeId(text: string, name: string): string {
  if (isRuntimeId(text)) return text;
  throw new CompassError('Usage', `${name} is not the id of a Runtime, which is a UUID`);
}

function checkTenant(text: string, name: string): string {
  if (isTenantId(text)) return text;
  throw new CompassError('Usage', `${name} is not a tenant id: one word of printable ASCII, 256 characters at most`);
}
