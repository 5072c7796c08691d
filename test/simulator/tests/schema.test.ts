import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type GraphQLField,
  type GraphQLSchema,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql';
import { connectorSchema } from '../schema/connector.ts';
import { directorSchema } from '../schema/director.ts';

const PAGING = 'first: Int = 200, after: PageCursor';
const DEFINITION = 'id: ID!, name: String!, description: String';
const TOKEN =
  'token: String!, connectorURL: String!, used: Boolean!, expiresAt: Timestamp!, raw: String, rawEncoded: String';

function pageOf(type: string): string {
  return `data: [${type}!]!, pageInfo: PageInfo!, totalCount: Int!`;
}

/** The protocol, written down once more and in another form than the SDL. */
const CONNECTOR = {
  Query: 'configuration: Configuration!',
  Mutation: 'signCertificateSigningRequest(csr: String!): CertificationResult!, revokeCertificate: Boolean!',
  Configuration:
    'token: Token, certificateSigningRequestInfo: CertificateSigningRequestInfo, managementPlaneInfo: ManagementPlaneInfo',
  Token: 'token: String!',
  CertificateSigningRequestInfo: 'subject: String!, keyAlgorithm: String!',
  ManagementPlaneInfo: 'directorURL: String, certificateSecuredConnectorURL: String',
  CertificationResult: 'certificateChain: String!, caCertificate: String!, clientCertificate: String!',
};

const DIRECTOR = {
  Query: `applicationsForRuntime(runtimeID: ID!, ${PAGING}): ApplicationPage!, runtime(id: ID!): Runtime, application(id: ID!): Application`,
  Mutation:
    'setRuntimeLabel(runtimeID: ID!, key: String!, value: Any!): Label!, ' +
    'requestOneTimeTokenForRuntime(id: ID!, systemAuthID: ID): OneTimeTokenForRuntime!, ' +
    'requestOneTimeTokenForApplication(id: ID!, systemAuthID: ID): OneTimeTokenForApplication!',
  Runtime: 'id: ID!, labels: Labels',
  Label: 'key: String!, value: Any!',
  OneTimeTokenForRuntime: TOKEN,
  OneTimeTokenForApplication: TOKEN,
  PageInfo: 'startCursor: PageCursor!, endCursor: PageCursor!, hasNextPage: Boolean!',
  ApplicationPage: pageOf('Application'),
  BundlePage: pageOf('Bundle'),
  APIDefinitionPage: pageOf('APIDefinition'),
  EventDefinitionPage: pageOf('EventDefinition'),
  Application:
    'id: ID!, name: String!, providerName: String, description: String, labels: Labels, auths: [AppSystemAuth!], ' +
    `bundles(${PAGING}): BundlePage, bundle(id: ID!): Bundle`,
  AppSystemAuth: 'id: ID!',
  Bundle:
    `${DEFINITION}, instanceAuthRequestInputSchema: JSONSchema, ` +
    `apiDefinitions(group: String, ${PAGING}): APIDefinitionPage, ` +
    `eventDefinitions(group: String, ${PAGING}): EventDefinitionPage, defaultInstanceAuth: Auth`,
  APIDefinition: `${DEFINITION}, targetURL: String!, group: String, version: Version`,
  EventDefinition: `${DEFINITION}, group: String, version: Version`,
  Version: 'value: String!, deprecated: Boolean, deprecatedSince: String, forRemoval: Boolean',
  Auth:
    'credential: CredentialData, additionalHeaders: HttpHeaders, additionalQueryParams: QueryParams, ' +
    'requestAuth: CredentialRequestAuth',
  CredentialRequestAuth: 'csrf: CSRFTokenCredentialRequestAuth',
  CSRFTokenCredentialRequestAuth: 'tokenEndpointURL: String!',
  BasicCredentialData: 'username: String!, password: String!',
  OAuthCredentialData: 'clientId: ID!, clientSecret: String!, url: String!',
  CertificateOAuthCredentialData: 'clientId: ID!, certificate: String!, url: String!',
};

function signature({ name, args, type }: GraphQLField<unknown, unknown>): string {
  const list = args.map((argument) => {
    const value = argument.defaultValue === undefined ? '' : ` = ${argument.defaultValue}`;
    return `${argument.name}: ${argument.type}${value}`;
  });
  return `${name}${list.length === 0 ? '' : `(${list.join(', ')})`}: ${type}`;
}

function ownTypes(schema: GraphQLSchema) {
  return Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
}

function objects(schema: GraphQLSchema): Record<string, string> {
  const types = ownTypes(schema).filter(isObjectType);
  return Object.fromEntries(
    types.map((type) => [type.name, Object.values(type.getFields()).map(signature).join(', ')]),
  );
}

test("the Connector's schema is the protocol's, no more and no less", () => {
  assert.deepEqual(objects(connectorSchema), CONNECTOR);
  assert.equal(ownTypes(connectorSchema).some(isUnionType), false);
});

test("the Director's schema is the protocol's, no more and no less", () => {
  assert.deepEqual(objects(directorSchema), DIRECTOR);
});

test("the Director's scalars and its union are the protocol's", () => {
  const scalars = ownTypes(directorSchema).filter((type) => isScalarType(type) && !isSpecifiedScalarType(type));
  assert.deepEqual(scalars.map(({ name }) => name).sort(), [
    'Any',
    'HttpHeaders',
    'JSONSchema',
    'Labels',
    'PageCursor',
    'QueryParams',
    'Timestamp',
  ]);
  const unions = ownTypes(directorSchema).filter(isUnionType);
  assert.deepEqual(
    unions.map(
      (type) =>
        `${type.name} = ${type
          .getTypes()
          .map(({ name }) => name)
          .join(' | ')}`,
    ),
    ['CredentialData = BasicCredentialData | OAuthCredentialData | CertificateOAuthCredentialData'],
  );
});

test('nothing else is in either schema', () => {
  for (const schema of [connectorSchema, directorSchema]) {
    const others = ownTypes(schema).filter((type) => !(isObjectType(type) || isScalarType(type) || isUnionType(type)));
    assert.deepEqual(others, []);
  }
});
