import { APPLICATION, type Application } from '#common/resources/application.ts';
import type { ReportedFailure } from '#common/resources/report.ts';
import { age } from '../output/age.ts';
import { type Landscape, secretReferences } from './landscape.ts';
import { idOf } from './readiness.ts';
import { type Heads, NOT_PERMITTED, NOTHING, type Row } from './row.ts';
import { contentSince, type SecretFacts, SecretIndex } from './secret-facts.ts';

export const APP_HEADS: Heads = {
  always: ['NAME', 'READY', 'APIS', 'EVENTS', 'SECRETS', 'SYNCED', 'AGE', 'REASON'],
  wide: ['MESSAGE', 'COMPASS-ID', 'BUNDLES', 'SECRET-AGE', 'FINGERPRINT'],
};

/** Of a fingerprint in a table: enough to tell two apart. */
const SHORT_FINGERPRINT = 12;

/** The Applications, and with `failures` those that could not even be created. */
export function appRows(landscape: Landscape, withFailures: boolean): readonly Row[] {
  const { applications, judge, secrets } = landscape;
  const index = secrets && new SecretIndex(secrets);
  const present = applications.map((application) => appRow(application, landscape, index));
  return withFailures ? [...present, ...judge.withoutObject(applications).map(failureRow)] : present;
}

function appRow(application: Application, { judge, lastSync }: Landscape, index: SecretIndex | undefined): Row {
  const { metadata, spec } = application;
  const { name, uid = name, labels, creationTimestamp } = metadata;
  const readiness = judge.of(application);
  const entries = (spec?.services ?? []).flatMap((service) => service.entries ?? []);
  const references = secretReferences(application);
  const counted = (type: string) => String(entries.filter((entry) => entry.type === type).length);
  return {
    key: uid,
    names: [name],
    fullName: `application.${APPLICATION.apiVersion.split('/')[0]}/${name}`,
    document: application,
    readiness,
    labels,
    cells: (now) => [
      name,
      readiness.ready,
      counted('API'),
      counted('Events'),
      String(references.length),
      readiness.ready === 'True' && lastSync ? age(lastSync, now) : NOTHING,
      age(creationTimestamp, now),
      readiness.reason,
    ],
    wideCells: (now) => [
      readiness.message || NOTHING,
      idOf(application) ?? NOTHING,
      String(spec?.services?.length ?? 0),
      ...secretCells(
        references.map((reference) => index?.factsOf(reference.name)),
        now,
      ),
    ],
  };
}

/** The oldest age, and the fingerprints in the order of the bundles. */
function secretCells(all: readonly (SecretFacts | undefined)[], now: number): readonly string[] {
  const secrets = all.filter((facts) => facts !== undefined);
  if (secrets.some(({ state }) => state === 'not permitted')) return [NOT_PERMITTED, NOT_PERMITTED];
  const times = secrets.flatMap((facts) => contentSince(facts) ?? []).toSorted();
  const fingerprints = secrets.map(({ fingerprint }) => fingerprint?.slice(0, SHORT_FINGERPRINT) ?? NOTHING);
  return [times[0] ? age(times[0], now) : NOTHING, fingerprints.join(',') || NOTHING];
}

function failureRow({ name, id, reason, message }: ReportedFailure): Row {
  const title = name || id;
  return {
    key: `failed ${id} ${name}`,
    names: [name, id],
    fullName: '',
    document: undefined,
    readiness: { ready: 'False', reason, message },
    labels: undefined,
    cells: () => [title, 'False', NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, reason],
    wideCells: () => [message || NOTHING, id || NOTHING, NOTHING, NOTHING, NOTHING],
  };
}
