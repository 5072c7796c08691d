/** What stands before the `@` of a URL: a user, and often a password (RFC 3986, section 3.2.1). */
const LOGIN = /(\/\/)[^\s"'<>\\/?#]*@/g;

/** A text, such as a URL, with the user and password of each URL in it taken out. */
export function maskLogins(text: string): string {
  return text.replace(LOGIN, '$1[sensitive]@');
}

/** URLs without user and password: they lead to the same place. */
export function dropLogins(text: string): string {
  return text.replace(LOGIN, '$1');
}

/** The same of every text in a document that is to be printed as JSON. */
export function withLoginsMasked<T extends object>(document: T): T {
  const mask = (_key: string, part: unknown): unknown => (typeof part === 'string' ? maskLogins(part) : part);
  return JSON.parse(JSON.stringify(document), mask) as T;
}
