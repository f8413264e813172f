import { ApplianceError } from "../kernel/errors.ts";

/** Text that names no hosts; `column` counts characters from 1. */
export function targetInvalid(text: string, column: number, why: string): ApplianceError {
  return new ApplianceError({
    code: "INVENTORY_TARGET_INVALID",
    kind: "user",
    message: `"${text}" names no hosts: at column ${column}, ${why}`,
    hint: "Write a name or an address, a range such as node[01-40] or 10.0.0.[10-40], or a network such as 10.0.0.0/22; :PORT may follow.",
    context: { target: text, column },
  });
}

/** Text that names more hosts than any site has: most likely a slip in a prefix length. */
export function rangeTooLarge(text: string, hosts: number, most: number): ApplianceError {
  return new ApplianceError({
    code: "INVENTORY_RANGE_TOO_LARGE",
    kind: "user",
    message: `"${text}" names ${hosts.toLocaleString("en")} hosts; at most ${most.toLocaleString("en")} can be named at once`,
    hint: "Name a smaller network or range; a /16 is the largest network.",
    context: { target: text, hosts, most },
  });
}
