/** As much of package.json as says where the project is. */
export interface ProjectPlace {
  readonly homepage?: string;
  readonly repository?: string | { readonly url: string };
}

/** Where people read about the project: its homepage, or else its repository. Undefined where neither is said. */
export function homepageOf(project: ProjectPlace): string | undefined {
  return project.homepage ?? repositoryPage(project);
}

/**
 * The address that the names of a release's archives are put behind: `urlBase` if it is said, else the releases of the
 * repository on GitHub. Undefined where neither is known.
 */
export function archivesAt(project: ProjectPlace, version: string, urlBase: string | undefined): string | undefined {
  if (urlBase) return checked(urlBase).replace(/\/+$/, '');
  const page = repositoryPage(project);
  return page?.startsWith('https://github.com/') ? `${page}/releases/download/v${version}` : undefined;
}

/** `https://HOST/OWNER/NAME` of what npm allows to be written, such as `git+https://….git` and `github:OWNER/NAME`. */
function repositoryPage({ repository }: ProjectPlace): string | undefined {
  const written = typeof repository === 'string' ? repository : repository?.url;
  return written
    ?.replace(/^(?:github:)?([\w.-]+\/[\w.-]+)$/, 'https://github.com/$1')
    .replace(/^git\+/, '')
    .replace(/\.git$/, '');
}

function checked(urlBase: string): string {
  if (URL.parse(urlBase)?.protocol !== 'https:') throw new Error(`--url-base is "${urlBase}", and no https:// address`);
  return urlBase;
}
