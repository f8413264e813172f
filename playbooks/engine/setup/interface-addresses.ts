/** One address of one interface, from a line of `ip -o addr show`. */
export interface InterfaceAddress {
  readonly device: string;
  /** The name the address goes by: the interface's own, or an alias such as `eth0:1`. */
  readonly label: string;
  readonly family: "inet" | "inet6";
  readonly address: string;
  readonly prefix: string;
  readonly broadcast: string;
  readonly scope: string;
  readonly secondary: boolean;
}

export function addressesOf(output: string): InterfaceAddress[] {
  return output.split("\n").flatMap((line) => {
    const match =
      /^\d+:\s+(\S+)\s+(inet6?)\s+([0-9a-f.:]+)(?:\s+peer\s+\S+?)?(?:\/(\d+))?(?:\s+brd\s+(\S+))?.*?scope\s+(\S+)(.*)$/.exec(
        line,
      );
    if (match === null) return [];
    const [, device = "", family, address = "", prefix = "32", broadcast = "", scope = "", rest = ""] = match;
    const words = (rest.split("\\")[0] ?? "").trim().split(/\s+/);
    return [
      {
        device,
        label: family === "inet" ? (words.at(-1) ?? device) || device : device,
        family: family === "inet6" ? "inet6" : "inet",
        address,
        prefix,
        broadcast,
        scope,
        secondary: words.includes("secondary"),
      },
    ];
  });
}

export function ipv4Facts(address: InterfaceAddress): Record<string, string> {
  const length = Number(address.prefix);
  const mask = length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
  const number = address.address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const dotted = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
  return {
    address: address.address,
    broadcast: address.broadcast,
    netmask: dotted(mask),
    network: dotted((number & mask) >>> 0),
    prefix: address.prefix,
  };
}
