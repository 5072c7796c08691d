import type { ApplicationService, ServiceEntry } from '#common/resources/application.ts';
import type { Style } from '../command.ts';
import { bundleItem } from '../get/items.ts';
import { age } from '../output/age.ts';
import { alignColumns } from '../output/columns.ts';
import { maskLogins } from '../output/login.ts';
import { plain } from '../output/text.ts';
import type { ApplicationFacts } from './facts.ts';

/** The bundles of an Application, each with its credentials, APIs and event definitions. */
export function bundleLines(facts: ApplicationFacts, options: Style & { readonly now: number }): string {
  const services = facts.application?.spec?.services ?? [];
  if (services.length === 0) return 'Bundles:   <none>\n';
  return `Bundles:\n${services.map((service) => oneBundle(facts, service, options)).join('')}`;
}

function oneBundle(
  facts: ApplicationFacts,
  service: ApplicationService,
  { paint, symbols, now }: Style & { readonly now: number },
): string {
  const title = `  ${paint.bold(plain(service.displayName || service.name, symbols))}\n`;
  const rows = [...accessRows(facts, service, now), ...entryRows(service)];
  const lines = alignColumns(rows.map(([head, value]) => [`    ${head}`, plain(value, symbols)]));
  return `${title}${lines}`;
}

type Line = readonly [head: string, value: string];

function accessRows(facts: ApplicationFacts, service: ApplicationService, now: number): readonly Line[] {
  const { application, readiness } = facts;
  if (!application) return [];
  const { id, metadata, description, authentication, parametersSecretName } = bundleItem(
    application,
    service,
    readiness,
  );
  return [
    ['Name:', metadata.name],
    ['ID:', id],
    ['Description:', description || '<none>'],
    [
      'Credentials:',
      authentication ? `${authentication.type}, ${secretText(facts, authentication.secretName, now)}` : '<none>',
    ],
    ...(authentication?.tokenUrl ? [['Token URL:', authentication.tokenUrl] as const] : []),
    ...(authentication?.csrfTokenUrl ? [['CSRF token URL:', authentication.csrfTokenUrl] as const] : []),
    ...(parametersSecretName ? [['Parameters:', secretText(facts, parametersSecretName, now)] as const] : []),
  ];
}

/** `Secret orders-… (rotated 3d ago)`, or what is wrong with it. */
function secretText({ secrets }: ApplicationFacts, name: string, now: number): string {
  const secret = secrets.find(({ metadata }) => metadata.name === name);
  if (secret?.state !== 'present') return `Secret ${name} (${secret?.state ?? 'missing'})`;
  const { rotatedAt, metadata } = secret;
  const since = rotatedAt
    ? `rotated ${age(rotatedAt, now)} ago`
    : `created ${age(metadata.creationTimestamp, now)} ago`;
  return `Secret ${name} (${since})`;
}

function entryRows({ entries = [] }: ApplicationService): readonly Line[] {
  const ofType = (type: ServiceEntry['type']) => entries.filter((entry) => entry.type === type);
  const apis = ofType('API').flatMap(({ name, id, centralGatewayUrl, targetUrl }): readonly Line[] => [
    ['API:', `${name} (${id})`],
    ['  Gateway:', maskLogins(centralGatewayUrl || '<none>')],
    ['  Target:', maskLogins(targetUrl || '<none>')],
  ]);
  return [...apis, ...ofType('Events').map(({ name, id }): Line => ['Event:', `${name} (${id})`])];
}
