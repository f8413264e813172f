export type X509 = typeof import("@peculiar/x509");

let loaded: Promise<X509> | undefined;

/**
 * The X.509 library, loaded when first needed: it takes a tenth of a second and 22 MB, which neither a command that
 * issues nothing nor an agent should pay. Its dependency injection wants `reflect-metadata` before anything else.
 */
export function loadX509(): Promise<X509> {
  loaded ??= import("reflect-metadata").then(() => import("@peculiar/x509"));
  return loaded;
}

/** Every key and signature of a site. */
export const EC_ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
