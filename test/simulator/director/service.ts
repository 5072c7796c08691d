import { jsonAnswer } from '../gateway/answer.ts';
import type { Service } from '../gateway/forward.ts';
import { DIRECTOR_SDL } from '../schema/director.ts';
import { resolveBy } from '../schema/resolve.ts';
import { applicationResolvers } from './application-resolvers.ts';
import { isAuthenticated } from './caller.ts';
import { type DirectorContext, openContext } from './context.ts';
import { requestOneTimeTokenForApplication, requestOneTimeTokenForRuntime, setRuntimeLabel } from './mutations.ts';
import type { PageArguments } from './paging.ts';
import { application, applicationsForRuntime, runtime } from './queries.ts';

interface ById {
  id: string;
}

/** The Director behind both of its doors. */
export function directorService(): Service {
  return {
    schema: resolveBy<DirectorContext>(DIRECTOR_SDL, {
      Query: {
        applicationsForRuntime: (_parent, page: PageArguments & { runtimeID: string }, context) =>
          applicationsForRuntime(page, context),
        runtime: (_parent, id: ById, context) => runtime(id, context),
        application: (_parent, id: ById, context) => application(id, context),
      },
      Mutation: {
        setRuntimeLabel: (_parent, label: Parameters<typeof setRuntimeLabel>[0], context) =>
          setRuntimeLabel(label, context),
        requestOneTimeTokenForRuntime: (_parent, id: ById, context) => requestOneTimeTokenForRuntime(id, context),
        requestOneTimeTokenForApplication: (_parent, id: ById, context) =>
          requestOneTimeTokenForApplication(id, context),
      },
      ...applicationResolvers,
    }),
    context: openContext,
    refuse: (exchange) => {
      if (exchange.compass.switches.directorRefusal === 'graphql' || isAuthenticated(exchange)) return undefined;
      return jsonAnswer(401, {
        error: { code: 401, status: 'Unauthorized', message: 'Access credentials are invalid' },
      });
    },
  };
}
