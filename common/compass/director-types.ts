/**
 * What the Director lists, as far as it is used (the Director's types; every optional field may be null or absent).
 * Lists are complete here: the pages of bundles and definitions have been followed and joined.
 */
export interface DirectorApplication {
  readonly id: string;
  readonly name: string;
  readonly providerName?: string | null;
  readonly description?: string | null;
  /** The ids in `auths`; empty where the answer had null. */
  readonly clientIds: readonly string[];
  readonly bundles: readonly DirectorBundle[];
}

export interface DirectorBundle {
  readonly id: string;
  readonly name: string;
  readonly description?: string | null;
  readonly instanceAuthRequestInputSchema?: string | null;
  readonly apiDefinitions: readonly DirectorApi[];
  readonly eventDefinitions: readonly DirectorEvent[];
  readonly defaultInstanceAuth?: DirectorAuth | null;
}

export interface DirectorApi {
  readonly id: string;
  readonly name: string;
  readonly targetURL: string;
}

export interface DirectorEvent {
  readonly id: string;
  readonly name: string;
}

export interface DirectorAuth {
  readonly credential?: DirectorCredential | null;
  readonly additionalHeaders?: Readonly<Record<string, readonly string[]>> | null;
  readonly additionalQueryParams?: Readonly<Record<string, readonly string[]>> | null;
  readonly requestAuth?: { readonly csrf?: { readonly tokenEndpointURL: string } | null } | null;
}

/** By `__typename`; one that this version does not know keeps its name and nothing else. */
export type DirectorCredential =
  | { readonly type: 'Basic'; readonly username: string; readonly password: string }
  | { readonly type: 'OAuth'; readonly clientId: string; readonly clientSecret: string; readonly url: string }
  | { readonly type: 'Unknown'; readonly typename: string };

/** An item of a listing that cannot be used, and why. Without an id nothing may be concluded from absence. */
export interface ListingProblem {
  readonly id?: string;
  readonly name?: string;
  readonly reason: 'InvalidApplication' | 'AnswerTooLarge';
  readonly message: string;
}

/** One Application of a page, which may go on in further pages. */
export interface DirectorItem {
  readonly id?: string;
  readonly name?: string;
  /** Whether the page itself shows credentials or request parameters of it. */
  readonly showsAccess: boolean;
  /** Of what the page shows of it; undefined once it was made whole, and where it cannot be used. */
  digest?(): string | undefined;
  /**
   * Follows its further pages; what the page held of it is let go, so it is asked for once. A problem where it cannot be
   * used; throws CompassError where Compass is away.
   */
  whole(): Promise<DirectorApplication | ListingProblem>;
  /** Whether it was made whole of this page alone; what goes on in further pages may change without it. */
  isOfOnePage(): boolean;
}

/** An Application that a page showed before. */
export interface KnownItem extends Pick<DirectorItem, 'showsAccess'> {
  readonly id: string;
  readonly name: string;
}

/** What is known of a page from before: what came so again need not be read. */
export interface KnownPage {
  /** The page that an answer of this digest was. */
  page(digest: string): DirectorPage | undefined;
  /** Whether any Application is known: to tell them apart costs more than it saves where all are new. */
  readonly hasItems: boolean;
  /** The Application that a page showed so, see DirectorItem.digest. */
  item(digest: string): KnownItem | undefined;
}

/** One page of `applicationsForRuntime`, of which the frame is checked. */
export interface DirectorPage {
  readonly items: readonly DirectorItem[];
  /** How many it shows, where some of them are not in `items`. */
  readonly listed?: number;
  readonly totalCount: number;
  /** The cursor of the next page; undefined on the last one. */
  readonly next: string | undefined;
  /** How large the answer was. */
  readonly bytes: number;
  /** Of the answer as it came: a page with the same digest says the same. Undefined where it came otherwise. */
  readonly digest?: string | undefined;
}
