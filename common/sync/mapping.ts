import type { DirectorApplication } from '#common/compass/director-types.ts';
import { type MappedBundle, mapBundle, NO_DESCRIPTION } from './bundle.ts';
import type { DesiredSecret, DesiredSpec, Mapped, MappingSettings } from './desired.ts';
import { isLabelValue, isSubdomain } from './names.ts';
import type { Problem } from './problem.ts';

/** From the Director's Application to the cluster's, field for field as the reference agent does. Pure. */
export function toDesired(application: DirectorApplication, settings: MappingSettings): Mapped {
  const { id, name } = application;
  if (!isSubdomain(name)) return invalid('InvalidName', `the name ${quoted(name)} is no DNS-1123 subdomain`);
  const bundles = application.bundles.map((bundle) => mapBundle(name, bundle, settings));
  const secrets = bundles.flatMap((bundle) => bundle.secrets);
  const why = bundles.find((bundle) => bundle.invalid !== undefined)?.invalid ?? misnamed(secrets);
  if (why !== undefined) return invalid('InvalidApplication', why);
  const spec: DesiredSpec = {
    description: application.description || NO_DESCRIPTION,
    skipVerify: settings.skipVerify,
    labels: { 'connected-app': name },
    services: bundles.map((bundle) => bundle.service),
    compassMetadata: { applicationId: id, authentication: { clientIds: [...application.clientIds] } },
  };
  const kept = bundles.flatMap((bundle) => bundle.kept);
  return { kind: 'desired', desired: { id, name, spec, secrets, kept, problem: oddTarget(bundles) } };
}

function oddTarget(bundles: readonly MappedBundle[]): Problem | undefined {
  const message = bundles.find(({ odd }) => odd !== undefined)?.odd;
  return message === undefined ? undefined : { reason: 'InvalidApplication', message };
}

function invalid(reason: Problem['reason'], message: string): Mapped {
  return { kind: 'invalid', problem: { reason, message } };
}

/** Names are free text of up to 100 characters; what another Compass may send beyond is cut. */
function quoted(name: string): string {
  return JSON.stringify(name.length > 120 ? `${name.slice(0, 120)}…` : name);
}

function misnamed(secrets: readonly DesiredSecret[]): string | undefined {
  const bad = secrets.find((secret) => !isSubdomain(secret.name) || !isLabelValue(secret.labels.bundleId));
  if (bad) return `the bundle id ${quoted(bad.labels.bundleId)} cannot be part of a Secret's name and labels`;
  const names = secrets.map((secret) => secret.name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  return twice === undefined ? undefined : `two of its bundles need one and the same Secret ${twice}`;
}
