import { buildSchema } from 'graphql';

/** All that Compass's Connector offers, the same on both of its endpoints. */
export const CONNECTOR_SDL = `
type Query {
  configuration: Configuration!
}

type Mutation {
  signCertificateSigningRequest(csr: String!): CertificationResult!
  revokeCertificate: Boolean!
}

type Configuration {
  token: Token
  certificateSigningRequestInfo: CertificateSigningRequestInfo
  managementPlaneInfo: ManagementPlaneInfo
}

type Token {
  token: String!
}

type CertificateSigningRequestInfo {
  subject: String!
  keyAlgorithm: String!
}

type ManagementPlaneInfo {
  directorURL: String
  certificateSecuredConnectorURL: String
}

type CertificationResult {
  certificateChain: String!
  caCertificate: String!
  clientCertificate: String!
}
`;

/** For validating operation documents; it resolves nothing. */
export const connectorSchema = buildSchema(CONNECTOR_SDL);
