/** A fingerprint as `openssl x509 -fingerprint` prints it: upper-case hex in pairs, `4F:09:…`. */
export function colonHex(hex: string): string {
  return hex.toUpperCase().replace(/..(?=.)/g, '$&:');
}
