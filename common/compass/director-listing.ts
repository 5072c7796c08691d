import { hash } from 'node:crypto';
import { CompassError, hasReason, messageOf } from '../errors.ts';
import { isRecord } from '../json.ts';
import { showsAccessUnread, wholeItem } from './director-item.ts';
import {
  InvalidItem,
  type RawPage,
  readApi,
  readApplication,
  readBundle,
  readEvent,
  readPage,
} from './director-reader.ts';
import type {
  DirectorApplication,
  DirectorBundle,
  DirectorItem,
  DirectorPage,
  KnownItem,
  KnownPage,
  ListingProblem,
} from './director-types.ts';
import {
  APPLICATION_IDS,
  APPLICATIONS,
  FURTHER_API_DEFINITIONS,
  FURTHER_BUNDLES,
  FURTHER_EVENT_DEFINITIONS,
  type Operation,
} from './documents.ts';
import type { Endpoint, Transport } from './endpoint.ts';
import { joinPages } from './further-pages.ts';
import { type Answer, type Call, call } from './graphql.ts';
import type { GraphqlFault } from './graphql-errors.ts';
import { ListItem } from './list-items.ts';

export interface PageRequest {
  readonly runtimeId: string;
  /** 1 to 200; the documented maximum is 100, which is the default. */
  readonly first?: number;
  /** `next` of the page before. */
  readonly after?: string | undefined;
  /** A page that it gives is taken, and the answer is not read; an Application that it gives is read when it is asked for. */
  readonly known?: KnownPage | undefined;
}

const PAGE_SIZE = 100;

/** Where the Applications of a page are. */
const LIST = ['applicationsForRuntime', 'data'] as const;

/** With these a further page fails for what it holds, not because Compass is away: the other Applications can go on. */
const OF_ONE_APPLICATION = ['AnswerTooLarge', 'CompassFailed', 'InvalidAnswer'] as const;

/**
 * One page of the Runtime's Applications. Each is complete in depth when it is asked for: further pages of bundles and
 * definitions are followed then, one bundle a request. An Application that cannot be used is a problem beside the others.
 *
 * Throws AnswerTooLarge for a page above 8 MiB, and InvalidAnswer for one that cannot be read (ask for half of it; where
 * `first` was 1, fetchApplicationIds names the one).
 */
export async function fetchApplicationsPage(
  endpoint: Endpoint,
  transport: Transport,
  request: PageRequest,
): Promise<DirectorPage> {
  let known: DirectorPage | undefined;
  const knows = (digest: string) => {
    known = request.known?.page(digest);
    return known !== undefined;
  };
  const knownItems = new Map<string, KnownItem>();
  const isKnown = (digest: string) => {
    const item = request.known?.item(digest);
    if (item) knownItems.set(digest, item);
    return item !== undefined;
  };
  const list = { path: LIST, firstField: APPLICATIONS.firstField, isKnown };
  const more = request.known ? { knows, ...(request.known.hasItems ? { list } : {}) } : {};
  const answer = await ask(endpoint, transport, APPLICATIONS, request, more);
  if (known) return known;
  const { page, faults } = frameOf(answer, APPLICATIONS, request);
  const { bytes, digest } = answer;
  const items = page.items.map((item, index) => {
    const fault = faults.find((one) => one.path[2] === index);
    if (fault) return wholeItem(problemOf(item, fault.error));
    return unreadItem(endpoint, transport, item, item instanceof ListItem ? knownItems.get(item.digest) : undefined);
  });
  return {
    ...{ items, totalCount: page.totalCount, next: page.next, bytes },
    ...(digest === undefined ? {} : { digest }),
  };
}

/** An item of a page, a ListItem or its value; where it is a `known` ListItem it is parsed when it is made whole. */
function unreadItem(endpoint: Endpoint, transport: Transport, item: unknown, known?: KnownItem): DirectorItem {
  let unread: unknown = item;
  let further = 0;
  return {
    ...(known ? identified(known) : shownOf(parsed(item))),
    digest: () => (unread === undefined ? undefined : digestOf(unread)),
    whole() {
      const held = parsed(unread);
      unread = undefined;
      return readWhole(endpoint, transport, held, () => {
        further += 1;
      });
    },
    isOfOnePage: () => unread === undefined && further === 0,
  };
}

function parsed(item: unknown): unknown {
  return item instanceof ListItem ? item.value : item;
}

function identified({ id, name, showsAccess }: KnownItem): KnownItem {
  return { id, name, showsAccess };
}

function shownOf(value: unknown): Pick<DirectorItem, 'id' | 'name' | 'showsAccess'> {
  return { ...identityOf(value), showsAccess: showsAccessUnread(value) };
}

function digestOf(item: unknown): string {
  return item instanceof ListItem ? item.digest : hash('sha256', JSON.stringify(item), 'base64url');
}

/** A page without content. */
export interface IdsPage extends Pick<DirectorPage, 'totalCount' | 'next'> {
  readonly applications: readonly { readonly id: string; readonly name: string }[];
  readonly problems: readonly ListingProblem[];
}

/** Id and name only of the same page, for when the whole is too large. An item without both is a problem. */
export async function fetchApplicationIds(
  endpoint: Endpoint,
  transport: Transport,
  request: PageRequest,
): Promise<IdsPage> {
  const answer = await ask(endpoint, transport, APPLICATION_IDS, request);
  const { page } = frameOf(answer, APPLICATION_IDS, request);
  const applications: { id: string; name: string }[] = [];
  const problems: ListingProblem[] = [];
  for (const item of page.items) {
    const { id, name } = identityOf(item);
    if (id !== undefined && name !== undefined) applications.push({ id, name });
    else problems.push(problemOf(item, new InvalidItem('id or name is missing')));
  }
  return { applications, problems, totalCount: page.totalCount, next: page.next };
}

function ask(
  endpoint: Endpoint,
  transport: Transport,
  operation: Operation,
  { runtimeId, first = PAGE_SIZE, after }: PageRequest,
  more: Pick<Call, 'knows' | 'list'> = {},
): Promise<Answer> {
  const variables = after === undefined ? { runtimeId, first } : { runtimeId, first, after };
  return call(endpoint, { ...operation, ...more, variables, onRuntime: true, partial: true }, transport);
}

function frameOf(answer: Answer, operation: Operation, { after }: PageRequest) {
  const faults = answer.faults.filter((fault) => !isHiddenField(fault));
  const general = faults.find((fault) => !isAboutOneItem(fault));
  if (general) throw general.error;
  const page = readFrame(answer, operation);
  if (page.next !== undefined && page.next === after)
    throw invalidAnswer(answer, operation, 'the cursor does not advance');
  return { page, faults };
}

function isAboutOneItem({ path, error }: GraphqlFault): boolean {
  const [root, list, index] = path;
  const isOurs = root === LIST[0] && list === LIST[1] && typeof index === 'number';
  return isOurs && !hasReason(error, 'Rejected', 'TenantMismatch', 'RuntimeNotFound');
}

/** Client ids need a scope that not every Runtime has; by protocol the field is then null, and an error beside it says no more. */
function isHiddenField({ path, error }: GraphqlFault): boolean {
  return path.length === 4 && path[3] === 'auths' && hasReason(error, 'InsufficientScopes');
}

function readFrame(answer: Answer, operation: Operation): RawPage {
  try {
    return readPage(answer.data['applicationsForRuntime'], 'applicationsForRuntime');
  } catch (error) {
    throw error instanceof InvalidItem ? invalidAnswer(answer, operation, error.message) : error;
  }
}

function invalidAnswer({ requestId }: Answer, { operationName }: Operation, what: string): CompassError {
  return new CompassError('InvalidAnswer', `${operationName}: ${what} in the answer of Compass`, {
    requestId,
    status: 200,
  });
}

async function readWhole(
  endpoint: Endpoint,
  transport: Transport,
  item: unknown,
  onFurther: () => void,
): Promise<DirectorApplication | ListingProblem> {
  try {
    const { application, bundles } = readApplication(item);
    const follow = furtherPages(endpoint, transport, application.id, onFurther);
    const readOne = (value: unknown) => readWholeBundle(follow, value);
    return { ...application, bundles: await joinPages(bundles, 'bundles', readOne, follow.bundles) };
  } catch (error) {
    if (error instanceof InvalidItem || hasReason(error, ...OF_ONE_APPLICATION)) return problemOf(item, error);
    throw error;
  }
}

async function readWholeBundle(follow: FurtherPages, value: unknown): Promise<DirectorBundle> {
  const { bundle, apiDefinitions, eventDefinitions } = readBundle(value);
  const ofBundle = `of bundle ${bundle.id}`;
  return {
    ...bundle,
    apiDefinitions: await joinPages(apiDefinitions, `apiDefinitions ${ofBundle}`, readApi, (first, after) =>
      follow.definitions(FURTHER_API_DEFINITIONS, 'apiDefinitions', bundle.id, first, after),
    ),
    eventDefinitions: await joinPages(eventDefinitions, `eventDefinitions ${ofBundle}`, readEvent, (first, after) =>
      follow.definitions(FURTHER_EVENT_DEFINITIONS, 'eventDefinitions', bundle.id, first, after),
    ),
  };
}

type FurtherPages = ReturnType<typeof furtherPages>;

/** Undefined where the Application or the bundle is gone. */
function furtherPages(endpoint: Endpoint, transport: Transport, applicationId: string, onAsked: () => void) {
  const askFor = async (operation: Operation, variables: Record<string, unknown>) => {
    onAsked();
    const { data } = await call(endpoint, { ...operation, variables: { applicationId, ...variables } }, transport);
    return isRecord(data['application']) ? data['application'] : undefined;
  };
  return {
    async bundles(first: number, after: string): Promise<RawPage | undefined> {
      const application = await askFor(FURTHER_BUNDLES, { first, after });
      return application && readPage(application['bundles'], 'bundles');
    },
    async definitions(operation: Operation, field: string, bundleId: string, first: number, after: string) {
      const application = await askFor(operation, { bundleId, first, after });
      const bundle = application?.['bundle'];
      return isRecord(bundle) ? readPage(bundle[field], field) : undefined;
    },
  };
}

function identityOf(item: unknown): { id?: string; name?: string } {
  const { id, name } = isRecord(item) ? (item as { id?: unknown; name?: unknown }) : {};
  return {
    ...(typeof id === 'string' && id !== '' ? { id } : {}),
    ...(typeof name === 'string' && name !== '' ? { name } : {}),
  };
}

function problemOf(item: unknown, error: unknown): ListingProblem {
  const reason = hasReason(error, 'AnswerTooLarge') ? 'AnswerTooLarge' : 'InvalidApplication';
  return { ...identityOf(item), reason, message: messageOf(error) };
}
