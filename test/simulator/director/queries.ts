import type { Application, Runtime } from '../model.ts';
import type { DirectorContext } from './context.ts';
import { directorError } from './errors.ts';
import { type Page, type PageArguments, pageOf } from './paging.ts';

/** The Runtime, where the caller's tenant has it. */
export function findRuntime({ compass }: DirectorContext, id: string, tenant: string): Runtime | undefined {
  const runtime = compass.landscape.runtime(id);
  return runtime?.tenant === tenant ? runtime : undefined;
}

export function findApplication({ compass }: DirectorContext, id: string, tenant: string): Application | undefined {
  const application = compass.landscape.application(id);
  return application?.tenant === tenant ? application : undefined;
}

/** Empty for a Runtime that is in no formation; InvalidData for one that does not exist. */
export function applicationsForRuntime(
  { runtimeID, ...page }: PageArguments & { runtimeID: string },
  context: DirectorContext,
): Page<Application> {
  const { tenant } = context.require('application:read');
  const runtime = findRuntime(context, runtimeID, tenant);
  if (runtime === undefined) throw directorError('InvalidData', 'the runtime does not exist');
  return pageOf(context.compass.landscape.applicationsFor(runtime), page);
}

export function runtime({ id }: { id: string }, context: DirectorContext): Runtime | null {
  const { tenant } = context.require('runtime:read');
  return findRuntime(context, id, tenant) ?? null;
}

export function application({ id }: { id: string }, context: DirectorContext): Application | null {
  const { tenant } = context.require('application:read');
  return findApplication(context, id, tenant) ?? null;
}
