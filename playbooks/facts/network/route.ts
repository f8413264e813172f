/** One line of /proc/net/route. Numbers are IPv4 addresses in host order. */
export interface Route {
  readonly interfaceName: string;
  readonly destination: number;
  readonly mask: number;
  readonly prefix: number;
  /** Null when the network is directly connected. */
  readonly gateway: string | null;
  readonly metric: number;
}

const MAX_ROUTES = 5_000;

/** /proc/net/route: Iface Destination Gateway Flags RefCnt Use Metric Mask …; addresses in little-endian hexadecimal. */
export function routesOf(lines: readonly string[]): Route[] {
  return lines.slice(0, MAX_ROUTES).flatMap((line) => {
    const cells = line.trim().split(/\s+/);
    const [interfaceName, destination, gateway, flags, , , metric, mask] = cells;
    if (interfaceName === undefined || ![destination, gateway, mask].every((cell) => /^[0-9A-F]{8}$/.test(cell ?? "")))
      return [];
    const up = (Number.parseInt(flags ?? "", 16) & 1) === 1;
    if (!up || interfaceName.length > 15 || !/^\d{1,10}$/.test(metric ?? "")) return [];
    const bits = swapped(mask);
    return [
      {
        interfaceName,
        destination: swapped(destination),
        mask: bits,
        prefix: bits.toString(2).replaceAll("0", "").length,
        gateway: gateway === "00000000" ? null : dotted(swapped(gateway)),
        metric: Number(metric),
      },
    ];
  });
}

/** The IPv4 default route of the lowest metric. */
export function defaultRouteOf(lines: readonly string[]): Route | undefined {
  return routesOf(lines)
    .filter((route) => route.prefix === 0 && route.gateway !== null)
    .sort((a, b) => a.metric - b.metric)[0];
}

function swapped(hexadecimal: string | undefined): number {
  const bytes = (hexadecimal ?? "").match(/../g) ?? [];
  return bytes.reverse().reduce((sum, byte) => sum * 256 + Number.parseInt(byte, 16), 0);
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}
