import { cleanText } from "../printed.ts";

/** What `chronyc -c tracking` says. */
export interface Chrony {
  readonly synchronised: boolean;
  /** Address of the source it follows; null for none. */
  readonly server: string | null;
}

/**
 * The line of `chronyc -n -c tracking` (chronyc(1), in order: reference id, address, stratum, reference time, system
 * time, … , leap status); null when chronyd did not answer.
 */
export function chronyOf(line: string | undefined): Chrony | null {
  const cells = (line ?? "").split(",");
  const leap = cells[13]?.trim();
  if (cells.length < 14 || leap === undefined || !/^\d+$/.test(cells[2] ?? "")) return null;
  const address = cleanText(cells[1], 253);
  return {
    synchronised: leap !== "Not synchronised" && leap !== "3",
    server: address === null || address === "127.127.1.1" ? null : address,
  };
}

/** The peer that `ntpq -pn` marks with a star. */
export function ntpdPeer(line: string | undefined): string | null {
  return cleanText(/^\*(\S+)\s/.exec(line ?? "")?.[1], 253);
}
