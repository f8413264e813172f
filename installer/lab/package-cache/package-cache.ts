/** Port on the lab's gateway address at which the hosts find the package cache. */
export const PACKAGE_CACHE_PORT = 3142;

export interface PackageProxy {
  readonly gateway: string;
  readonly port: number;
  /** Archive hosts that the cache serves. */
  readonly hosts: readonly string[];
  /** The proxy to use when the cache is not there; none unless given. */
  readonly otherwise?: string | undefined;
}

/**
 * The program apt asks which proxy to use for an address (`Acquire::http::Proxy-Auto-Detect` in apt.conf(5)): the lab's
 * cache for the archives it serves, as long as it answers; else what the machine uses. So a host never depends on it.
 */
export function packageProxyScript(proxy: PackageProxy): string {
  const known = [...new Set(proxy.hosts)].map((host) => `http://${host}/*`).join("|");
  return `#!/bin/bash
# Written by the lab: packages come from its cache while that answers.
case "$1" in
  ${known})
    if timeout 1 bash -c '</dev/tcp/${proxy.gateway}/${proxy.port}' 2>/dev/null; then
      echo http://${proxy.gateway}:${proxy.port}
      exit 0
    fi ;;
esac
echo ${proxy.otherwise ?? "DIRECT"}
`;
}
