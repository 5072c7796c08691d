import { buildSchema } from 'graphql';

/** The part of Compass's Director that a Runtime uses, and the administrator's requests for tokens. */
export const DIRECTOR_SDL = `
scalar Any
scalar HttpHeaders
scalar JSONSchema
scalar Labels
scalar PageCursor
scalar QueryParams
scalar Timestamp

type Query {
  applicationsForRuntime(runtimeID: ID!, first: Int = 200, after: PageCursor): ApplicationPage!
  runtime(id: ID!): Runtime
  application(id: ID!): Application
}

type Mutation {
  setRuntimeLabel(runtimeID: ID!, key: String!, value: Any!): Label!
  requestOneTimeTokenForRuntime(id: ID!, systemAuthID: ID): OneTimeTokenForRuntime!
  requestOneTimeTokenForApplication(id: ID!, systemAuthID: ID): OneTimeTokenForApplication!
}

type Runtime {
  id: ID!
  labels: Labels
}

type Label {
  key: String!
  value: Any!
}

type OneTimeTokenForRuntime {
  token: String!
  connectorURL: String!
  used: Boolean!
  expiresAt: Timestamp!
  raw: String
  rawEncoded: String
}

type OneTimeTokenForApplication {
  token: String!
  connectorURL: String!
  used: Boolean!
  expiresAt: Timestamp!
  raw: String
  rawEncoded: String
}

type PageInfo {
  startCursor: PageCursor!
  endCursor: PageCursor!
  hasNextPage: Boolean!
}

type ApplicationPage {
  data: [Application!]!
  pageInfo: PageInfo!
  totalCount: Int!
}

type Application {
  id: ID!
  name: String!
  providerName: String
  description: String
  labels: Labels
  auths: [AppSystemAuth!]
  bundles(first: Int = 200, after: PageCursor): BundlePage
  bundle(id: ID!): Bundle
}

type AppSystemAuth {
  id: ID!
}

type BundlePage {
  data: [Bundle!]!
  pageInfo: PageInfo!
  totalCount: Int!
}

type Bundle {
  id: ID!
  name: String!
  description: String
  instanceAuthRequestInputSchema: JSONSchema
  apiDefinitions(group: String, first: Int = 200, after: PageCursor): APIDefinitionPage
  eventDefinitions(group: String, first: Int = 200, after: PageCursor): EventDefinitionPage
  defaultInstanceAuth: Auth
}

type APIDefinitionPage {
  data: [APIDefinition!]!
  pageInfo: PageInfo!
  totalCount: Int!
}

type APIDefinition {
  id: ID!
  name: String!
  description: String
  targetURL: String!
  group: String
  version: Version
}

type EventDefinitionPage {
  data: [EventDefinition!]!
  pageInfo: PageInfo!
  totalCount: Int!
}

type EventDefinition {
  id: ID!
  name: String!
  description: String
  group: String
  version: Version
}

type Version {
  value: String!
  deprecated: Boolean
  deprecatedSince: String
  forRemoval: Boolean
}

type Auth {
  credential: CredentialData
  additionalHeaders: HttpHeaders
  additionalQueryParams: QueryParams
  requestAuth: CredentialRequestAuth
}

type CredentialRequestAuth {
  csrf: CSRFTokenCredentialRequestAuth
}

type CSRFTokenCredentialRequestAuth {
  tokenEndpointURL: String!
}

union CredentialData = BasicCredentialData | OAuthCredentialData | CertificateOAuthCredentialData

type BasicCredentialData {
  username: String!
  password: String!
}

type OAuthCredentialData {
  clientId: ID!
  clientSecret: String!
  url: String!
}

type CertificateOAuthCredentialData {
  clientId: ID!
  certificate: String!
  url: String!
}
`;

/** For validating operation documents; it resolves nothing. */
export const directorSchema = buildSchema(DIRECTOR_SDL);
