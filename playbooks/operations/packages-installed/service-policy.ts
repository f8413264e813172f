/**
 * Shell that runs `script` while packages are told by policy-rc.d (Debian's invoke-rc.d policy layer) whether they may start
 * services; what was there before is put back, also after a failure.
 */
export function withPolicy(args: Readonly<Record<string, unknown>>, script: string): string {
  if (typeof args.policy_rc_d !== "number") return script;
  return `policy=/usr/sbin/policy-rc.d saved=
if [ -e "$policy" ]; then saved=$(mktemp "$policy.XXXXXX"); cp -p "$policy" "$saved"; fi
restore() { if [ -n "$saved" ]; then mv -f "$saved" "$policy"; else rm -f "$policy"; fi; }
trap restore EXIT
printf '#!/bin/sh\\nexit %s\\n' ${args.policy_rc_d} >"$policy"
chmod 0755 "$policy"
${script}`;
}
